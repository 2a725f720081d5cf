//! Runs: their folders, their rows in the database, their metrics and episodes.

mod episode;
mod episodes;
mod folder;
mod metrics;
mod run;

pub use episode::{Episode, EpisodeStep, EpisodeTrade, Operation, OperationKind, TradeDirection};
pub use episodes::EpisodeRow;
pub use folder::{RunFolder, RunRecord, RunStatus, read_runs};
pub use metrics::MetricRow;
pub use run::{RunDraft, RunEnd, RunFilter, RunRow};
