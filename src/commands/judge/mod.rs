//! What a frozen bundle does on days that it has not seen.

mod eval;
mod paper;

pub use eval::{EvalOptions, eval};
pub(in crate::commands) use eval::{judge, load_candidate, write_files};
pub use paper::{PaperOptions, paper};
