//! Instants and calendar dates.

use std::fmt;
use std::str::FromStr;

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// A civil date without a time zone.
pub type Date = jiff::civil::Date;

/// Why a time, date or range could not be read.
#[derive(Debug, thiserror::Error, Clone, PartialEq, Eq)]
pub enum TimeError {
    /// The text is no date.
    #[error("a date must be YYYY-MM-DD, was `{text}`")]
    Date {
        /// What was found.
        text: String,
    },
    /// The text is no range of dates.
    #[error("a range must be YYYY-MM-DD..YYYY-MM-DD (both days included), was `{text}`")]
    Range {
        /// What was found.
        text: String,
    },
    /// The range ends before it begins.
    #[error("a range must not end before it begins, was `{text}`")]
    Reversed {
        /// What was found.
        text: String,
    },
    /// The text is no RFC 3339 instant.
    #[error("an instant must be RFC 3339 like 2019-01-02T21:00:00Z, was `{text}`")]
    Instant {
        /// What was found.
        text: String,
    },
}

/// An instant: nanoseconds since 1970-01-01T00:00:00Z, leap seconds ignored.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(try_from = "String", into = "String")]
pub struct Timestamp(i64);

impl Timestamp {
    /// The earliest instant that can be written down.
    pub const MIN: Self = Self(i64::MIN);
    /// The latest instant that can be written down.
    pub const MAX: Self = Self(i64::MAX);

    /// Wraps nanoseconds since the Unix epoch, UTC.
    #[must_use]
    pub const fn from_nanos(nanos: i64) -> Self {
        Self(nanos)
    }

    /// Wraps whole seconds since the Unix epoch, UTC.
    #[must_use]
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds * 1_000_000_000)
    }

    /// Nanoseconds since the Unix epoch, UTC.
    #[must_use]
    pub const fn nanos(self) -> i64 {
        self.0
    }

    /// Midnight UTC at the start of `date`.
    #[must_use]
    pub fn midnight_utc(date: Date) -> Self {
        Self::from_civil(date, 0, &TimeZone::UTC)
    }

    /// The instant at which clocks in `zone` show `seconds` after midnight of `date`.
    ///
    /// In a gap of daylight saving the later instant is taken, in a fold the earlier.
    #[must_use]
    pub fn from_civil(date: Date, seconds: i32, zone: &TimeZone) -> Self {
        let wall = date.to_datetime(jiff::civil::Time::midnight())
            + jiff::SignedDuration::from_secs(i64::from(seconds));
        let nanos = zone
            .to_ambiguous_timestamp(wall)
            .compatible()
            .map_or(i128::from(i64::MAX), jiff::Timestamp::as_nanosecond);
        Self(i64::try_from(nanos).unwrap_or(i64::MAX))
    }

    /// The date that a UTC calendar shows.
    #[must_use]
    pub fn date_utc(self) -> Date {
        self.date_in(&TimeZone::UTC)
    }

    /// The date that a calendar in `zone` shows.
    #[must_use]
    pub fn date_in(self, zone: &TimeZone) -> Date {
        zone.to_datetime(self.to_jiff()).date()
    }

    /// This instant moved by `nanos` nanoseconds, held at the ends of the representable range.
    #[must_use]
    pub const fn saturating_add_nanos(self, nanos: i64) -> Self {
        Self(self.0.saturating_add(nanos))
    }

    /// The same instant as jiff's type.
    #[must_use]
    pub fn to_jiff(self) -> jiff::Timestamp {
        jiff::Timestamp::from_nanosecond(i128::from(self.0)).unwrap_or_default()
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.to_jiff())
    }
}

impl FromStr for Timestamp {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        let instant: jiff::Timestamp =
            text.parse().map_err(|_| TimeError::Instant { text: text.to_owned() })?;
        i64::try_from(instant.as_nanosecond())
            .map(Self)
            .map_err(|_| TimeError::Instant { text: text.to_owned() })
    }
}

impl TryFrom<String> for Timestamp {
    type Error = TimeError;

    fn try_from(text: String) -> Result<Self, TimeError> {
        text.parse()
    }
}

impl From<Timestamp> for String {
    fn from(time: Timestamp) -> Self {
        time.to_string()
    }
}

/// Two dates, both included: `2010-01-01..2018-12-31`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DateRange {
    start: Date,
    end: Date,
}

