//! The ground floor: time, seeds, digests, files, signals and the progress contract.
//!
//! Only this module reads the clock, the environment and the file system's locks. It knows
//! nothing of trading.

mod digest;
mod environment;
mod files;
#[cfg(test)]
mod fixtures;
mod interrupt;
mod lock;
mod progress;
mod rng;
mod time;

pub use digest::{Digest, digest_bytes, digest_file};
pub use environment::{releat_variables, variable, without_secrets};
pub use files::{FileError, absolute, read_bytes, read_text, write_atomic};
#[cfg(test)]
pub(crate) use fixtures::recorded;
pub use interrupt::{Interrupt, KillFile, KillSignal, KillState, StopSignal};
pub use lock::{LockError, LockFile};
pub use progress::{NoProgress, Progress, ProgressUpdate};
pub use rng::{Rng, RngState, SeedStream};
pub use time::{Date, DateRange, Stopwatch, TimeError, Timestamp, now, parse_date};
