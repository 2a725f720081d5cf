//! `releat tune`: a search that counts its trials.

mod command;
mod estimate;
mod execution;
mod finish;
mod jobs;
pub mod report;
mod study;
mod trial;
mod view;

pub use command::{ExecutorKind, TuneOptions, tune};
pub use execution::{WorkerOptions, worker};
pub(super) use study::ledger_row;
pub(super) use view::ledger_returns;
pub use view::{TuneShowOptions, tune_list, tune_show, tune_verify};
