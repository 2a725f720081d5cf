//! Trading calendars: which days have a session, and when it opens and closes.
//!
//! Closures are data, never rules: the table comes from `exchange_calendars`, and a day past its
//! horizon is an error instead of a guess. Nothing here reads the clock.

use std::fmt;

use jiff::ToSpan;
use jiff::civil::Weekday;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::tables::{CLOSES_AT_13, CLOSES_AT_14, HOLIDAYS, HORIZON};
use crate::base::{Date, DateRange, Timestamp};

const HOUR: i32 = 3600;
const DAY: i32 = 24 * HOUR;
const XNYS_OPEN: i32 = 9 * HOUR + HOUR / 2;
const XNYS_CLOSE: i32 = 16 * HOUR;

/// A calendar was asked for a day that it does not know.
#[derive(Debug, thiserror::Error, Clone, PartialEq, Eq)]
#[error("calendar {calendar} knows {first}..{last}, was asked for {date}")]
pub struct CalendarError {
    /// Which calendar.
    pub calendar: CalendarName,
    /// The day that was asked for, or the first unknown one on the way to it.
    pub date: Date,
    /// The first known day.
    pub first: Date,
    /// The last known day, the horizon.
    pub last: Date,
}

/// The calendars that are built in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
pub enum CalendarName {
    /// New York Stock Exchange, also right for the other United States stock exchanges.
    #[default]
    #[serde(rename = "XNYS")]
    Xnys,
    /// Every day from midnight to midnight UTC.
    #[serde(rename = "24x7")]
    AlwaysOpen,
}

impl fmt::Display for CalendarName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Xnys => "XNYS",
            Self::AlwaysOpen => "24x7",
        })
    }
}

/// One day of trading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Session {
    /// The day in the zone of the exchange.
    pub date: Date,
    /// The first instant of regular trading.
    pub open: Timestamp,
    /// The first instant after it; earlier than usual on a half day.
    pub close: Timestamp,
}

/// The sessions of one exchange.
///
/// # Units
/// New York: 09:30 to 16:00 local time, 13:00 or 14:00 on early closes, 1962-01-02..2035-12-31.
/// The hours are nominal before 1985-09-30, when the exchange opened at 10:00 and, until 1974,
/// closed at 15:30; the days are exact.
#[derive(Debug, Clone, PartialEq)]
pub struct Calendar {
    name: CalendarName,
    zone: TimeZone,
    first: Date,
    last: Date,
}

impl Calendar {
    /// Opens a built-in calendar.
    #[must_use]
    pub fn new(name: CalendarName) -> Self {
        match name {
            CalendarName::Xnys => Self {
                name,
                zone: new_york(),
                first: from_number(HORIZON.0),
                last: from_number(HORIZON.1),
            },
            CalendarName::AlwaysOpen => Self {
                name,
                zone: TimeZone::UTC,
                first: jiff::civil::date(1970, 1, 1),
                last: jiff::civil::date(2100, 12, 31),
            },
        }
    }

    /// Which calendar this is.
    #[must_use]
    pub const fn name(&self) -> CalendarName {
        self.name
    }

    /// The time zone of the exchange.
    #[must_use]
    pub const fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// The day of the session that a bar belongs to, given when the bar was known: a session that ends
    /// at midnight belongs to the day before.
    #[must_use]
    pub fn session_day(&self, available_at: Timestamp) -> Date {
        available_at.saturating_add_nanos(-1).date_in(self.zone())
    }

    /// The session of `date`; `None` at weekends and on holidays.
    ///
    /// # Errors
    /// [`CalendarError`] outside the known days.
    pub fn session(&self, date: Date) -> Result<Option<Session>, CalendarError> {
        let Some((open, close)) = self.hours(date)? else { return Ok(None) };
        Ok(Some(Session {
            date,
            open: Timestamp::from_civil(date, open, &self.zone),
            close: Timestamp::from_civil(date, close, &self.zone),
        }))
    }

