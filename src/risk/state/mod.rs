//! What the gate remembers: halts, peaks, the day, the pace of orders.

mod count;
mod halt;
mod kept;

pub use halt::{Alarm, Halt, HaltCause, TradingState};
pub use kept::RiskState;
pub(super) use kept::{Day, RecentOrder};
