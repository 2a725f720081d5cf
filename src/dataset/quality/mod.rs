//! What can be wrong with bars, as small checks.
//!
//! A *defect* keeps a row out of the lake; a *suspect* enters and is reported.

mod actions;
mod rows;
mod series;

#[cfg(test)]
mod tests;

pub(crate) use actions::{action_text, inspect_actions};
pub use rows::{Defect, Quarantined};
pub(crate) use rows::{inspect_rows, row_text};
pub(crate) use series::find_suspects;
pub use series::{Suspect, SuspectKind};
