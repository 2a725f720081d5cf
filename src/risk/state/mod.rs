//! What the gate remembers: halts, peaks, the day, the pace of orders.

mod count;
mod halt;
mod kept;
mod recent;

pub use halt::{Alarm, Halt, HaltCause, TradingState};
pub(super) use kept::Day;
pub use kept::RiskState;
pub(super) use recent::RecentOrders;
