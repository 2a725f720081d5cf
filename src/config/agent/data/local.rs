//! Files as a source of bars.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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
