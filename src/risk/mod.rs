//! The gate between what the trader wants and what a venue may see.
//!
//! Every order passes one list of checks and comes out as [`Approved`], a type that nothing else can make, as a
//! [`Denial`] with the numbers that decided, or with a time to wait. What is not known denies. Losses, rejects and
//! contradictions halt trading; a [`RiskState`] carries halts and peaks over a restart.
//!
//! No I/O, no clock: time comes with every call. The gate cancels nothing and tells nobody; it returns [`Alarm`]s.

mod approval;
mod book;
mod checks;
mod denial;
mod gate;
mod hours;
mod market;
mod state;
mod tail;

pub use approval::Approved;
pub use book::{Book, BookLine};
pub use denial::Denial;
pub use gate::{LimitUse, RiskError, RiskGate, Verdict};
pub use market::Market;
pub use state::{Alarm, Halt, HaltCause, RiskState, TradingState};
