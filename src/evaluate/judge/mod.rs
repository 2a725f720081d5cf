//! An agent beside the baselines, on the same days, in the same account.

use std::ops::Range;

pub(super) mod gate;

pub use gate::{GateCheck, GateOutcome};

use self::gate::check_gate;
use super::baselines::{NamedStrategy, roster};
use super::market::PreparedMarket;
use super::trajectory::{Strategy, Trajectory, closed_trades, simulate};
use crate::base::{DateRange, Progress, ProgressUpdate, SeedStream};
use crate::config::{Agent, Bootstrap, TuneMetric};
use crate::gym::{ActionTable, EnvParams};
use crate::learners::PolicyError;
use crate::metrics::{
    BarClock, BootstrapOptions, ClosedTrade, Overfitting, Summary, SummaryInput, TrialReturns,
    calmar, sharpe, sortino, total_return,
};

/// One strategy with its figures.
#[derive(Debug, Clone)]
pub struct NamedRun {
    /// Its name.
    pub name: String,
    /// Its figures with intervals.
    pub summary: Summary,
    /// What it did; absent where only the figures are known.
    pub trajectory: Option<Trajectory>,
}

/// The judgement of one frozen agent on one range.
#[derive(Debug, Clone)]
pub struct Evaluation {
    /// The days that were asked for.
    pub range: DateRange,
    /// The figures of the agent.
    pub summary: Summary,
    /// What the agent did.
    pub trajectory: Trajectory,
    /// Its round trips.
    pub trades: Vec<ClosedTrade>,
    /// The baselines in the order of the settings.
    pub baselines: Vec<NamedRun>,
    /// Whether the agent may go on.
    pub gate: GateOutcome,
    /// How much of the choice of the agent is luck; absent until [`Evaluation::with_trials`].
    pub overfitting: Option<Overfitting>,
}

impl Evaluation {
    /// Adds what the ledger of the agent knows, and opens the gate anew.
    ///
    /// `chosen` is the trial that the agent came from; without it the figures of the choice have no value, and
    /// conditions on them fail. Without trials nothing is added.
    #[must_use]
    pub fn with_trials(
        mut self,
        judgement: &Judgement<'_>,
        trials: &[TrialReturns],
        chosen: Option<usize>,
    ) -> Self {
        let clock = BarClock { bars_per_year: judgement.market.tape.bars_per_year() };
        let chosen = chosen.unwrap_or(trials.len());
        self.overfitting =
            (!trials.is_empty()).then(|| Overfitting::compute(trials, chosen, clock));
        let gate = &judgement.agent.eval.gate;
        self.gate = check_gate(gate, &self.summary, &self.baselines, self.overfitting.as_ref());
        self
    }
}

/// What is judged, where and how.
#[derive(Debug)]
pub struct Judgement<'a> {
    /// The settings of the agent.
    pub agent: &'a Agent,
    /// The market.
    pub market: &'a PreparedMarket,
    /// The actions of the agent.
    pub table: &'a ActionTable,
    /// The days that were asked for.
    pub range: DateRange,
    /// Their rows on the tape.
    pub rows: Range<usize>,
}

impl Judgement<'_> {
    pub(super) fn params(&self) -> EnvParams {
        EnvParams::new(&self.agent.env, self.market.tape.bars_per_year())
    }

    fn run(&self, strategy: &mut dyn Strategy) -> Result<Trajectory, PolicyError> {
        simulate(strategy, &self.market.tape, self.rows.clone(), &self.params(), self.table)
    }

    fn summarize(&self, trajectory: &Trajectory, trades: &[ClosedTrade]) -> Summary {
        let steps = &trajectory.steps;
        let exposure = |weights: &[f64]| weights[1..].iter().map(|weight| weight.abs()).sum();
        let input = SummaryInput {
            returns: &trajectory.returns(),
            benchmark: &trajectory.benchmark_returns(),
            exposure: &steps.iter().map(|s| exposure(&s.account.weights_after)).collect::<Vec<_>>(),
            turnover: &trajectory.turnovers(),
            costs: &trajectory.cost_fractions(),
            trades,
            clock: BarClock { bars_per_year: self.market.tape.bars_per_year() },
            risk_free: steps.first().map_or(0.0, |step| step.account.cash_return),
        };
        let seeds = SeedStream::new(self.agent.seed).child("bootstrap");
        Summary::compute(&input, bootstrap_options(self.agent.eval.bootstrap), &seeds)
    }
}

/// Judges a strategy that stands for the agent.
///
/// # Errors
/// [`PolicyError`] if the agent cannot answer.
pub fn evaluate(
    judgement: &Judgement<'_>,
    agent: &mut dyn Strategy,
    progress: &dyn Progress,
) -> Result<Evaluation, PolicyError> {
    let named = roster(judgement);
    let total = named.len() as u64 + 1;
    let report = |done: u64, note: &str| {
        let note = note.to_owned();
        progress.report(&ProgressUpdate {
            stage: "eval",
            done,
            total: Some(total),
            unit: "strategies",
            note,
        });
    };
    report(0, "agent");
    let trajectory = judgement.run(agent)?;
    let trades = closed_trades(&trajectory, &judgement.market.tape);
    let summary = judgement.summarize(&trajectory, &trades);
    let mut baselines = Vec::with_capacity(named.len());
    for (index, NamedStrategy { name, mut strategy }) in named.into_iter().enumerate() {
        report(index as u64 + 1, &name);
        let run = judgement.run(strategy.as_mut())?;
        let trades = closed_trades(&run, &judgement.market.tape);
        let summary = judgement.summarize(&run, &trades);
        baselines.push(NamedRun { name, summary, trajectory: Some(run) });
    }
    report(total, "");
    let gate = check_gate(&judgement.agent.eval.gate, &summary, &baselines, None);
    let range = judgement.range;
    Ok(Evaluation { range, summary, trajectory, trades, baselines, gate, overfitting: None })
}

/// The score that chooses among checkpoints: `tune.metric` of the agent, net of costs.
///
/// An agent that never trades has no ratio and scores 0, as cash does.
///
/// # Errors
/// [`PolicyError`] if the agent cannot answer.
pub fn validation_score(
    judgement: &Judgement<'_>,
    agent: &mut dyn Strategy,
) -> Result<f64, PolicyError> {
    let trajectory = judgement.run(agent)?;
    let clock = BarClock { bars_per_year: judgement.market.tape.bars_per_year() };
    let risk_free = trajectory.steps.first().map_or(0.0, |step| step.account.cash_return);
    let returns = trajectory.returns();
    let score = match judgement.agent.tune.metric {
        TuneMetric::Sharpe => sharpe(&returns, clock, risk_free),
        TuneMetric::Sortino => sortino(&returns, clock, risk_free),
        TuneMetric::Calmar => calmar(&returns, clock),
        TuneMetric::TotalReturn => Some(total_return(&returns)),
    };
    Ok(score.unwrap_or(0.0))
}

/// The returns per bar, net of costs, that [`validation_score`] is made from.
///
/// # Errors
/// [`PolicyError`] if the agent cannot answer.
pub fn validation_returns(
    judgement: &Judgement<'_>,
    agent: &mut dyn Strategy,
) -> Result<Vec<f64>, PolicyError> {
    Ok(judgement.run(agent)?.returns())
}

fn bootstrap_options(settings: Bootstrap) -> BootstrapOptions {
    BootstrapOptions {
        samples: settings.samples,
        mean_block_bars: settings.block_bars as f64,
        confidence: f64::from(settings.confidence_percent) / 100.0,
    }
}
