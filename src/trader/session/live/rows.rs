//! Rows of the market from bars, or pieces of bars, of several symbols.

use std::collections::BTreeMap;

use crate::base::Timestamp;
use crate::connectors::BarSpan;
use crate::domain::{Bar, Calendar, CalendarError, MarketRow, Symbol, Timeframe};

/// How long after its end a row waits for a symbol that has sent nothing, nanoseconds.
const DELAY_NANOS: i64 = 5_000_000_000;

/// Rows that went out without a symbol and are remembered, in case its bar comes all the same.
const INCOMPLETE_MAX: usize = 64;

/// Puts what a stream sends together to rows, each once and in order.
///
/// A bar of the wanted length is its own window. Pieces are grouped by the exchange's sessions for days, weeks and months, and by
/// the clock of the exchange below that, as vendors do it. What lies outside of the sessions is left out.
#[derive(Debug)]
pub struct RowBuilder {
    symbols: Vec<Symbol>,
    timeframe: Timeframe,
    calendar: Calendar,
    /// The end of the last row that was given out.
    passed: Timestamp,
    /// Windows by their end.
    open: BTreeMap<Timestamp, Window>,
    /// Rows that went out without some symbols, by their end: which ones.
    incomplete: BTreeMap<Timestamp, Vec<bool>>,
    /// Bars that came after their row had gone out without them.
    num_late: u64,
}

/// The bars of one row while they come in.
#[derive(Debug)]
struct Window {
    open_time: Timestamp,
    /// For each symbol the pieces by opening time.
    pieces: Vec<BTreeMap<Timestamp, Bar>>,
}

impl RowBuilder {
    /// Rows that end after `passed`.
    #[must_use]
    pub fn new(
        symbols: Vec<Symbol>,
        timeframe: Timeframe,
        calendar: Calendar,
        passed: Timestamp,
    ) -> Self {
        let (open, incomplete) = (BTreeMap::new(), BTreeMap::new());
        Self { symbols, timeframe, calendar, passed, open, incomplete, num_late: 0 }
    }

    /// Takes a bar or a piece of one; the same opening time again takes its place. Symbols that are not in the universe are left
    /// out.
    ///
    /// # Errors
    /// [`CalendarError`] for a day that the calendar does not know.
    pub fn take(
        &mut self,
        symbol: &Symbol,
        bar: Bar,
        span: Timeframe,
    ) -> Result<(), CalendarError> {
        let Some(index) = self.symbols.iter().position(|s| s == symbol) else { return Ok(()) };
        let Some((open_time, end)) = self.window_of(bar.open_time, span)? else { return Ok(()) };
        if end <= self.passed {
            // What a stream sends again of a row that has this symbol is no news.
            let lacks = self.incomplete.get_mut(&end).and_then(|lacks| lacks.get_mut(index));
            self.num_late += u64::from(lacks.is_some_and(std::mem::take));
            return Ok(());
        }
        let num_symbols = self.symbols.len();
        let window = self
            .open
            .entry(end)
            .or_insert_with(|| Window { open_time, pieces: vec![BTreeMap::new(); num_symbols] });
        window.pieces[index].insert(bar.open_time, bar);
        Ok(())
    }

    /// The oldest row that is whole at `now`. One that lacks a symbol is whole once its end is some seconds past and the stream
    /// has nothing more to say.
    pub fn next(&mut self, now: Timestamp, is_quiet: bool) -> Option<MarketRow> {
        let (&end, window) = self.open.first_key_value()?;
        let is_over = is_quiet && end.saturating_add_nanos(DELAY_NANOS) <= now;
        if end > now || !(window.is_complete(end) || is_over) {
            return None;
        }
        let window = self.open.remove(&end)?;
        self.passed = end;
        let lacks: Vec<bool> = window.are_complete(end).map(|is_complete| !is_complete).collect();
        if lacks.contains(&true) {
            self.incomplete.insert(end, lacks);
            if self.incomplete.len() > INCOMPLETE_MAX {
                self.incomplete.pop_first();
            }
        }
        let bars = window.pieces.iter().map(|pieces| window.bar(pieces, end)).collect();
        Some(MarketRow { time: end, bars })
    }

    /// The universe.
    #[must_use]
    pub fn symbols(&self) -> &[Symbol] {
        &self.symbols
    }

