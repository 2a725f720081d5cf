//! What a place remembers of its runs, studies and trials: folders, and a database beside them.
//!
//! The folders are the truth for going on with a run; the database (SQLite in a file, or Postgres) is what lists,
//! compares and shares. Its tables for studies and trials are those of Optuna, so that Optuna and its
//! dashboard open it. Nothing here trains, judges or chooses.

mod database;
mod error;
mod handle;
mod jobs;
mod ledger;
mod runs;
mod studies;
#[cfg(test)]
mod tests;

pub use error::StoreError;
pub use handle::Store;
pub use jobs::{
    ClaimFilter, ClaimedJob, Finish, JobDraft, JobEnd, JobKey, JobRow, JobState, Lease,
};
pub use ledger::LedgerRow;
pub use runs::{
    Episode, EpisodeRow, EpisodeStep, EpisodeTrade, MetricRow, Operation, OperationKind, RunDraft,
    RunEnd, RunFilter, RunFolder, RunRecord, RunRow, RunStatus, TradeDirection, read_runs,
};
pub use studies::{
    StudyDraft, StudyRow, StudySummary, TrialCounts, TrialEnd, TrialParam, TrialReport, TrialRow,
    TrialState,
};
