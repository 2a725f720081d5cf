//! Sections `universe` and `data`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::DateRange;
use crate::domain::{CalendarName, Symbol, Timeframe};

/// What is traded, and by which clock.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Universe {
    /// The instruments; cash is always asset 0 and is not named.
    pub symbols: Vec<Symbol>,
    /// The length of a bar and so the time between decisions. Default 1d.
    #[serde(default = "one_day")]
    pub timeframe: Timeframe,
    /// The trading calendar. Default XNYS.
    #[serde(default)]
    pub calendar: CalendarName,
    /// The currency of account and prices. Default USD.
    #[serde(default = "usd")]
    pub currency: String,
}

fn one_day() -> Timeframe {
    Timeframe::Day
}

fn usd() -> String {
    "USD".to_owned()
}

/// Where the bars come from and which days serve for what.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Data {
    /// The source that `fetch` reads.
    pub source: Source,
    /// Which corporate actions the prices are adjusted for, as of each decision. Default total.
    #[serde(default)]
    pub adjust: Adjust,
    /// The days to learn from.
    pub train: DateRange,
    /// The days to choose among checkpoints; after `train`.
    pub validation: DateRange,
    /// The days to judge on; after `validation`.
    pub test: DateRange,
    /// Bars left out at the start of validation and test, so that no window straddles a border.
    /// Range 0..=1000, default 5.
    #[serde(default = "five")]
    pub embargo_bars: usize,
}

fn five() -> usize {
    5
}

/// Adjustment of prices for corporate actions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Adjust {
    /// Prices as printed.
    None,
    /// Splits only.
    Split,
    /// Splits, and dividends as if reinvested.
    #[default]
    Total,
}

/// A source of bars.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Text files, one per symbol.
    Csv(CsvSource),
    /// Parquet files, one per symbol.
    Parquet(ParquetSource),
    /// A seeded made-up market. It is not market data.
    Synthetic(SyntheticSource),
    /// Yahoo's chart service.
    Yahoo(YahooSource),
}

impl Source {
    /// Whether nobody has to be asked over a network.
    #[must_use]
    pub const fn is_local(&self) -> bool {
        match self {
            Self::Csv(_) | Self::Parquet(_) | Self::Synthetic(_) => true,
            Self::Yahoo(_) => false,
        }
    }

    /// The folder name in the lake, and the key in the configuration.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Csv(_) => "csv",
            Self::Parquet(_) => "parquet",
            Self::Synthetic(_) => "synthetic",
            Self::Yahoo(_) => "yahoo",
        }
    }
}

/// Text files.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CsvSource {
    /// A folder with a file for each symbol, or one file if there is one symbol.
    pub path: PathBuf,
    /// The layout of the files. Default generic.
    #[serde(default)]
    pub layout: FileLayout,
    /// Names of the columns, for the generic layout.
    #[serde(default)]
    pub columns: ColumnMap,
}

/// Parquet files.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ParquetSource {
    /// A folder with a file for each symbol, or one file if there is one symbol.
    pub path: PathBuf,
    /// Names of the columns.
    #[serde(default)]
    pub columns: ColumnMap,
}

/// How a file's columns are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FileLayout {
    /// A header, names by `columns`; raw prices; optional `dividend` and `split` columns.
    #[default]
    Generic,
    /// `Date,Open,High,Low,Close,Adj Close,Volume`, split-adjusted, dividends from the adjusted close.
    Yahoo,
    /// LEAN daily: no header, `YYYYMMDD 00:00`, prices in 1/10000, with factor files.
    Lean,
}

/// Names of columns in a file. Each defaults to the name of the field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ColumnMap {
    /// Column of the bar's date or opening instant.
    pub time: String,
    /// Column of the first price.
    pub open: String,
    /// Column of the highest price.
    pub high: String,
    /// Column of the lowest price.
    pub low: String,
    /// Column of the last price.
    pub close: String,
    /// Column of the traded quantity.
    pub volume: String,
    /// Column of cash dividends per share on their ex-date, if the file has it.
    pub dividend: String,
    /// Column of split ratios on their ex-date, if the file has it.
    pub split: String,
}

impl Default for ColumnMap {
    fn default() -> Self {
        let name = str::to_owned;
        Self {
            time: name("time"),
            open: name("open"),
            high: name("high"),
            low: name("low"),
            close: name("close"),
            volume: name("volume"),
            dividend: name("dividend"),
            split: name("split"),
        }
    }
}

/// A made-up market: regime-switching volatility, fat tails, correlated assets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SyntheticSource {
    /// Seed of the market, apart from the run seed. Default 1.
    pub seed: u64,
    /// Yearly drift of every asset. Default 0.05.
    pub drift_annual: f64,
    /// Yearly volatility in the calm regime. Default 0.15.
    pub volatility_annual: f64,
    /// Volatility of the stormy regime as a multiple of the calm one. Default 2.5.
    pub stress_multiple: f64,
    /// Correlation of returns between assets, 0 to below 1. Default 0.6.
    pub correlation: f64,
    /// Degrees of freedom of the return shocks (Student's t), at least 3. Default 5.
    pub tail_degrees: usize,
    /// Predictability that is planted on purpose, with a known best policy. Default none.
    pub planted: Option<Planted>,
    /// Drift per symbol added to `drift_annual`. Default none.
    pub drift_by_symbol: BTreeMap<Symbol, f64>,
}

impl Default for SyntheticSource {
    fn default() -> Self {
        Self {
            seed: 1,
            drift_annual: 0.05,
            volatility_annual: 0.15,
            stress_multiple: 2.5,
            correlation: 0.6,
            tail_degrees: 5,
            planted: None,
            drift_by_symbol: BTreeMap::new(),
        }
    }
}

/// A hidden favorite: a Markov chain picks one asset (or cash) whose next return has extra drift.
///
/// The favorite is visible at decision time: its volume is `volume_multiple` times the usual.
/// Every other asset loses `edge_bps` divided by the number of symbols in that bar, so that none drifts
/// for ever; while cash is the favorite all of them do.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Planted {
    /// Extra log return of the favorite in its next bar, basis points. Default 60.
    pub edge_bps: f64,
    /// Probability that the favorite stays from one bar to the next. Default 0.95.
    pub stay: f64,
    /// Volume of the favorite as a multiple of the usual volume. Default 4.
    pub volume_multiple: f64,
}

impl Default for Planted {
    fn default() -> Self {
        Self { edge_bps: 60.0, stay: 0.95, volume_multiple: 4.0 }
    }
}

/// Yahoo's chart service; the connector needs no key.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct YahooSource {}
