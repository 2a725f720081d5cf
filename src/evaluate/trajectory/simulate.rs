//! One strategy through the bars of a tape, in the reference account.

use std::ops::Range;

use crate::base::Timestamp;
use crate::domain::{CostModel, Weights};
use crate::gym::{Account, AccountStep, ActionTable, EnvParams, Order, Tape};
use crate::learners::{Policy, PolicyError};

/// What a strategy may see when it decides: the past of the tape and its own account.
#[derive(Debug)]
pub struct View<'a> {
    tape: &'a Tape,
    row: usize,
    account: &'a Account,
    table: &'a ActionTable,
}

impl View<'_> {
    /// Cash and the symbols.
    #[must_use]
    pub fn num_assets(&self) -> usize {
        self.tape.num_symbols() + 1
    }

    /// The last `count` closes of an asset (1 is the first symbol), oldest first; fewer near the
    /// beginning of the tape.
    #[must_use]
    pub fn closes(&self, asset: usize, count: usize) -> Vec<f64> {
        let first = (self.row + 1).saturating_sub(count);
        (first..=self.row).map(|row| self.tape.quotes(row)[asset - 1].close).collect()
    }

    /// The decision time.
    #[must_use]
    pub fn time(&self) -> Timestamp {
        self.tape.times()[self.row]
    }

    /// The features of this row.
    #[must_use]
    pub fn features(&self) -> &[f32] {
        self.tape.features(self.row)
    }

    /// One flag per action of the table: may it be taken now?
    #[must_use]
    pub fn legal_actions(&self) -> Vec<bool> {
        self.account.legal_actions(self.tape, self.row, self.table)
    }

    /// The weights that are held now, cash first.
    #[must_use]
    pub fn weights(&self) -> Vec<f64> {
        self.account.position_state(self.tape, self.row).weights
    }
}

/// What a strategy wants.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// The row of the action table, if it came from there.
    pub action: Option<usize>,
    /// Target weights; `None` is HOLD.
    pub weights: Option<Weights>,
}

impl Choice {
    /// Keep the holdings as they are.
    #[must_use]
    pub const fn hold() -> Self {
        Self { action: None, weights: None }
    }

    /// Trade to these weights.
    #[must_use]
    pub const fn weights(weights: Weights) -> Self {
        Self { action: None, weights: Some(weights) }
    }

    /// Take a row of the action table.
    #[must_use]
    pub fn action(action: usize, table: &ActionTable) -> Self {
        Self { action: Some(action), weights: table.rows()[action].clone() }
    }

    /// The order that the choice gives.
    fn order(&self, table: &ActionTable) -> Order<'_> {
        match (self.action, &self.weights) {
            (_, Some(weights)) => Order::Weights(weights),
            (Some(action), None) => match table.order(action) {
                Order::Slot(change) => Order::Slot(change),
                Order::Hold | Order::Weights(_) => Order::Hold,
            },
            (None, None) => Order::Hold,
        }
    }
}

/// Something that decides at the close of every bar.
pub trait Strategy {
    /// The choice at one row; rows come in order, each once.
    ///
    /// # Errors
    /// [`PolicyError`] if a network cannot answer; baselines always can.
    fn decide(&mut self, view: &View<'_>) -> Result<Choice, PolicyError>;
}

/// A frozen agent.
pub struct AgentStrategy {
    policy: Policy,
}

impl AgentStrategy {
    /// Begins with an empty memory.
    #[must_use]
    pub fn new(mut policy: Policy) -> Self {
        policy.reset();
        Self { policy }
    }
}

impl Strategy for AgentStrategy {
    fn decide(&mut self, view: &View<'_>) -> Result<Choice, PolicyError> {
        let position = view.account.position_state(view.tape, view.row);
        let legal = view.account.legal_actions(view.tape, view.row, view.table);
        let observation = position.observation_values(view.features());
        let decision = self.policy.decide(&observation, &legal)?;
        Ok(Choice::action(decision.action, view.table))
    }
}

/// One decision and what it did.
#[derive(Debug, Clone, PartialEq)]
pub struct TrajectoryStep {
    /// When it was decided.
    pub time: Timestamp,
    /// The row of the tape.
    pub row: usize,
    /// The row of the action table, if it came from there.
    pub action: Option<usize>,
    /// What it did to the account until the next close.
    pub account: AccountStep,
}

/// All decisions of one strategy.
#[derive(Debug, Clone, PartialEq)]
pub struct Trajectory {
    /// Equity before the first decision, currency units.
    pub initial_equity: f64,
    /// In order of time, never empty.
    pub steps: Vec<TrajectoryStep>,
}

impl Trajectory {
    /// Returns per bar, net of every cost.
    #[must_use]
    pub fn returns(&self) -> Vec<f64> {
        self.steps.iter().map(|step| step.account.portfolio_return).collect()
    }

