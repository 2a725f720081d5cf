//! Rules of `trade` and of the place's `risk`.

mod ensemble;
mod execution;
mod limits;

use super::check::Check;
use crate::config::Agent;

pub(super) use limits::limits;

/// Checks how the agent trades.
pub(super) fn check(check: &mut Check, agent: &Agent) {
    let trade = &agent.trade;
    ensemble::ensemble(check, trade);
    execution::trading(check, trade);
    for symbol in trade.instruments.keys().filter(|s| !agent.universe.symbols.contains(s)) {
        let key = format!("trade.instruments.{symbol}");
        check.deny(
            &[&key],
            format!("`{key}` must be a symbol of `universe.symbols`, it is not there"),
        );
    }
    limits(check, "trade.risk", &trade.risk);
}
