//! Sections `universe` and `data`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Source;
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
