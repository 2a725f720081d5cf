//! Vendors that are asked over a network; addresses, keys and limits are in `connectors`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Yahoo's chart service; the connector needs no key.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct YahooSource {}

/// Polygon's aggregates; always raw, splits and dividends come as actions.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PolygonSource {}

/// Alpaca's bars; always raw, splits and dividends come as actions.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AlpacaSource {
    /// Whose trades make the bars. Default sip.
    pub feed: AlpacaFeed,
}

/// A feed of Alpaca.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AlpacaFeed {
    /// All exchanges of the United States.
    #[default]
    Sip,
    /// One small exchange, which is free.
    Iex,
    /// Trades outside the exchanges.
    Otc,
}

/// Historical data of Interactive Brokers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct IbkrSource {
    /// The price that bars are made of. Default trades.
    pub price: IbkrPrice,
    /// The kind of contract. Default stock.
    pub contract: IbkrContract,
    /// Where it is routed. Default SMART.
    pub exchange: String,
    /// Which hours count. Default regular.
    pub hours: IbkrHours,
}

impl Default for IbkrSource {
    fn default() -> Self {
        Self {
            price: IbkrPrice::Trades,
            contract: IbkrContract::Stock,
            exchange: "SMART".to_owned(),
            hours: IbkrHours::Regular,
        }
    }
}

/// What Interactive Brokers calls "what to show".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum IbkrPrice {
    /// Trades.
    Trades,
    /// The middle of bid and ask.
    Midpoint,
    /// Bids.
    Bid,
    /// Asks.
    Ask,
}

/// Kinds of contracts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum IbkrContract {
    /// A stock or fund of the United States.
    Stock,
    /// A pair of currencies, such as `EURUSD`.
    Forex,
}

/// Trading hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum IbkrHours {
    /// Regular trading hours.
    Regular,
    /// All hours with trades.
    All,
}
