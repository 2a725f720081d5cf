//! What the chart service sends.

use std::collections::BTreeMap;

use serde::Deserialize;

/// The document.
///
/// ```json
/// {"chart":{"result":[{
///   "meta":{"currency":"USD","symbol":"AAPL","exchangeTimezoneName":"America/New_York",
///           "regularMarketTime":1739998801,"dataGranularity":"1d"},
///   "timestamp":[1598880600],
///   "events":{"dividends":{"1604673000":{"amount":0.205,"date":1604673000}},
///             "splits":{"1598880600":{"date":1598880600,"numerator":4,"denominator":1,"splitRatio":"4:1"}}},
///   "indicators":{"quote":[{"open":[127.58],"high":[131.0],"low":[126.0],"close":[129.04],"volume":[225702700]}],
///                 "adjclose":[{"adjclose":[126.1]}]}}],
///  "error":null}}
/// ```
/// or `{"chart":{"result":null,"error":{"code":"Not Found","description":"No data found, symbol may be delisted"}}}`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Document {
    pub(super) chart: Chart,
}

/// A result or an error.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Chart {
    pub(super) result: Option<Vec<Series>>,
    pub(super) error: Option<Refusal>,
}

/// Why there is no result.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Refusal {
    pub(super) code: String,
    #[serde(default)]
    pub(super) description: String,
}

/// The bars of one symbol; `timestamp` is absent where there is none.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Series {
    pub(super) meta: Meta,
    #[serde(default)]
    pub(super) timestamp: Vec<i64>,
    #[serde(default)]
    pub(super) events: Events,
    pub(super) indicators: Indicators,
}

/// About the symbol.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Meta {
    /// `GBp` means pence.
    pub(super) currency: Option<String>,
    /// An IANA name.
    pub(super) exchange_timezone_name: String,
    /// When the last trade was; the time of a bar that is still growing.
    pub(super) regular_market_time: Option<i64>,
}

/// Corporate actions; the keys repeat the dates.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(super) struct Events {
    pub(super) dividends: BTreeMap<String, Dividend>,
    pub(super) splits: BTreeMap<String, Split>,
}

/// Cash for each share, in shares as they are at the moment of the request.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Dividend {
    pub(super) amount: f64,
    /// The open of the ex-date.
    pub(super) date: i64,
}

/// `numerator` new shares for `denominator` old ones.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Split {
    /// The open of the ex-date.
    pub(super) date: i64,
    pub(super) numerator: f64,
    pub(super) denominator: f64,
}

/// The columns.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Indicators {
    pub(super) quote: Vec<Quote>,
}

/// One value for each timestamp; `null` where there was no trade. Empty without timestamps.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(super) struct Quote {
    pub(super) open: Vec<Option<f64>>,
    pub(super) high: Vec<Option<f64>>,
    pub(super) low: Vec<Option<f64>>,
    pub(super) close: Vec<Option<f64>>,
    pub(super) volume: Vec<Option<f64>>,
}
