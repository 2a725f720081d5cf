//! Sources of bars over a network, one folder a venue.
//!
//! What all of them share is in `http`: one request after the other, no faster than the vendor
//! allows, repeated with pauses while that may help, and refused with a clear text when it does not.

pub mod alpaca;
mod bar_span;
pub(in crate::connectors) mod http;
pub mod ibkr;
pub mod mt5;
mod notes;
mod polygon;
mod yahoo;

pub(in crate::connectors) use alpaca::AlpacaBars;
pub(crate) use bar_span::BarSpan;
pub use ibkr::{IbkrHistory, IbkrTickKind, IbkrTickPage, IbkrTickRequest};
pub(in crate::connectors) use mt5::Mt5Bridge;
pub(in crate::connectors) use notes::Notes;
pub(in crate::connectors) use polygon::PolygonBars;
pub(in crate::connectors) use yahoo::YahooBars;

#[cfg(test)]
mod recorded_tests;
#[cfg(test)]
#[path = "../../../tests/it/vendor_double/mod.rs"]
pub(in crate::connectors) mod vendor_double;
