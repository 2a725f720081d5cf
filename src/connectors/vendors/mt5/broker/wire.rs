//! The bridge's answers about the account.

use serde::Deserialize;

/// The account.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Account {
    pub(super) login: i64,
    pub(super) equity: f64,
    pub(super) currency: String,
    /// Names of servers for practice hold `demo`.
    pub(super) server: String,
}

/// A position; a symbol may have several.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Position {
    pub(super) symbol: String,
    /// `BUY` or `SELL`.
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) volume: f64,
    pub(super) price_open: f64,
    pub(super) price_current: f64,
    #[serde(default)]
    pub(super) profit: f64,
}

impl Position {
    pub(super) fn signed(&self) -> f64 {
        if self.kind == "SELL" { -self.volume } else { self.volume }
    }
}

/// Something that traded.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Deal {
    pub(super) ticket: i64,
    pub(super) time_msc: i64,
    /// `BUY` or `SELL`; a number for what is no trade.
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) volume: f64,
    pub(super) price: f64,
    /// Below 0 if it was paid.
    #[serde(default)]
    pub(super) commission: f64,
    #[serde(default)]
    pub(super) comment: String,
    #[serde(default)]
    pub(super) magic: i64,
    #[serde(default)]
    pub(super) symbol: String,
}

/// Best prices.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub(super) struct Quote {
    pub(super) time_msc: i64,
    pub(super) bid: f64,
    pub(super) ask: f64,
}
