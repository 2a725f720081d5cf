//! Lengths of bars.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A timeframe was malformed.
#[derive(Debug, thiserror::Error, Clone, PartialEq, Eq)]
#[error("a timeframe must be a count and one of s, min, h, d, w, mo (1d, 5min, 1w), was `{text}`")]
pub struct TimeframeError {
    text: String,
}

/// The length of a bar: `30s`, `5min`, `1h`, `1d`, `1w`, `1mo`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Timeframe {
    /// A fixed number of seconds below one day.
    Seconds(u32),
    /// One session of the calendar.
    Day,
    /// The sessions of one ISO week (Monday to Sunday).
    Week,
    /// The sessions of one calendar month.
    Month,
}

impl Timeframe {
    /// The fixed length in seconds; `None` for day, week and month, whose length the calendar knows.
    #[must_use]
    pub const fn seconds(self) -> Option<u32> {
        match self {
            Self::Seconds(count) => Some(count),
            Self::Day | Self::Week | Self::Month => None,
        }
    }

    /// How many such bars a year of `sessions` sessions of `session_seconds` has.
    #[must_use]
    pub fn bars_per_year(self, sessions: f64, session_seconds: f64) -> f64 {
        match self {
            Self::Seconds(count) => sessions * session_seconds / f64::from(count),
            Self::Day => sessions,
            Self::Week => 52.0,
            Self::Month => 12.0,
        }
    }
}

impl fmt::Display for Timeframe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Seconds(count) if count % 3600 == 0 => write!(f, "{}h", count / 3600),
            Self::Seconds(count) if count % 60 == 0 => write!(f, "{}min", count / 60),
            Self::Seconds(count) => write!(f, "{count}s"),
            Self::Day => f.write_str("1d"),
            Self::Week => f.write_str("1w"),
            Self::Month => f.write_str("1mo"),
        }
    }
}

impl FromStr for Timeframe {
    type Err = TimeframeError;

    fn from_str(text: &str) -> Result<Self, TimeframeError> {
        let wrong = || TimeframeError { text: text.to_owned() };
        let split = text.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
        let (count, unit) = text.split_at(split);
        let count: u32 = count.parse().map_err(|_| wrong())?;
        let seconds = |unit_seconds: u32| {
            let total = count.checked_mul(unit_seconds).filter(|&s| s > 0 && s < 86_400);
            total.map(Self::Seconds).ok_or_else(wrong)
        };
        match (unit, count) {
            ("s", _) => seconds(1),
            ("min" | "m", _) => seconds(60),
            ("h", _) => seconds(3600),
            ("d", 1) => Ok(Self::Day),
            ("w", 1) => Ok(Self::Week),
            ("mo", 1) => Ok(Self::Month),
            _ => Err(wrong()),
        }
    }
}

impl TryFrom<String> for Timeframe {
    type Error = TimeframeError;

    fn try_from(text: String) -> Result<Self, TimeframeError> {
        text.parse()
    }
}

impl From<Timeframe> for String {
    fn from(timeframe: Timeframe) -> Self {
        timeframe.to_string()
    }
}

impl schemars::JsonSchema for Timeframe {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Timeframe".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "description": "the length of a bar: 30s, 5min, 1h, 1d, 1w, 1mo",
            "pattern": r"^\d+(s|min|m|h|d|w|mo)$"
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timeframes_read_and_show() {
        for (text, shown) in [
            ("30s", "30s"),
            ("5min", "5min"),
            ("60m", "1h"),
            ("1d", "1d"),
            ("1w", "1w"),
            ("1mo", "1mo"),
        ] {
            assert_eq!(text.parse::<Timeframe>().unwrap().to_string(), shown);
        }
        for bad in ["", "d", "2d", "24h", "0s", "1y", "-1d", "1.5h"] {
            assert!(bad.parse::<Timeframe>().is_err(), "{bad}");
        }
    }
}