    /// Returns of the benchmark over the same bars.
    #[must_use]
    pub fn benchmark_returns(&self) -> Vec<f64> {
        self.steps.iter().map(|step| step.account.benchmark_return).collect()
    }

    /// Traded notional of each step over equity before it.
    #[must_use]
    pub fn turnovers(&self) -> Vec<f64> {
        self.steps.iter().map(|step| step.account.turnover).collect()
    }

    /// Costs of each step over equity before it.
    #[must_use]
    pub fn cost_fractions(&self) -> Vec<f64> {
        self.steps.iter().map(|step| step.account.cost / step.account.equity_before).collect()
    }

    /// Equity after the last step, currency units.
    #[must_use]
    pub fn final_equity(&self) -> f64 {
        self.steps.last().map_or(self.initial_equity, |step| step.account.equity_after)
    }
}

/// Trades a strategy through `rows` of the tape, beginning in cash; the last row is only lived through.
///
/// Ruin stops the trading, not the simulation: the account stays as it is.
///
/// # Errors
/// [`PolicyError`] of the strategy.
pub fn simulate(
    strategy: &mut dyn Strategy,
    tape: &Tape,
    rows: Range<usize>,
    params: &EnvParams,
    table: &ActionTable,
) -> Result<Trajectory, PolicyError> {
    simulate_under(&|_| params.costs, strategy, tape, rows, (params, table))
}

/// As [`simulate`], with the costs of each row in place of those of `params`.
///
/// # Errors
/// [`PolicyError`] of the strategy.
pub(in crate::evaluate) fn simulate_under(
    costs_at: &dyn Fn(usize) -> CostModel,
    strategy: &mut dyn Strategy,
    tape: &Tape,
    rows: Range<usize>,
    (params, table): (&EnvParams, &ActionTable),
) -> Result<Trajectory, PolicyError> {
    let mut account = Account::new(params, tape.num_symbols());
    let last = rows.end.saturating_sub(1);
    let mut steps = Vec::with_capacity(last.saturating_sub(rows.start));
    for row in rows.start..last {
        account = account.with_costs(costs_at(row));
        let view = View { tape, row, account: &account, table };
        let choice = strategy.decide(&view)?;
        let step = account.step(tape, row, choice.order(table));
        steps.push(TrajectoryStep {
            time: tape.times()[row],
            row,
            action: choice.action,
            account: step,
        });
    }
    Ok(Trajectory { initial_equity: params.initial_equity, steps })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Env, Market, SlotsMarket};
    use crate::gym::fixtures::{PanelSpec, tape};

    /// Takes the actions of a list.
    struct Listed(Vec<usize>);

    impl Strategy for Listed {
        fn decide(&mut self, view: &View<'_>) -> Result<Choice, PolicyError> {
            Ok(Choice::action(self.0[view.row], view.table))
        }
    }

    #[test]
    fn slot_actions_do_in_evaluation_what_they_do_to_an_account() {
        let env = Env { market: Market::Slots(SlotsMarket::default()), ..Env::default() };
        let tape = tape(&PanelSpec { rows: 12, num_symbols: 1, ..PanelSpec::default() }, 1, &env);
        let params = EnvParams::new(&env, tape.bars_per_year());
        let table = ActionTable::try_new(&env.market, tape.symbols()).unwrap();
        let actions = vec![1, 3, 0, 2, 5, 0, 4, 6, 0, 1, 2];
        let found = simulate(&mut Listed(actions.clone()), &tape, 0..12, &params, &table).unwrap();
        let mut account = Account::new(&params, 1);
        for (row, (&action, step)) in actions.iter().zip(&found.steps).enumerate() {
            assert_eq!(step.account, account.step(&tape, row, table.order(action)), "row {row}");
            assert_eq!(step.account.executions.len(), usize::from(action != 0), "row {row}");
        }
        assert_eq!(found.steps[0].account.target_weights, Some(vec![0.75, 0.25]));
    }
}
