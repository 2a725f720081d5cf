//! `releat train`: from bars to a judged bundle.

mod command;
mod document;
mod keeping;
mod market;

pub use command::{ResumeMode, TrainOptions, train};
