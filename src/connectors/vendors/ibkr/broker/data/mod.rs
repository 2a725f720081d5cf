//! Market data: bars, quotes, and whether they can be trusted.

mod bars;
mod feed;
mod quotes;
mod staleness;
mod stream;
mod subscribe;

#[cfg(test)]
mod feed_tests;

pub(super) use bars::{BarLine, Span};
pub(super) use feed::Feed;
pub(super) use quotes::{QuoteLine, Tick};
pub(super) use staleness::{Cause, Staleness};
pub use stream::IbkrStream;
pub(super) use subscribe::{data_type, subscribe_all};
