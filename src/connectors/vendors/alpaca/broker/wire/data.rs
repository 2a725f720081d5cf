//! Frames of the market data stream and pages of bars.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::base::Timestamp;

/// A page of bars by symbol.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(in super::super) struct BarPage {
    pub(in super::super) bars: Option<BTreeMap<String, Vec<WireBar>>>,
    pub(in super::super) next_page_token: Option<String>,
}

/// One bar; `t` is its start.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub(in super::super) struct WireBar {
    #[serde(rename = "t")]
    pub(in super::super) start: Timestamp,
    #[serde(rename = "o")]
    pub(in super::super) open: f64,
    #[serde(rename = "h")]
    pub(in super::super) high: f64,
    #[serde(rename = "l")]
    pub(in super::super) low: f64,
    #[serde(rename = "c")]
    pub(in super::super) close: f64,
    #[serde(rename = "v", default)]
    pub(in super::super) volume: f64,
}

/// The latest quotes by symbol.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(in super::super) struct LatestQuotes {
    pub(in super::super) quotes: BTreeMap<String, LatestQuote>,
}

/// Best prices.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub(in super::super) struct LatestQuote {
    #[serde(rename = "ap")]
    pub(in super::super) ask: f64,
}

/// An entry of a frame; a frame is a list of them.
///
/// # Source
/// Alpaca Market Data API, "Real-time Stock Data".
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "T")]
pub(in super::super) enum DataMessage {
    /// `connected`, `authenticated`.
    #[serde(rename = "success")]
    Success {
        #[serde(default)]
        msg: String,
    },
    /// 402 keys, 405 symbols, 406 connections, 407 too slow, 409 subscription.
    #[serde(rename = "error")]
    Error {
        #[serde(default)]
        code: i64,
        #[serde(default)]
        msg: String,
    },
    /// What is sent from now on.
    #[serde(rename = "subscription")]
    Subscription {
        #[serde(default)]
        bars: Vec<String>,
        #[serde(default)]
        quotes: Vec<String>,
    },
    /// A minute has ended.
    #[serde(rename = "b")]
    Bar {
        #[serde(rename = "S")]
        symbol: String,
        #[serde(flatten)]
        bar: WireBar,
    },
    /// A late trade has changed a minute.
    #[serde(rename = "u")]
    UpdatedBar {
        #[serde(rename = "S")]
        symbol: String,
        #[serde(flatten)]
        bar: WireBar,
    },
    /// New best prices; sizes in shares.
    #[serde(rename = "q")]
    Quote {
        #[serde(rename = "S")]
        symbol: String,
        #[serde(rename = "bp")]
        bid: f64,
        #[serde(rename = "bs", default)]
        bid_size: f64,
        #[serde(rename = "ap")]
        ask: f64,
        #[serde(rename = "as", default)]
        ask_size: f64,
        #[serde(rename = "t")]
        time: Timestamp,
    },
    /// Trading is halted or goes on: `H`, `2`, `P` and `T`, `3`.
    #[serde(rename = "s")]
    Status {
        #[serde(rename = "S")]
        symbol: String,
        #[serde(rename = "sc", default)]
        code: String,
        #[serde(rename = "sm", default)]
        meaning: String,
        #[serde(rename = "rm", default)]
        reason: String,
        #[serde(rename = "t")]
        time: Timestamp,
    },
    /// A kind that is not known here.
    #[serde(other)]
    Other,
}

impl DataMessage {
    /// Reads a frame; an error says what is wrong with it.
    pub(in super::super) fn read(bytes: &[u8]) -> Result<Vec<Self>, String> {
        serde_json::from_slice(bytes).map_err(|error| error.to_string())
    }
}
