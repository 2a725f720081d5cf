//! What a frozen bundle does on days that it has not seen.

mod eval;
mod folds;
mod sweep;

pub(in crate::commands) use eval::{Candidate, judge, load_candidate, write_files};
pub use eval::{EvalOptions, eval};
pub use folds::{FoldKind, FoldOptions, FoldsDocument, eval_folds};
pub use sweep::{SweepDocument, SweepOptions, sweep};
