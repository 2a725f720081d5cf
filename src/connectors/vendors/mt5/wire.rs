//! The bridge's answers.

use serde::Deserialize;

/// A bar.
///
/// ```json
/// {"time":1546380000,"open":1.14598,"high":1.14612,"low":1.14598,"close":1.14605,
///  "tick_volume":41,"spread":8,"real_volume":0}
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub(super) struct Rate {
    /// When it began, in seconds of the bridge.
    pub(super) time: i64,
    pub(super) open: f64,
    pub(super) high: f64,
    pub(super) low: f64,
    pub(super) close: f64,
    /// Changes of the price.
    pub(super) tick_volume: f64,
    /// Traded quantity; 0 where there is no exchange.
    pub(super) real_volume: f64,
}

/// A tick.
///
/// ```json
/// {"time":1546434000,"time_msc":1546434000017,"bid":0.86682,"ask":0.86712,"last":0.0,
///  "volume":0,"flags":6}
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub(super) struct BridgeTick {
    /// When it happened, in milliseconds of the bridge.
    pub(super) time_msc: i64,
    pub(super) bid: f64,
    pub(super) ask: f64,
    /// 0 if there was no trade yet.
    pub(super) last: f64,
    pub(super) volume: f64,
    /// The terminal's bits: 2 bid, 4 ask, 8 last, 16 volume.
    pub(super) flags: i64,
}
