//! Studies and trials in the tables of Optuna, and what releat keeps beside them.

mod ledger;
mod listing;
mod study;
mod trial;

pub use ledger::LedgerRow;
pub use listing::{TrialReport, TrialRow};
pub(super) use study::study_id;
pub use study::{StudyDraft, StudyRow, StudySummary, TrialCounts};
pub use trial::{TrialEnd, TrialParam, TrialState};
