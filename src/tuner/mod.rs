//! Searching for good settings: which values to try, which trials go on, what matters.
//!
//! Everything here is pure: no clock, no files, no threads. A [`Study`] is a sequence of numbered jobs;
//! what a job is follows from the reports of earlier jobs in the order of their numbers, never from
//! the order in which they came in.

mod importance;
mod optuna;
mod plan;
mod samplers;
mod schedulers;
mod space;
mod study;
mod trial;

pub use importance::importances;
pub use optuna::{distribution_json, optuna_value};
pub use plan::{Plan, PlanError};
pub use schedulers::{Asha, Promotion};
pub use space::{Params, Space, SpaceError};
pub use study::{Next, Outcome, Study, TunerError};
pub use trial::{Job, Report, Trial, TrialState};

#[cfg(test)]
mod tests;
