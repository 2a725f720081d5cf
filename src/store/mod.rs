//! What a place remembers of its runs, studies, trials and trading sessions: folders, and a database beside them.
//!
//! The folders are the truth for going on with a run; the database (SQLite in a file, or Postgres) is what lists,
//! compares and shares. Its tables for studies and trials are those of Optuna, so that Optuna and its
//! dashboard open it. Nothing here trains, judges or chooses.

mod database;
mod error;
mod gates;
mod handle;
mod jobs;
mod runs;
mod sessions;
mod studies;
#[cfg(test)]
mod tests;

pub use error::StoreError;
pub use gates::{GateRow, GateVerdict};
pub use handle::Store;
pub use jobs::{
    ClaimFilter, ClaimedJob, Finish, JobDraft, JobEnd, JobKey, JobRow, JobState, Lease,
};
pub use runs::{
    Episode, EpisodeRow, EpisodeStep, EpisodeTrade, MetricRow, Operation, OperationKind, RunDraft,
    RunEnd, RunFilter, RunFolder, RunRecord, RunRow, RunStatus, TradeDirection, read_runs,
};
pub use sessions::{
    AlertRow, Durability, FillRow, OrderRow, OrderState, PositionRow, SessionDraft, SessionFact,
    SessionRecord, SessionRow,
};
pub use studies::{
    LedgerRow, StudyDraft, StudyRow, StudySummary, TrialCounts, TrialEnd, TrialParam, TrialReport,
    TrialRow, TrialState,
};
