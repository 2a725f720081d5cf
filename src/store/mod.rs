//! What a place remembers of its runs. Files for now; nothing here trains or judges.

mod runs;

pub use runs::{RunFolder, RunRecord, RunStatus, StoreError, read_runs};
