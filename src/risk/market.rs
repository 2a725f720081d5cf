//! The market as the gate sees it.

use crate::base::{Date, DateRange, Timestamp};
use crate::domain::{Calendar, CalendarError, Session, Symbol, Timeframe};

use super::hours::Hours;
use super::{BookLine, Denial};

pub(super) const DAY_S: f64 = 86_400.0;

/// Beyond this many days the sessions of a span are not counted one by one.
pub(super) const COUNTED_DAYS: f64 = 40.0;

/// The instruments of an account, the length of their bars and the hours of their exchange.
#[derive(Debug, Clone, PartialEq)]
pub struct Market {
    /// The universe, cash not included, in the order of the closes.
    pub symbols: Vec<Symbol>,
    /// The length of the bars.
    pub timeframe: Timeframe,
    /// When the exchange is open.
    pub calendar: Calendar,
}

impl Market {
    /// Whether the exchange is open, early closes counted.
    pub(super) fn is_open(&self, hours: &Hours, now: Timestamp) -> Result<bool, CalendarError> {
        if let Some(sessions) = hours.around(now, now) {
            return Ok(sessions.iter().any(|session| session.open <= now && now < session.close));
        }
        let session = self.calendar.session(now.date_in(self.calendar.zone()))?;
        Ok(session.is_some_and(|session| session.open <= now && now < session.close))
    }

    /// Whether `date` is a day of trading; a day that the calendar does not know counts as one.
    pub(super) fn has_session(&self, date: Date) -> bool {
        self.calendar.session(date).map_or(true, |session| session.is_some())
    }

    /// How many bars have been due from `start` to `end`: of bars below a day by the time that the exchange was open, of
    /// daily ones by the sessions that closed, of longer ones by the days on the wall.
    pub(super) fn intervals_between(&self, hours: &Hours, start: Timestamp, end: Timestamp) -> f64 {
        let seconds = seconds_between(start, end);
        if seconds <= 0.0 {
            return 0.0;
        }
        match self.timeframe {
            Timeframe::Seconds(length) => self.open_seconds(hours, start, end) / f64::from(length),
            Timeframe::Day => self.sessions_closed(hours, start, end),
            Timeframe::Week => seconds / (7.0 * DAY_S),
            Timeframe::Month => seconds / (31.0 * DAY_S),
        }
    }

    /// Writes one number per symbol of the universe, taken from its line and the line's place; 0 for a symbol that the
    /// account does not know.
    pub(super) fn in_order(
        &self,
        lines: &[BookLine],
        number: impl Fn(usize, &BookLine) -> Result<f64, Denial>,
        numbers: &mut Vec<f64>,
    ) -> Result<(), Denial> {
        numbers.clear();
        numbers.resize(self.symbols.len(), 0.0);
        for (index, line) in lines.iter().enumerate() {
            let is_same = |symbol: &Symbol| *symbol == line.symbol;
            let found = match self.symbols.get(index) {
                Some(symbol) if is_same(symbol) => Some(index),
                _ => self.symbols.iter().position(is_same),
            };
            match found.and_then(|found| numbers.get_mut(found)) {
                Some(slot) => *slot = number(index, line)?,
                None if line.quantity == 0.0 => {}
                // There are no past prices of a symbol outside the universe.
                None => return Err(Denial::PriceUnknown { symbol: line.symbol.clone() }),
            }
        }
        Ok(())
    }

    fn open_seconds(&self, hours: &Hours, start: Timestamp, end: Timestamp) -> f64 {
        let open = self.fold_sessions(hours, start, end, |open, close| {
            seconds_between(open.max(start), close.min(end)).max(0.0)
        });
        open.unwrap_or_else(|| seconds_between(start, end))
    }

    fn sessions_closed(&self, hours: &Hours, start: Timestamp, end: Timestamp) -> f64 {
        let closed = self.fold_sessions(hours, start, end, |_, close| {
            if start < close && close <= end { 1.0 } else { 0.0 }
        });
        closed.unwrap_or_else(|| seconds_between(start, end) / DAY_S)
    }

    /// A sum over the sessions that touch a span; `None` if it is too long or leaves the calendar.
    fn fold_sessions(
        &self,
        hours: &Hours,
        start: Timestamp,
        end: Timestamp,
        part: impl Fn(Timestamp, Timestamp) -> f64,
    ) -> Option<f64> {
        if seconds_between(start, end) > COUNTED_DAYS * DAY_S {
            return None;
        }
        let sum = |sessions: &[Session]| {
            sessions.iter().map(|session| part(session.open, session.close)).sum()
        };
        if let Some(sessions) = hours.around(start, end) {
            return Some(sum(sessions));
        }
        let zone = self.calendar.zone();
        let range = DateRange::try_new(start.date_in(zone), end.date_in(zone)).ok()?;
        Some(sum(&self.calendar.sessions(range).ok()?))
    }
}

/// Seconds from `start` to `end`.
pub(super) fn seconds_between(start: Timestamp, end: Timestamp) -> f64 {
    end.nanos().saturating_sub(start.nanos()) as f64 / 1e9
}
