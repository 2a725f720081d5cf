//! All hardships of the settings, one after another.

use serde::{Deserialize, Serialize};

use super::costs::scaled_costs;
use super::{BreakEven, Delayed, Stand, StressError};
use crate::base::{Progress, ProgressUpdate};
use crate::evaluate::Figures;

/// The figures under one multiple of the costs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CostPoint {
    /// What every cost was multiplied by.
    pub multiple: f64,
    /// The figures.
    pub figures: Figures,
}

/// The figures under one delay.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DelayPoint {
    /// Bars that every order waited.
    pub delay_bars: usize,
    /// The figures.
    pub figures: Figures,
}

/// One run of a scenario.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScenarioRun {
    /// What was drawn, such as a symbol and a day.
    pub detail: String,
    /// The figures.
    pub figures: Figures,
}

/// Runs of one kind of hardship.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scenario {
    /// A short name, such as `gap_20`.
    pub name: String,
    /// What happens in it.
    pub description: String,
    /// Its runs, the worst total return first; none where nothing was held.
    pub runs: Vec<ScenarioRun>,
}

impl Scenario {
    pub(super) fn new(name: impl Into<String>, description: impl Into<String>) -> Self {
        Self { name: name.into(), description: description.into(), runs: Vec::new() }
    }

    pub(super) fn with_runs(mut self, mut runs: Vec<ScenarioRun>) -> Self {
        let order = |run: &ScenarioRun| run.figures.total_return.unwrap_or(f64::NEG_INFINITY);
        runs.sort_by(|a, b| order(a).total_cmp(&order(b)));
        self.runs = runs;
        self
    }

    /// The figures of the run with the least total return.
    #[must_use]
    pub fn worst(&self) -> Option<&Figures> {
        self.runs.first().map(|run| &run.figures)
    }

    /// The figures of the run in the middle; the worse one of two.
    #[must_use]
    pub fn median(&self) -> Option<&Figures> {
        let middle = self.runs.len().checked_sub(1)? / 2;
        self.runs.get(middle).map(|run| &run.figures)
    }
}

/// What hardship came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StressOutcome {
    /// The figures without any.
    pub unstressed: Figures,
    /// Under dearer trading, in the order of the settings.
    pub costs: Vec<CostPoint>,
    /// The multiple of the costs at which no more is earned than by cash.
    pub break_even_multiple: BreakEven,
    /// The cost in basis points of traded notional, in place of all others, at which no more is earned
    /// than by cash.
    pub break_even_bps: BreakEven,
    /// With late orders, in the order of the settings.
    pub delays: Vec<DelayPoint>,
    /// In worse markets.
    pub scenarios: Vec<Scenario>,
}

/// Puts a strategy under every hardship of `eval.stress`.
///
/// # Errors
/// [`StressError`] if the policy cannot answer or changed bars make no market.
pub fn stress(stand: &Stand<'_>, progress: &dyn Progress) -> Result<StressOutcome, StressError> {
    const PARTS: u64 = 4;
    let report = |done: u64, note: &str| {
        let note = note.to_owned();
        let total = Some(PARTS);
        progress.report(&ProgressUpdate { stage: "stress", done, total, unit: "parts", note });
    };
    let settings = &stand.judgement.agent.eval.stress;
    report(0, "costs");
    let own = stand.params().costs;
    let base = stand.run_at(own)?;
    let mut costs = Vec::with_capacity(settings.cost_multiples.len());
    for &multiple in &settings.cost_multiples {
        let run = stand.run_at(scaled_costs(own, multiple))?;
        costs.push(CostPoint { multiple, figures: stand.figures(&run) });
    }
    report(1, "break-even");
    let (break_even_multiple, break_even_bps) =
        (stand.break_even_multiple()?, stand.break_even_bps()?);
    report(2, "delays");
    let mut delays = Vec::with_capacity(settings.delays_bars.len());
    for &delay_bars in &settings.delays_bars {
        let mut strategy = (stand.make)()?;
        let mut delayed = Delayed::new(strategy.as_mut(), delay_bars);
        let run = stand.run_under(&|_| own, &mut delayed)?;
        delays.push(DelayPoint { delay_bars, figures: stand.figures(&run) });
    }
    report(3, "scenarios");
    let scenarios = stand.scenarios(&base)?;
    report(PARTS, "");
    let unstressed = stand.figures(&base);
    Ok(StressOutcome { unstressed, costs, break_even_multiple, break_even_bps, delays, scenarios })
}
