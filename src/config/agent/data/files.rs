//! Folders of files that a vendor or a platform laid out.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What the files hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FileContent {
    /// Bars of the timeframe, or shorter ones that are joined.
    #[default]
    Bars,
    /// Ticks, of which bars are built.
    Ticks,
}

/// The price that bars are made of, where a source has bid and ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum QuotePrice {
    /// What a seller gets.
    #[default]
    Bid,
    /// What a buyer pays.
    Ask,
    /// The middle of both.
    Mid,
    /// The last trade.
    Last,
}

/// A data folder of LEAN: `equity/usa/{daily,minute,tick,…}`, `forex/<market>/…`, `factor_files`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LeanSource {
    /// The folder that holds `equity`, `forex`, `crypto`.
    pub path: PathBuf,
    /// What to read. Default bars.
    #[serde(default)]
    pub content: FileContent,
    /// The price of quotes; equities have trades, which are taken for `last`. Default last for
    /// equities and bid otherwise.
    #[serde(default)]
    pub price: Option<QuotePrice>,
}

/// Files of HistData as they come: zip or csv, `M1` bars or `T` ticks, in fixed UTC-05.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HistdataSource {
    /// A folder whose file names hold the symbol, such as `DAT_ASCII_EURUSD_M1_2019.zip`.
    pub path: PathBuf,
    /// What to read. Default bars.
    #[serde(default)]
    pub content: FileContent,
    /// The price of ticks: bid, ask or mid. Default bid, as the bars of the vendor are.
    #[serde(default)]
    pub price: QuotePrice,
}

/// The clock of a broker's server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct ServerZone(pub String);

impl Default for ServerZone {
    fn default() -> Self {
        Self("new_york_close".to_owned())
    }
}

/// MetaTrader 5: export files if `path` is given, the REST bridge if not.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Mt5Source {
    /// A folder with a file for each symbol, or one file. Default none: the bridge.
    pub path: Option<PathBuf>,
    /// What to read. Default bars.
    pub content: FileContent,
    /// The price of ticks. Default bid, as the bars of the terminal are.
    pub price: QuotePrice,
    /// The clock of the broker's server, an IANA zone such as `Europe/Athens`, or `new_york_close`:
    /// New York time plus seven hours, which most brokers use. Default new_york_close.
    pub server_zone: ServerZone,
    /// The name that the broker gives a symbol: what it adds, such as `.r`. Default nothing.
    pub suffix: String,
}