impl DateRange {
    /// Joins two dates.
    ///
    /// # Errors
    /// [`TimeError::Reversed`] if `end` lies before `start`.
    pub fn try_new(start: Date, end: Date) -> Result<Self, TimeError> {
        if end < start {
            return Err(TimeError::Reversed { text: format!("{start}..{end}") });
        }
        Ok(Self { start, end })
    }

    /// The first day.
    #[must_use]
    pub const fn start(self) -> Date {
        self.start
    }

    /// The last day.
    #[must_use]
    pub const fn end(self) -> Date {
        self.end
    }

    /// Whether `date` lies inside.
    #[must_use]
    pub fn contains(self, date: Date) -> bool {
        self.start <= date && date <= self.end
    }

    /// Whether the two ranges share a day.
    #[must_use]
    pub fn overlaps(self, other: Self) -> bool {
        self.start <= other.end && other.start <= self.end
    }
}

impl fmt::Display for DateRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.start, self.end)
    }
}

impl FromStr for DateRange {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        let (start, end) =
            text.split_once("..").ok_or_else(|| TimeError::Range { text: text.to_owned() })?;
        let start = parse_date(start.trim())?;
        let end = parse_date(end.trim())?;
        Self::try_new(start, end)
    }
}

impl TryFrom<String> for DateRange {
    type Error = TimeError;

    fn try_from(text: String) -> Result<Self, TimeError> {
        text.parse()
    }
}

impl From<DateRange> for String {
    fn from(range: DateRange) -> Self {
        range.to_string()
    }
}

impl schemars::JsonSchema for DateRange {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "DateRange".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "description": "two dates, both included: 2010-01-01..2018-12-31",
            "pattern": r"^\d{4}-\d{2}-\d{2}\.\.\d{4}-\d{2}-\d{2}$"
        })
    }
}

/// Reads `YYYY-MM-DD`.
///
/// # Errors
/// [`TimeError::Date`] for any other text or a day that does not exist.
pub fn parse_date(text: &str) -> Result<Date, TimeError> {
    let wrong = || TimeError::Date { text: text.to_owned() };
    if text.len() != 10 {
        return Err(wrong());
    }
    text.parse().map_err(|_| wrong())
}

/// The wall clock. Everything that decides, scores or learns takes its time from the data instead.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
pub fn now() -> Timestamp {
    let nanos = jiff::Timestamp::now().as_nanosecond();
    Timestamp(i64::try_from(nanos).unwrap_or(i64::MAX))
}

/// Measures how long work takes; for rates and pacing, never for results.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch {
    started: std::time::Instant,
}

impl Stopwatch {
    /// Starts measuring.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
    pub fn start() -> Self {
        Self { started: std::time::Instant::now() }
    }

    /// Seconds since the start.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        self.started.elapsed().as_secs_f64()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_range(text: &str, expected: Result<&str, &str>) {
        let found = text.parse::<DateRange>();
        match expected {
            Ok(shown) => assert_eq!(found.unwrap().to_string(), shown),
            Err(part) => assert!(found.unwrap_err().to_string().contains(part), "{text}"),
        }
    }

    #[test]
    fn ranges_are_inclusive_dates() {
        check_range("2010-01-01..2018-12-31", Ok("2010-01-01..2018-12-31"));
        check_range("2010-01-01..2010-01-01", Ok("2010-01-01..2010-01-01"));
        check_range("2010-01-01", Err("a range must be"));
        check_range("2010-01-02..2010-01-01", Err("must not end before"));
        check_range("2010-02-30..2010-03-01", Err("`2010-02-30`"));
        check_range("20100101..2010-03-01", Err("`20100101`"));
    }

    #[test]
    fn new_york_close_is_twenty_or_twenty_one_utc() {
        let zone = TimeZone::get("America/New_York").unwrap();
        let winter = Timestamp::from_civil(parse_date("2019-01-02").unwrap(), 16 * 3600, &zone);
        let summer = Timestamp::from_civil(parse_date("2019-07-02").unwrap(), 16 * 3600, &zone);
        assert_eq!(winter.to_string(), "2019-01-02T21:00:00Z");
        assert_eq!(summer.to_string(), "2019-07-02T20:00:00Z");
        assert_eq!("2019-07-02T20:00:00Z".parse::<Timestamp>().unwrap(), summer);
    }
}
