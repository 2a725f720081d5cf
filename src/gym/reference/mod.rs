//! The account in plain f64: the definition of what an order does.

mod account;
mod exits;
mod holdings;
mod legality;
mod reward;
mod sizing;

#[cfg(test)]
mod tests;

pub use account::{Account, AccountStep, Order};
pub use exits::{Execution, ExecutionKind, protective_exit};
pub use holdings::{Holdings, Position};
pub use legality::Standing;
pub use reward::{RewardInput, RewardState};
pub use sizing::{MIN_ORDER_FRAC, order_quantities};

pub(in crate::gym) use holdings::{EQUITY_FLOOR_FRAC, MIN_CLOSED_FRAC};
pub(in crate::gym) use reward::{MIN_GROWTH, MIN_RETURN_DEVIATION};
