//! Rows of a tape and the days they lie on.

use std::ops::Range;

use crate::base::{Date, DateRange, TimeError};
use crate::evaluate::PreparedMarket;

/// The session day of every row of a tape, and of the rows that came before it while features warmed
/// up.
#[derive(Debug, Clone)]
pub struct DayRows {
    days: Vec<Date>,
    warm_up: Vec<Date>,
}

impl DayRows {
    /// The days of a market.
    #[must_use]
    pub fn of(market: &PreparedMarket) -> Self {
        let day = |time| market.calendar.session_day(time);
        let before = market.panel.rows.iter().take(market.first_panel_row());
        Self {
            days: market.tape.times().iter().map(|&time| day(time)).collect(),
            warm_up: before.map(|row| day(row.time)).collect(),
        }
    }

    /// Days by hand, none of them before the tape.
    #[cfg(test)]
    pub(super) const fn new(days: Vec<Date>) -> Self {
        Self { days, warm_up: Vec::new() }
    }

    /// Rows of the tape.
    #[must_use]
    pub fn len(&self) -> usize {
        self.days.len()
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.days.is_empty()
    }

    /// The rows of `range` that make whole days: its start is moved later and its end earlier, by less
    /// than a day. On daily bars nothing moves.
    #[must_use]
    pub fn whole_days(&self, range: &Range<usize>) -> Range<usize> {
        let is_first =
            |row: usize| row == 0 || row >= self.len() || self.days[row] != self.days[row - 1];
        let start = (range.start..range.end).find(|&row| is_first(row)).unwrap_or(range.end);
        let end = (start..=range.end).rev().find(|&row| is_first(row)).unwrap_or(start);
        start..end
    }

    /// The days of some rows, at least one.
    ///
    /// # Errors
    /// [`TimeError::Reversed`] never for rows in order.
    pub fn range(&self, rows: &Range<usize>) -> Result<DateRange, TimeError> {
        DateRange::try_new(self.days[rows.start], self.days[rows.end - 1])
    }

    /// The day on which features must begin to stream so that `row` is the first that is ready: as many
    /// rows earlier as the first row of the tape was away from the first bar.
    #[must_use]
    pub fn stream_day(&self, row: usize) -> Date {
        match self.warm_up.get(row) {
            Some(&day) => day,
            None => self.days[row - self.warm_up.len()],
        }
    }
}
