//! What a frozen bundle does on days that it has not seen.

mod eval;
mod folds;
mod paper;
mod sweep;

pub use eval::{EvalOptions, eval};
pub(in crate::commands) use eval::{judge, load_candidate, write_files};
pub use folds::{FoldKind, FoldOptions, FoldsDocument, eval_folds};
pub use paper::{PaperOptions, paper};
pub use sweep::{SweepDocument, SweepOptions, sweep};
