//! A session: the shell that brings events to an engine and carries its effects out.
//!
//! The order is always the same: the engine decides, the ledger has it on the disk, then it is carried out.

mod document;
mod journal;
pub mod live;
mod market_venue;
mod pace;
mod recorded;
mod router;
mod shell;
mod tally;
pub mod watchdog;

pub use document::PaperDocument;
pub use journal::{Journal, MemoryJournal};
pub use market_venue::MarketVenue;
pub use pace::{AtOnce, Moment, Pace, Wake};
pub use recorded::{Progress, Recording, play};
pub use router::{Router, RouterError};
pub use shell::{Shell, Watcher};
pub use tally::Tally;