    /// Whether every symbol has a bar of the newest window that had ended at `time`.
    #[must_use]
    pub fn has_all_until(&self, time: Timestamp) -> bool {
        self.open.range(..=time).next_back().is_some_and(|(&end, window)| window.is_complete(end))
    }

    /// The end of the last row that was given out.
    #[must_use]
    pub const fn passed(&self) -> Timestamp {
        self.passed
    }

    /// Rows up to here are given out already.
    pub fn pass(&mut self, time: Timestamp) {
        self.passed = self.passed.max(time);
        self.open.retain(|&end, _| end > time);
    }

    /// Bars that came too late for their row.
    #[must_use]
    pub const fn num_late(&self) -> u64 {
        self.num_late
    }

    /// When the row after the last one is over at the latest; none if the calendar does not say.
    #[must_use]
    pub fn next_end(&self) -> Option<Timestamp> {
        let calendar = &self.calendar;
        let date = self.passed.date_in(calendar.zone());
        let session = match calendar.session(date).ok()? {
            Some(session) if session.close > self.passed => session,
            _ => calendar.next_session(date).ok()?,
        };
        match self.timeframe.seconds() {
            None => {
                let span = BarSpan::of_sessions(session.date, self.timeframe, calendar).ok()?;
                Some(span.available_at).filter(|&end| end > self.passed)
            }
            Some(seconds) => {
                let since = self.passed.max(session.open);
                let end = since.saturating_add_nanos(i64::from(seconds) * 1_000_000_000);
                Some(end.min(session.close))
            }
        }
    }

    /// How long a row lasts, nanoseconds; none for a day and longer.
    #[must_use]
    pub fn row_nanos(&self) -> Option<i64> {
        self.timeframe.seconds().map(|seconds| i64::from(seconds) * 1_000_000_000)
    }

    /// Where the window of a piece begins and ends; none outside of the sessions.
    fn window_of(
        &self,
        open_time: Timestamp,
        span: Timeframe,
    ) -> Result<Option<(Timestamp, Timestamp)>, CalendarError> {
        let date = open_time.date_in(self.calendar.zone());
        let Some(session) = self.calendar.session(date)? else { return Ok(None) };
        let is_whole = span == self.timeframe;
        let is_inside = session.open <= open_time && open_time < session.close;
        match self.timeframe.seconds() {
            // A vendor may stamp the bar of a day with any time of the day.
            None if is_whole || is_inside => {
                let span = BarSpan::of_sessions(date, self.timeframe, &self.calendar)?;
                Ok(Some((span.open_time, span.available_at)))
            }
            Some(seconds) if is_whole || is_inside => {
                let nanos = i64::from(seconds) * 1_000_000_000;
                let midnight = Timestamp::from_civil(date, 0, self.calendar.zone());
                let since = open_time.nanos() - midnight.nanos();
                let start = match is_whole {
                    true => open_time,
                    false => midnight.saturating_add_nanos(since.div_euclid(nanos) * nanos),
                };
                let end = start.saturating_add_nanos(nanos);
                let overlaps = start < session.close && session.open < end;
                let (start, end) = (start.max(session.open), end.min(session.close));
                Ok(overlaps.then_some((start, end)))
            }
            _ => Ok(None),
        }
    }
}

impl Window {
    fn is_complete(&self, end: Timestamp) -> bool {
        self.are_complete(end).all(|is_complete| is_complete)
    }

    /// For each symbol whether its bar is whole.
    fn are_complete(&self, end: Timestamp) -> impl Iterator<Item = bool> {
        let reaches = move |bar: &Bar| bar.available_at >= end;
        self.pieces
            .iter()
            .map(move |pieces| pieces.last_key_value().is_some_and(|(_, bar)| reaches(bar)))
    }

    /// All pieces of a symbol as one bar.
    fn bar(&self, pieces: &BTreeMap<Timestamp, Bar>, end: Timestamp) -> Option<Bar> {
        let first = pieces.first_key_value()?.1;
        let last = pieces.last_key_value()?.1;
        let most = |high: f64, bar: &Bar| high.max(bar.high);
        let least = |low: f64, bar: &Bar| low.min(bar.low);
        Some(Bar {
            open_time: self.open_time,
            available_at: end,
            open: first.open,
            high: pieces.values().fold(first.high, most),
            low: pieces.values().fold(first.low, least),
            close: last.close,
            volume: pieces.values().map(|bar| bar.volume).sum(),
        })
    }
}
