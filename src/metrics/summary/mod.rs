//! All metrics of one run, with intervals, under fixed names.

mod bootstrap;
mod catalog;
mod compute;
mod estimate;

pub use bootstrap::{BootstrapOptions, Resampler};
pub use catalog::{Direction, MetricInfo, Unit, metric_catalog, metric_info};
pub use compute::SummaryInput;
pub use estimate::{Estimate, Summary};
