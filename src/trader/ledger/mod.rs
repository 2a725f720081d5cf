//! The memory of a session: every event and what followed, chained by digest, and the proof that it can be had again.
//!
//! A row is the JSON of an event and of the engine's effects. [`Recorder`] writes rows before effects are carried
//! out, [`verify()`] finds the first row that was touched, [`replay()`] gives the events to a fresh engine and compares.

mod chain;
mod error;
mod facts;
mod manifest;
mod recorder;
mod replay;
mod step;
#[cfg(test)]
mod tests;
mod verify;

pub use chain::LedgerHead;
pub(crate) use chain::{Anchor, Chain};
pub use error::LedgerError;
pub use manifest::{SessionBundle, SessionManifest, VenueKind, session_folder};
pub use recorder::{Kept, Recorder};
pub use replay::{Divergence, Process, Replayed, replay};
pub use step::StoredStep;
pub(in crate::trader) use step::row_json;
pub use verify::{Fault, FaultKind, Verification, each_row, verify};
