//! Section `tune`: what is searched, how, and what a trial is worth.

mod sampler;
mod scheduler;
mod section;
mod space;

pub use sampler::{Sampler, TpeSampler};
pub use scheduler::{
    AshaScheduler, HyperbandScheduler, MedianStopScheduler, PbtScheduler, Scheduler,
};
pub use section::{Tune, TuneMetric};
pub use space::{Condition, RangeError, RangeKind, Scale, SearchRange, SearchSpace};
