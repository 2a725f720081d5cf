//! What can be wrong with bars, as small checks.
//!
//! A *defect* keeps a row out of the lake; a *suspect* enters and is reported; a *finding* is what
//! a check of the lake has to say. Nothing is repaired here.

mod actions;
mod check;
mod jumps;
mod prints;
mod returns;
mod rows;
mod series;
mod splits;

#[cfg(test)]
mod tests;

pub(crate) use actions::{action_text, inspect_actions};
pub use check::{Finding, FindingCode, SeriesCheck, check_against, check_series, compare_series};
pub use rows::{Defect, Quarantined};
pub(crate) use rows::{inspect_rows, row_text};
pub(crate) use series::find_suspects;
pub use series::{Suspect, SuspectKind};
