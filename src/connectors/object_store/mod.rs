//! A lake in an object store that speaks S3.
//!
//! The lower files are a small blocking client: conditional puts, checked reads, listings, limits.
//! `mirror` keeps a lake and a prefix of a bucket alike. Nothing here merges two lakes row by row,
//! and nothing is deleted in the store unless it was asked for.

mod address;
mod attempt;
mod client;
mod error;
mod failure;
mod listing;
mod mirror;
mod objects;
mod pace;
#[cfg(test)]
mod tests;

pub use address::{Address, AddressError};
pub use client::ObjectStore;
pub use error::ObjectError;
pub use listing::{LatestBy, ObjectEntry};
pub use mirror::{
    Direction, MirrorError, MirrorJob, MirrorOutcome, MirrorStep, SeriesOutcome, Standing, mirror,
};
pub use objects::{Object, ObjectFacts, Put, PutIf};
