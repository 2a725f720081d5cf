//! The bars of the made-up market's calendar.

use crate::base::{Date, DateRange, Timestamp};
use crate::domain::{Calendar, CalendarError, Session, Timeframe};
use crate::ports::SourceError;

const NANOS: i64 = 1_000_000_000;

/// The first day of every made-up market.
const FIRST_DAY: Date = jiff::civil::date(2000, 1, 3);

/// One bar's place in time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Slot {
    pub(super) date: Date,
    pub(super) is_session_start: bool,
    pub(super) open_time: Timestamp,
    pub(super) available_at: Timestamp,
}

/// How long a bar is, as a fraction of a session and of a year.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct BarLength {
    seconds: Option<u32>,
    pub(super) sessions: f64,
    pub(super) years: f64,
}

impl BarLength {
    /// # Errors
    /// [`SourceError::Unsupported`] for bars longer than a session.
    pub(super) fn try_new(timeframe: Timeframe, calendar: &Calendar) -> Result<Self, SourceError> {
        let sessions = match timeframe {
            Timeframe::Day => 1.0,
            Timeframe::Seconds(count) => f64::from(count) / calendar.session_seconds(),
            Timeframe::Week | Timeframe::Month => {
                return Err(SourceError::Unsupported {
                    source_name: "synthetic",
                    supported: "bars of up to 1d",
                    wanted: format!("bars of {timeframe}"),
                });
            }
        };
        let years = sessions / calendar.sessions_per_year();
        Ok(Self { seconds: timeframe.seconds(), sessions, years })
    }

    pub(super) const fn is_daily(&self) -> bool {
        self.seconds.is_none()
    }
}

/// All bars from the first day of the market to `last`, none if `last` lies before it.
pub(super) fn slots(
    length: &BarLength,
    last: Date,
    calendar: &Calendar,
) -> Result<Vec<Slot>, CalendarError> {
    let Ok(range) = DateRange::try_new(FIRST_DAY, last) else { return Ok(Vec::new()) };
    let mut slots = Vec::new();
    for session in calendar.sessions(range)? {
        match length.seconds {
            None => slots.push(Slot {
                date: session.date,
                is_session_start: true,
                open_time: session.open,
                available_at: session.close,
            }),
            Some(seconds) => push_intraday(&mut slots, &session, i64::from(seconds) * NANOS),
        }
    }
    Ok(slots)
}

fn push_intraday(slots: &mut Vec<Slot>, session: &Session, nanos: i64) {
    let mut open_time = session.open;
    while open_time < session.close {
        let available_at = open_time.saturating_add_nanos(nanos).min(session.close);
        let is_session_start = open_time == session.open;
        slots.push(Slot { date: session.date, is_session_start, open_time, available_at });
        open_time = available_at;
    }
}