    /// All sessions of a range, in order.
    ///
    /// # Errors
    /// [`CalendarError`] if the range leaves the known days.
    pub fn sessions(&self, range: DateRange) -> Result<Vec<Session>, CalendarError> {
        let mut sessions = Vec::new();
        let mut date = range.start();
        while date <= range.end() {
            sessions.extend(self.session(date)?);
            date = date.saturating_add(1.day());
        }
        Ok(sessions)
    }

    /// The first session after `after`, that day itself excluded.
    ///
    /// # Errors
    /// [`CalendarError`] if it lies past the horizon.
    pub fn next_session(&self, after: Date) -> Result<Session, CalendarError> {
        let mut date = after;
        loop {
            date = date.saturating_add(1.day());
            if let Some(session) = self.session(date)? {
                return Ok(session);
            }
        }
    }

    /// Whether `date` is a session and the last of its ISO week (Monday to Sunday).
    ///
    /// # Errors
    /// [`CalendarError`] if the rest of the week is not known.
    pub fn is_last_session_of_week(&self, date: Date) -> Result<bool, CalendarError> {
        let to_sunday = 7 - i64::from(date.weekday().to_monday_one_offset());
        self.is_last_before(date, date.saturating_add(to_sunday.days()))
    }

    /// Whether `date` is a session and the last of its month.
    ///
    /// # Errors
    /// [`CalendarError`] if the rest of the month is not known.
    pub fn is_last_session_of_month(&self, date: Date) -> Result<bool, CalendarError> {
        self.is_last_before(date, date.last_of_month())
    }

    /// The customary number of sessions in a year, for annualizing.
    #[must_use]
    pub const fn sessions_per_year(&self) -> f64 {
        match self.name {
            CalendarName::Xnys => 252.0,
            CalendarName::AlwaysOpen => 365.0,
        }
    }

    /// The length of a full session in seconds.
    #[must_use]
    pub fn session_seconds(&self) -> f64 {
        f64::from(match self.name {
            CalendarName::Xnys => XNYS_CLOSE - XNYS_OPEN,
            CalendarName::AlwaysOpen => DAY,
        })
    }

