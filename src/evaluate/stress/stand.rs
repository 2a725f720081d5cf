//! What is put under stress, and one run of it.

use std::ops::Range;

use crate::domain::{CostModel, Panel};
use crate::evaluate::trajectory::simulate_under;
use crate::evaluate::{Figures, Judgement, MarketError, PreparedMarket, Strategy, Trajectory};
use crate::gym::EnvParams;
use crate::learners::PolicyError;
use crate::learners::bundle::BundleError;
use crate::metrics::BarClock;

/// A strategy cannot be put under stress.
#[derive(Debug, thiserror::Error)]
pub enum StressError {
    /// The policy cannot answer.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// The bundle is damaged.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// The changed bars make no market.
    #[error(transparent)]
    Market(#[from] MarketError),
}

/// Makes the strategy anew, without a memory of earlier runs.
pub type MakeStrategy<'a> = &'a dyn Fn() -> Result<Box<dyn Strategy>, StressError>;

/// A strategy on the bars that it is judged on.
pub struct Stand<'a> {
    /// What is judged, where and how.
    pub judgement: &'a Judgement<'a>,
    /// The strategy.
    pub make: MakeStrategy<'a>,
}

impl Stand<'_> {
    pub(super) fn params(&self) -> EnvParams {
        self.judgement.params()
    }

    pub(super) fn clock(&self) -> BarClock {
        BarClock { bars_per_year: self.judgement.market.tape.bars_per_year() }
    }

    /// The rows of the panel whose bars may be changed: those after the first decision.
    pub(super) fn panel_rows(&self) -> Range<usize> {
        let shift = self.judgement.market.first_panel_row();
        let rows = &self.judgement.rows;
        rows.start + 1 + shift..rows.end + shift
    }

    /// Runs a strategy on the bars as they are, under the costs of each row.
    pub(super) fn run_under(
        &self,
        costs_at: &dyn Fn(usize) -> CostModel,
        strategy: &mut dyn Strategy,
    ) -> Result<Trajectory, StressError> {
        let Judgement { market, table, rows, .. } = self.judgement;
        let both = (&self.params(), *table);
        Ok(simulate_under(costs_at, strategy, &market.tape, rows.clone(), both)?)
    }

    /// Runs the strategy under one cost model.
    pub(super) fn run_at(&self, costs: CostModel) -> Result<Trajectory, StressError> {
        self.run_under(&|_| costs, (self.make)()?.as_mut())
    }

    /// Runs the strategy on other bars, from the same first decision on for at most `num_rows` rows.
    pub(super) fn run_on(&self, panel: Panel, num_rows: usize) -> Result<Trajectory, StressError> {
        let judgement = self.judgement;
        let first_time = judgement.market.time(judgement.rows.start);
        let market: PreparedMarket = judgement.market.with_panel(judgement.agent, panel)?;
        let start = market.tape.times().partition_point(|&time| time < first_time);
        let rows = start..market.tape.len().min(start + num_rows);
        let params = self.params();
        let costs = params.costs;
        let both = (&params, judgement.table);
        let mut strategy = (self.make)()?;
        Ok(simulate_under(&|_| costs, strategy.as_mut(), &market.tape, rows, both)?)
    }

    pub(super) fn figures(&self, trajectory: &Trajectory) -> Figures {
        Figures::of(trajectory, self.clock())
    }
}
