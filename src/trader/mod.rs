//! The engine that turns rows of the market and news of a venue into orders, and its sessions.
//!
//! [`Engine`] is a state machine: events in, effects out, no clock, no I/O; it cannot tell a simulated
//! venue from a real one. [`Shell`] brings events and carries effects out, after the ledger has them. The account is
//! derived from what the venue reports and from nothing else.

mod account;
mod engine;
mod error;
mod execution;
mod ledger;
mod orders;
mod session;
mod sizing;

#[cfg(test)]
mod tests;

pub use engine::{
    Alert, Command, Decision, DeniedOrder, Effect, Engine, EngineSetup, Event, NoDecision,
};
pub use error::TraderError;
pub use ledger::{
    Divergence, Fault, FaultKind, Kept, LedgerError, LedgerHead, Process, Recorder, Replayed,
    SessionBundle, SessionManifest, StoredStep, VenueKind, Verification, each_row, replay,
    session_folder, verify,
};
pub use orders::{Happening, OrderRecord, OrderState, Step};
pub use session::{
    AtOnce, Journal, MarketVenue, MemoryJournal, Moment, Pace, PaperDocument, Progress, Recording,
    Router, RouterError, Shell, Tally, Wake, Watcher, play,
};
pub use session::{live, watchdog};
