//! A lake and a prefix of a bucket, kept alike.
//!
//! In the bucket every content file carries its SHA-256 in its key and is never written with other
//! bytes; the manifest of a series is replaced last, on the condition that nobody else replaced it
//! meanwhile. So whoever reads a manifest finds every byte that it names.

mod compare;
mod error;
mod job;
mod local;
mod marker;
mod names;
mod prune;
mod remote;
mod series;
mod standing;

pub use error::MirrorError;
pub use job::{Direction, MirrorJob, MirrorOutcome, MirrorStep, mirror};
pub use series::SeriesOutcome;
pub use standing::Standing;
