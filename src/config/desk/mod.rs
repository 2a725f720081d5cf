//! A desk: several accounts that one process trades, each with agents, venue and settings of its own.

mod check;
mod load;
mod section;

pub use load::load_desk;
pub use section::{Desk, DeskSession, DeskVenue};
