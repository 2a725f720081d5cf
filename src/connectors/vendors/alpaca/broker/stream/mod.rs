//! Bars and quotes as they come, and those that were missed.

mod backfill;
mod feed;
mod market;
mod read;

#[cfg(test)]
mod tests;

pub(super) use feed::Feed;
pub(super) use market::{AlpacaStream, is_streamable};
