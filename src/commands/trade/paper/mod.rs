//! `releat paper`: agents on the simulated venue, and what every session begins and ends with.

mod attribution;
mod command;
mod decisions;
mod engine;
mod opening;
mod pace;
mod simulated;
mod watching;

pub use command::{PaperOptions, PaperSpeed, ReplayOptions, paper, replay};
pub(super) use command::{conclude, trade_section};
pub(super) use decisions::Decisions;
pub(super) use engine::{Member, members, trader_failure};
pub(super) use opening::{Opened, Opening, limits, new_name, open};
pub(super) use watching::{Watching, arm};
