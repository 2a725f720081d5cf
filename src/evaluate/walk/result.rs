//! What the policy of one fold did on its days.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{FoldAgent, WalkError};
use crate::base::{DateRange, Digest, Timestamp};
use crate::dataset::Lake;
use crate::evaluate::{
    AgentStrategy, Figures, Judgement, PreparedMarket, Strategy, Trajectory, simulate,
};
use crate::features::FeatureDocument;
use crate::gym::ActionTable;
use crate::learners::Policy;
use crate::learners::bundle::Bundle;
use crate::metrics::BarClock;

/// One policy on one range, beginning in cash, net of every cost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RangeResult {
    /// The group, where the bars are cut into groups.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<usize>,
    /// The days.
    pub range: DateRange,
    /// The figures of the policy.
    pub figures: Figures,
    /// Annual Sharpe ratio of the benchmark over the same bars.
    pub benchmark_sharpe: Option<f64>,
    /// When each decision was made.
    pub times: Vec<Timestamp>,
    /// What each decision's bar returned.
    pub returns: Vec<f64>,
    /// What the benchmark returned over the same bars.
    pub benchmark_returns: Vec<f64>,
}

/// A trained and judged fold; kept as a file, so that it is not trained again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FoldResult {
    /// Version of this layout.
    pub schema_version: u32,
    /// Digest of everything that the fold was made from.
    pub inputs: Digest,
    /// Counted from 0.
    pub number: usize,
    /// The days that training spans.
    pub train: DateRange,
    /// Days inside them that were not learned from.
    pub train_except: Vec<DateRange>,
    /// Bars that were learned from.
    pub train_bars: usize,
    /// The folder of the bundle.
    pub bundle: PathBuf,
    /// Its digest.
    pub bundle_digest: Digest,
    /// The score that chose the policy among checkpoints, if there was one.
    pub validation_score: Option<f64>,
    /// What went wrong in training, if it ended on its last good checkpoint.
    pub trouble: Option<String>,
    /// The chosen policy on the days that chose it.
    pub validation: RangeResult,
    /// The chosen policy on days that nobody looked at.
    pub tests: Vec<RangeResult>,
}

impl FoldResult {
    /// The version that this code writes and reads.
    pub const SCHEMA_VERSION: u32 = 1;

    /// Validation Sharpe less mean test Sharpe: how much of what chose the policy was luck.
    #[must_use]
    pub fn degradation(&self) -> Option<f64> {
        let tests: Option<Vec<f64>> = self.tests.iter().map(|test| test.figures.sharpe).collect();
        let tests = tests.filter(|tests| !tests.is_empty())?;
        let mean = tests.iter().sum::<f64>() / tests.len() as f64;
        Some(self.validation.figures.sharpe? - mean)
    }
}

/// What training says of a fold.
#[derive(Debug, Clone, PartialEq)]
pub struct FoldFacts {
    /// Digest of everything that the fold is made from.
    pub inputs: Digest,
    /// The folder of the bundle.
    pub bundle: PathBuf,
    /// The score that chose the policy among checkpoints, if there was one.
    pub validation_score: Option<f64>,
    /// What went wrong in training, if it ended on its last good checkpoint.
    pub trouble: Option<String>,
}

/// A fold with its bundle, ready to be judged.
#[derive(Debug)]
pub struct FoldJudge<'a> {
    fold: &'a FoldAgent,
    market: PreparedMarket,
    table: &'a ActionTable,
}

impl<'a> FoldJudge<'a> {
    /// Reads the bars that the fold is judged on, through the transforms of its bundle.
    ///
    /// # Errors
    /// [`WalkError`] if bars are missing or the bundle's features do not fit.
    pub fn try_new(
        lake: &Lake,
        fold: &'a FoldAgent,
        table: &'a ActionTable,
        features: FeatureDocument,
    ) -> Result<Self, WalkError> {
        let data = &fold.agent.data;
        let ends = fold.tests.iter().map(|(_, range)| range.end());
        let end = ends.max().unwrap_or(data.test.end()).max(data.validation.end());
        let range = DateRange::try_new(data.train.start(), end)?;
        let market = PreparedMarket::for_bundle(lake, &fold.agent, features, range)?;
        Ok(Self { fold, market, table })
    }

    /// Judges the policy of a bundle on validation and every test range.
    ///
    /// # Errors
    /// [`WalkError`] if it cannot answer.
    pub fn judge(&self, bundle: &Bundle, facts: FoldFacts) -> Result<FoldResult, WalkError> {
        let run = |group, range| {
            let mut agent = AgentStrategy::new(Policy::from_bundle(bundle)?);
            self.run(&mut agent, group, range)
        };
        let data = &self.fold.agent.data;
        let tests = self.fold.tests.iter().map(|&(group, range)| run(group, range));
        Ok(FoldResult {
            schema_version: FoldResult::SCHEMA_VERSION,
            inputs: facts.inputs,
            number: self.fold.number,
            train: data.train,
            train_except: data.train_except.clone(),
            train_bars: self.fold.train_bars,
            bundle: facts.bundle,
            bundle_digest: bundle.bundle_digest(),
            validation_score: facts.validation_score,
            trouble: facts.trouble,
            validation: run(None, data.validation)?,
            tests: tests.collect::<Result<_, WalkError>>()?,
        })
    }

    fn run(
        &self,
        strategy: &mut dyn Strategy,
        group: Option<usize>,
        range: DateRange,
    ) -> Result<RangeResult, WalkError> {
        let rows = self.market.rows_in(range, self.fold.agent.data.embargo_bars)?;
        let (agent, market, table) = (&self.fold.agent, &self.market, self.table);
        let judgement = Judgement { agent, market, table, range, rows: rows.clone() };
        let trajectory = simulate(strategy, &market.tape, rows, &judgement.params(), table)?;
        Ok(RangeResult::of(&trajectory, group, range, self.clock()))
    }

    fn clock(&self) -> BarClock {
        BarClock { bars_per_year: self.market.tape.bars_per_year() }
    }
}

impl RangeResult {
    /// The result of a run.
    #[must_use]
    pub fn of(
        trajectory: &Trajectory,
        group: Option<usize>,
        range: DateRange,
        clock: BarClock,
    ) -> Self {
        let benchmark_returns = trajectory.benchmark_returns();
        let risk_free = trajectory.steps.first().map_or(0.0, |step| step.account.cash_return);
        Self {
            group,
            range,
            figures: Figures::of(trajectory, clock),
            benchmark_sharpe: crate::metrics::sharpe(&benchmark_returns, clock, risk_free),
            times: trajectory.steps.iter().map(|step| step.time).collect(),
            returns: trajectory.returns(),
            benchmark_returns,
        }
    }
}
