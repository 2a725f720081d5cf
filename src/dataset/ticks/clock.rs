//! Which bar an instant belongs to.

use jiff::ToSpan;

use crate::base::{Date, DateRange, Timestamp};
use crate::domain::{Calendar, CalendarError, Session, Timeframe};

const NANOS: i64 = 1_000_000_000;

/// When a bar begins and when it is over and known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BarSpan {
    /// Its first instant.
    pub open_time: Timestamp,
    /// The first instant after it.
    pub available_at: Timestamp,
}

impl BarSpan {
    /// Whether an instant lies inside.
    #[must_use]
    pub fn contains(&self, time: Timestamp) -> bool {
        self.open_time <= time && time < self.available_at
    }
}

/// The bars of one timeframe on a calendar.
///
/// Bars below a day are counted from the open of their session, which is midnight UTC for `24x7`;
/// the last one ends with its session. A day spans its session, a week and a month span from the
/// first open to the last close. Instants between sessions belong to no bar.
#[derive(Debug, Clone, PartialEq)]
pub struct BarClock {
    timeframe: Timeframe,
    calendar: Calendar,
    day: Option<Day>,
}

/// What is known of the day that was asked for last.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Day {
    first: Timestamp,
    end: Timestamp,
    session: Option<Session>,
    /// The whole bar, if it is a day or longer.
    long: Option<BarSpan>,
}

impl BarClock {
    /// A clock for bars of `timeframe`.
    #[must_use]
    pub const fn new(timeframe: Timeframe, calendar: Calendar) -> Self {
        Self { timeframe, calendar, day: None }
    }

    /// The bar that an instant belongs to; `None` outside every session.
    ///
    /// # Errors
    /// [`CalendarError`] outside the days that the calendar knows.
    pub fn span(&mut self, time: Timestamp) -> Result<Option<BarSpan>, CalendarError> {
        let day = match self.day {
            Some(day) if day.first <= time && time < day.end => day,
            _ => self.look_up(time)?,
        };
        let Some(session) = day.session else { return Ok(None) };
        if time < session.open || session.close <= time {
            return Ok(None);
        }
        let Some(seconds) = self.timeframe.seconds() else { return Ok(day.long) };
        let length = i64::from(seconds) * NANOS;
        let since_open = time.nanos() - session.open.nanos();
        let open_time = session.open.saturating_add_nanos(since_open / length * length);
        let available_at = open_time.saturating_add_nanos(length).min(session.close);
        Ok(Some(BarSpan { open_time, available_at }))
    }

    fn look_up(&mut self, time: Timestamp) -> Result<Day, CalendarError> {
        let zone = self.calendar.zone();
        let date = time.date_in(zone);
        let midnight = |date| Timestamp::from_civil(date, 0, zone);
        let session = self.calendar.session(date)?;
        let long = match self.timeframe {
            Timeframe::Seconds(_) => None,
            Timeframe::Day => session
                .map(|session| BarSpan { open_time: session.open, available_at: session.close }),
            Timeframe::Week | Timeframe::Month => {
                let sessions = self.calendar.sessions(days_of_bar(date, self.timeframe))?;
                sessions.first().zip(sessions.last()).map(|(first, last)| BarSpan {
                    open_time: first.open,
                    available_at: last.close,
                })
            }
        };
        let end = midnight(date.saturating_add(1.day()));
        let day = Day { first: midnight(date), end, session, long };
        self.day = Some(day);
        Ok(day)
    }
}

/// The days of the bar that `date` belongs to: the ISO week, the month, or the day itself.
#[must_use]
pub fn days_of_bar(date: Date, timeframe: Timeframe) -> DateRange {
    let (start, end) = match timeframe {
        Timeframe::Week => {
            let weekday = i64::from(date.weekday().to_monday_zero_offset());
            let monday = date.saturating_sub(weekday.days());
            (monday, monday.saturating_add(6.days()))
        }
        Timeframe::Month => (date.first_of_month(), date.last_of_month()),
        Timeframe::Seconds(_) | Timeframe::Day => (date, date),
    };
    #[expect(clippy::expect_used, reason = "a period never ends before it begins")]
    DateRange::try_new(start, end).expect("a period in order")
}
