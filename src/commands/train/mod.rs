//! `releat train`: from bars to a judged bundle.

mod bundling;
mod command;
mod document;
mod keeping;
mod learner;
mod market;
mod noting;

pub(super) use bundling::BundleParts;
pub use command::{ResumeMode, TrainOptions, train};
pub(super) use learner::{action_table, learner, run_failure};
pub(super) use market::{inputs_digest, training_data};
