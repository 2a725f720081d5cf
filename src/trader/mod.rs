//! The engine that turns rows of the market and news of a venue into orders, and its recorded session.
//!
//! [`Engine`] is a state machine: events in, effects out, no clock, no I/O; it cannot tell a simulated
//! venue from a real one. [`run`] is the shell that plays recorded rows to an engine and a
//! simulated venue. The account is derived from what the venue reports and from nothing else.

mod engine;
mod error;
mod ledger;
mod orders;
mod portfolio;
mod prices;
mod session;

#[cfg(test)]
mod parity_tests;

pub use engine::{Effect, Engine, Event};
pub use error::TraderError;
pub use ledger::{Decision, DeniedOrder, Ledger, LedgerHead, Record};
pub use session::{PaperDocument, Recording, SessionReport, run};
