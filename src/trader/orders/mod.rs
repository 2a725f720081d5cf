//! The orders of a session: their numbers, their states and their executions.

mod desk;
mod table;

pub use desk::OrderRecord;
pub(super) use desk::{OrderDesk, Outcome};
pub use table::{Happening, OrderState, Step};
