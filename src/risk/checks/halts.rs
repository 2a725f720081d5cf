//! What is halted.

use super::case::{Case, Outcome};
use crate::risk::{Denial, Halt, TradingState};

pub(super) fn trading_halted(case: &Case<'_>) -> Result<Outcome, Denial> {
    let binds =
        |halt: &&Halt| halt.symbol.is_none() && !(case.is_reduction && halt.cause.lets_reduce());
    // The halt that binds most is named.
    let halt = case.state.halts().iter().filter(binds).max_by_key(|halt| {
        (!halt.cause.lets_reduce(), halt.cause.state(), std::cmp::Reverse(halt.since))
    });
    match halt.map(|halt| (halt.cause, halt.cause.state())) {
        Some((cause, TradingState::Halted)) => Err(Denial::TradingHalted { cause }),
        Some((cause, _)) => Err(Denial::TradingReducing { cause }),
        None => Ok(Outcome::Pass),
    }
}

/// While nobody knows what is held, nobody knows what makes it smaller: nothing passes.
pub(super) fn position_agrees(case: &Case<'_>) -> Result<Outcome, Denial> {
    match case.state.differs.contains_key(&case.request.symbol) {
        true => Err(Denial::PositionDiffers { symbol: case.symbol() }),
        false => Ok(Outcome::Pass),
    }
}

pub(super) fn symbol_halted(case: &Case<'_>) -> Result<Outcome, Denial> {
    let own = |halt: &&Halt| halt.symbol.as_ref() == Some(&case.request.symbol);
    match case.state.halts().iter().find(own) {
        Some(halt) if !(case.is_reduction && halt.cause.lets_reduce()) => {
            Err(Denial::SymbolHalted { symbol: case.symbol(), cause: halt.cause })
        }
        _ => Ok(Outcome::Pass),
    }
}
