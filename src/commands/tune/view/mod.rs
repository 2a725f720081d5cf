//! Studies as people and scripts see them.

mod document;
mod list;
mod overview;
mod rebuilt;
mod show;
mod verify;

pub(super) use document::{BestTrial, TrialCounts, TuneDocument};
pub use list::tune_list;
pub(super) use overview::Overview;
pub(in crate::commands) use overview::ledger_returns;
pub(super) use rebuilt::{StudyTexts, known_trials};
pub use show::{TuneShowOptions, tune_show};
pub use verify::tune_verify;
