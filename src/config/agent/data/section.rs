//! Sections `universe` and `data`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Source;
use crate::base::{Date, DateRange};
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
    /// Days inside `train` that are not learned from, ascending and apart from each other. An episode
    /// never crosses them, and transforms are not fitted on them. Default: none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub train_except: Vec<DateRange>,
    /// The days to choose among checkpoints; after `train`, or inside one of `train_except`.
    pub validation: DateRange,
    /// The days to judge on; after `validation`, or inside one of `train_except`.
    pub test: DateRange,
    /// Bars left out at the start of validation and test, so that no window straddles a border.
    /// Range 0..=1000, default 5.
    #[serde(default = "five")]
    pub embargo_bars: usize,
}

fn five() -> usize {
    5
}

impl Data {
    /// Whether a day is learned from.
    #[must_use]
    pub fn is_train_day(&self, day: Date) -> bool {
        self.train.contains(day) && !self.train_except.iter().any(|range| range.contains(day))
    }

    /// Whether days inside `train` are left out of learning as a whole.
    #[must_use]
    pub fn is_left_out(&self, days: DateRange) -> bool {
        let holds = |range: &DateRange| range.contains(days.start()) && range.contains(days.end());
        self.train_except.iter().any(holds)
    }

    /// The last day that a policy learns from or is chosen on.
    #[must_use]
    pub fn last_learning_day(&self) -> Date {
        self.train.end().max(self.validation.end())
    }
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
