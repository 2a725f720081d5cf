//! A study on the disk and in the store.

mod folder;
mod keeper;
mod ledger;
mod open;

pub(super) use folder::StudyFolder;
pub(super) use keeper::{LedgerDuty, StudyKeeper, trial_params};
pub(in crate::commands) use ledger::ledger_row;
pub(super) use ledger::{note_in_ledger, sharpe_per_bar};
pub(super) use open::{OpenStudy, metric_name, open_study, study_path};
