//! One trial: its settings, its markets, its runs.

mod folds;
mod hooks;
mod markets;
mod run;
mod settings;

pub(super) use markets::Markets;
pub(super) use run::{JobEnd, JobRequest, Trainer};
pub(super) use settings::{BaseAgent, assignments};
