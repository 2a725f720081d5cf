//! Addresses of the services.

use crate::config::AlpacaConnector;
use crate::connectors::vendors::alpaca::broker::stream::Feed;

pub(super) const PAPER_URL: &str = "https://paper-api.alpaca.markets";
pub(super) const LIVE_URL: &str = "https://api.alpaca.markets";
const DATA_HOST: &str = "https://data.alpaca.markets";
const DATA_STREAM_HOST: &str = "wss://stream.data.alpaca.markets";

/// Where everything is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) trading_url: String,
    pub(super) data_url: String,
}

/// What an address says of the money behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Money {
    Paper,
    Real,
    /// Another address than Alpaca's own: only the account tells.
    Untold,
}

impl Place {
    /// Whoever speaks for the data at another address than Alpaca's own speaks for the accounts too.
    pub(super) fn of(connector: &AlpacaConnector) -> Self {
        let data_url = connector.base_url.trim_end_matches('/').to_owned();
        let trading_url = match connector.trading_url.trim_end_matches('/') {
            "" if data_url == DATA_HOST => PAPER_URL.to_owned(),
            "" => data_url.clone(),
            given => given.to_owned(),
        };
        Self { trading_url, data_url }
    }

    pub(super) fn money(&self) -> Money {
        match self.trading_url.as_str() {
            PAPER_URL => Money::Paper,
            LIVE_URL => Money::Real,
            _ => Money::Untold,
        }
    }

    /// The stream of trade updates.
    pub(super) fn updates_url(&self) -> String {
        format!("{}/stream", websocket(&self.trading_url))
    }

    /// The stream of market data.
    pub(super) fn market_url(&self, feed: Feed) -> String {
        let host = match self.data_url.as_str() {
            DATA_HOST => DATA_STREAM_HOST.to_owned(),
            other => websocket(other),
        };
        format!("{host}/v2/{}", feed.name())
    }
}

/// `ws` for `http`, `wss` for `https`.
fn websocket(url: &str) -> String {
    url.strip_prefix("http").map_or_else(|| url.to_owned(), |rest| format!("ws{rest}"))
}
