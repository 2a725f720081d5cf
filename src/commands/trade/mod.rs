//! Trading on paper, and everything that is asked of a session while it runs and afterwards.

mod control;
mod ledger;
mod log;
mod notify;
mod paper;
mod report;
mod view;

pub use control::{ControlOptions, StatusOptions, flatten, kill, pause, resume, status};
pub use ledger::{LedgerExportOptions, audit_verify, ledger_export};
pub use paper::{PaperOptions, PaperSpeed, ReplayOptions, paper, replay};
