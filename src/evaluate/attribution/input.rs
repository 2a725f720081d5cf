//! The backtest side: its rules and what it made of its rows.

use crate::base::Timestamp;
use crate::config::FillRule;
use crate::domain::CostModel;
use crate::evaluate::Trajectory;
use crate::gym::{EnvParams, ExecutionKind, Tape};

/// What the backtest supposes of a market.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rules {
    /// Where an order is filled.
    pub fill: FillRule,
    /// What trading costs.
    pub costs: CostModel,
    /// Earned each bar on cash, a fraction.
    pub cash_return_per_bar: f64,
    /// Paid each bar on the value of short positions, a fraction.
    pub borrow_rate_per_bar: f64,
}

impl From<&EnvParams> for Rules {
    fn from(params: &EnvParams) -> Self {
        Self {
            fill: params.fill,
            costs: params.costs,
            cash_return_per_bar: params.cash_return_per_bar,
            borrow_rate_per_bar: params.borrow_rate_per_bar,
        }
    }
}

/// A protective rule of the backtest closed a position.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Exit {
    /// The row before the bar in which it happened.
    pub row_time: Timestamp,
    /// Position of the symbol in the universe.
    pub symbol_index: usize,
    /// Currency units per share.
    pub price: f64,
}

/// What a backtest made of its rows.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Backtest {
    /// Equity at the close of each row, currency units; the first is that of the first decision.
    pub equities: Vec<(Timestamp, f64)>,
    /// Closings by protective rules, in order of time.
    pub exits: Vec<Exit>,
}

impl Backtest {
    /// What a trajectory made of its tape.
    #[must_use]
    pub fn of(trajectory: &Trajectory, tape: &Tape) -> Self {
        let first = trajectory.steps.first().map(|step| (step.time, trajectory.initial_equity));
        let after = trajectory
            .steps
            .iter()
            .filter_map(|step| Some((*tape.times().get(step.row + 1)?, step.account.equity_after)));
        let exits = trajectory.steps.iter().flat_map(|step| {
            let exits = step.account.executions.iter();
            exits.filter(|execution| execution.kind != ExecutionKind::Order).map(|execution| Exit {
                row_time: step.time,
                symbol_index: execution.symbol_index,
                price: execution.price,
            })
        });
        Self { equities: first.into_iter().chain(after).collect(), exits: exits.collect() }
    }
}
