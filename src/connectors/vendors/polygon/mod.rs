//! Polygon: aggregates (v2), splits and dividends (v3), by key.
//!
//! Bars are asked for unadjusted. A request is a chain of pages: bars, then splits, then dividends;
//! the cursor is the path of the next page, without host and without key.

mod request;
mod source;
mod wire;

#[cfg(test)]
mod tests;

pub(in crate::connectors) use source::PolygonBars;