    fn is_last_before(&self, date: Date, end: Date) -> Result<bool, CalendarError> {
        if self.hours(date)?.is_none() {
            return Ok(false);
        }
        let mut later = date;
        while later < end {
            later = later.saturating_add(1.day());
            if self.hours(later)?.is_some() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Open and close in seconds after local midnight.
    fn hours(&self, date: Date) -> Result<Option<(i32, i32)>, CalendarError> {
        if date < self.first || self.last < date {
            let (calendar, first, last) = (self.name, self.first, self.last);
            return Err(CalendarError { calendar, date, first, last });
        }
        Ok(match self.name {
            CalendarName::Xnys => xnys_hours(date),
            CalendarName::AlwaysOpen => Some((0, DAY)),
        })
    }
}

fn xnys_hours(date: Date) -> Option<(i32, i32)> {
    let listed = |days: &[u32]| days.binary_search(&to_number(date)).is_ok();
    if matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday) || listed(HOLIDAYS) {
        return None;
    }
    let close = if listed(CLOSES_AT_13) {
        13 * HOUR
    } else if listed(CLOSES_AT_14) {
        14 * HOUR
    } else {
        XNYS_CLOSE
    };
    Some((XNYS_OPEN, close))
}

/// The zone as compiled in, so that no machine has other hours than the next one.
#[expect(clippy::expect_used, reason = "the bundled database is part of the program")]
fn new_york() -> TimeZone {
    TimeZoneDatabase::bundled().get("America/New_York").expect("a bundled zone")
}

fn to_number(date: Date) -> u32 {
    u32::from(date.year().unsigned_abs()) * 10_000
        + u32::from(date.month().unsigned_abs()) * 100
        + u32::from(date.day().unsigned_abs())
}

#[expect(clippy::cast_possible_truncation, reason = "each part of a YYYYMMDD number is small")]
const fn from_number(number: u32) -> Date {
    let (month, day) = (number / 100 % 100, number % 100);
    jiff::civil::date((number / 10_000) as i16, month as i8, day as i8)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::base::parse_date;

    const FIXTURE: &str = include_str!("../../../tests/fixtures/calendar/xnys.csv");

    fn date(text: &str) -> Date {
        parse_date(text).unwrap()
    }

    fn range(start: &str, end: &str) -> DateRange {
        DateRange::try_new(date(start), date(end)).unwrap()
    }

    fn xnys() -> Calendar {
        Calendar::new(CalendarName::Xnys)
    }

    fn row(session: &Session) -> String {
        format!("session,{},{},{}", session.date, session.open, session.close)
    }

    #[test]
    fn every_session_of_the_fixture_is_found_and_no_other() {
        let spans = FIXTURE.lines().filter_map(|line| line.strip_prefix("span,"));
        let found: Vec<String> = spans
            .map(|span| span.split_once(',').unwrap())
            .flat_map(|(start, end)| xnys().sessions(range(start, end)).unwrap())
            .map(|session| row(&session))
            .collect();
        let expected: Vec<&str> = FIXTURE.lines().filter(|l| l.starts_with("session,")).collect();
        assert!(expected.len() > 400);
        assert_eq!(found, expected);
    }

    #[test]
    fn years_have_as_many_sessions_as_the_fixture_says() {
        let mut found: BTreeMap<i16, usize> = BTreeMap::new();
        for session in xnys().sessions(range("1962-01-02", "2035-12-31")).unwrap() {
            *found.entry(session.date.year()).or_default() += 1;
        }
        let expected = FIXTURE.lines().filter_map(|line| line.strip_prefix("year,"));
        let shown: Vec<String> =
            found.iter().map(|(year, count)| format!("{year},{count}")).collect();
        assert_eq!(shown, expected.collect::<Vec<_>>());
    }

    #[test]
    fn weeks_and_months_end_on_their_last_session() {
        let check = |text: &str, week: bool, month: bool| {
            assert_eq!(xnys().is_last_session_of_week(date(text)), Ok(week), "{text}");
            assert_eq!(xnys().is_last_session_of_month(date(text)), Ok(month), "{text}");
        };
        check("2024-03-28", true, true); // Good Friday follows, then a weekend
        check("2024-03-29", false, false); // no session
        check("2024-05-31", true, true);
        check("2024-07-03", false, false);
        check("2024-07-05", true, false);
        check("2024-12-31", false, true);
    }

    #[test]
    fn past_the_horizon_is_an_error_that_names_it() {
        let error = xnys().next_session(date("2035-12-31")).unwrap_err().to_string();
        assert_eq!(error, "calendar XNYS knows 1962-01-02..2035-12-31, was asked for 2036-01-01");
        assert!(xnys().session(date("1962-01-01")).is_err());
        assert!(xnys().is_last_session_of_week(date("2035-12-31")).is_err());
        let next = xnys().next_session(date("2001-09-10")).unwrap();
        assert_eq!(next.date, date("2001-09-17"));
    }

    #[test]
    fn the_other_calendar_never_closes() {
        let calendar = Calendar::new(CalendarName::AlwaysOpen);
        let session = calendar.session(date("2024-12-25")).unwrap().unwrap();
        assert_eq!(row(&session), "session,2024-12-25,2024-12-25T00:00:00Z,2024-12-26T00:00:00Z");
        assert_eq!(calendar.is_last_session_of_week(date("2024-12-29")), Ok(true));
        assert_eq!(calendar.sessions(range("2024-01-01", "2024-12-31")).unwrap().len(), 366);
        assert!(calendar.session(date("2101-01-01")).is_err());
        assert_eq!(xnys().session_seconds() / calendar.session_seconds(), 23_400.0 / 86_400.0);
    }

    #[test]
    fn names_read_as_written() {
        let names = [CalendarName::Xnys, CalendarName::AlwaysOpen];
        assert_eq!(serde_json::to_string(&names).unwrap(), r#"["XNYS","24x7"]"#);
        assert_eq!(names.map(|name| name.to_string()), ["XNYS", "24x7"]);
    }
}
