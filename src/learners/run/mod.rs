//! The loop around a trainer: validate, keep checkpoints, remember the best, stop.

mod drive;
mod hooks;
mod outcome;
mod progress;

#[cfg(test)]
mod tests;

pub use drive::run;
pub use hooks::{Resume, RunHooks};
pub use outcome::{RunEnd, RunResult, RunState, Validation};
pub use progress::RunError;
