//! `releat eval --walk-forward` and `--purged`: an agent trained anew on every fold of its bars.

mod command;
mod document;
mod kept;
mod pictures;
mod planned;
mod trainer;

#[cfg(test)]
mod tests;

pub use command::{FoldOptions, eval_folds};
pub use document::FoldsDocument;
pub(super) use document::{percent, ratio};
pub use planned::FoldKind;
