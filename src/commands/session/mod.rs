//! What every command shares: options, streams, failures, progress, the loaded place.

mod console;
mod data;
mod device;
mod failure;
mod loaded;
mod progress;

pub use console::{Console, OutputFormat, Talk};
pub(super) use data::{ensure_data, fetch_failure, source_failure};
pub(super) use device::device;
pub use failure::{Failure, FailureKind};
pub use loaded::SessionOptions;
pub(super) use loaded::{Session, configuration};
pub(super) use progress::TerminalProgress;
