//! `releat paper`: agents on the simulated venue, and what every session begins and ends with.

mod attribution;
mod command;
mod decisions;
mod ended;
mod engine;
mod opening;
mod pace;
mod process;
mod simulated;
mod watching;

pub(super) use command::trade_section;
pub use command::{PaperOptions, PaperSpeed, ReplayOptions, paper, replay};
pub(super) use decisions::Decisions;
pub(super) use ended::{Ended, text};
pub(super) use engine::{Member, members, members_one_by_one, trader_failure};
pub(super) use opening::{Opened, Opening, foreseen, limits, new_name, open};
pub(super) use process::Process;
pub(super) use watching::{Watching, arm};
