//! Longer bars from shorter ones, one at a time.

use super::clock::{BarClock, BarSpan};
use crate::base::Timestamp;
use crate::domain::{Bar, Calendar, CalendarError, Timeframe};

const NANOS: i64 = 1_000_000_000;

/// The state machine that joins bars; a bar belongs where it begins.
#[derive(Debug, Clone)]
pub struct BarJoiner {
    timeframe: Timeframe,
    clock: BarClock,
    open: Option<(BarSpan, Bar)>,
    latest: Timestamp,
    outside_session: usize,
    late: usize,
    straddling: usize,
}

impl BarJoiner {
    /// A machine that has seen nothing.
    #[must_use]
    pub const fn new(timeframe: Timeframe, calendar: Calendar) -> Self {
        Self {
            timeframe,
            clock: BarClock::new(timeframe, calendar),
            open: None,
            latest: Timestamp::MIN,
            outside_session: 0,
            late: 0,
            straddling: 0,
        }
    }

    /// Takes a shorter bar; returns the longer one that it ended.
    ///
    /// A bar that is as long as the asked ones stays as it is. Bars outside every session, bars older
    /// than one before, and bars that reach beyond the end of the longer one, and would tell it the
    /// future, are counted and left out. A price that is NaN stays NaN.
    ///
    /// # Errors
    /// [`CalendarError`] outside the days that the calendar knows.
    pub fn push(&mut self, bar: &Bar) -> Result<Option<Bar>, CalendarError> {
        if bar.open_time < self.latest {
            self.late += 1;
            return Ok(None);
        }
        let Some(span) = self.clock.span(bar.open_time)? else {
            self.outside_session += 1;
            return Ok(None);
        };
        let is_whole = self.is_whole(bar);
        let span = if is_whole { own_span(bar, span) } else { span };
        if !is_whole && bar.available_at > span.available_at {
            self.straddling += 1;
            return Ok(None);
        }
        self.latest = bar.open_time;
        if let Some((_, joined)) = self.open.as_mut().filter(|(known, _)| *known == span) {
            extend(joined, bar);
            return Ok(None);
        }
        let BarSpan { open_time, available_at } = span;
        let ended = self.finish();
        self.open = Some((span, Bar { open_time, available_at, ..*bar }));
        Ok(ended)
    }

    /// The bar that is still open, as it is now.
    #[must_use]
    pub fn finish(&mut self) -> Option<Bar> {
        self.open.take().map(|(_, bar)| bar)
    }

    /// When the bar began that was taken last; [`Timestamp::MIN`] before the first one.
    #[must_use]
    pub const fn latest(&self) -> Timestamp {
        self.latest
    }

    /// How many bars lay outside every session.
    #[must_use]
    pub const fn outside_session(&self) -> usize {
        self.outside_session
    }

    /// How many bars reached beyond the end of the longer one.
    #[must_use]
    pub const fn straddling(&self) -> usize {
        self.straddling
    }

    /// How many bars were older than one before.
    #[must_use]
    pub const fn late(&self) -> usize {
        self.late
    }

    fn is_whole(&self, bar: &Bar) -> bool {
        let length = bar.available_at.nanos().saturating_sub(bar.open_time.nanos());
        self.timeframe.seconds().is_some_and(|seconds| length == i64::from(seconds) * NANOS)
    }
}

/// The span of a bar that is as long as the asked ones; the last one ends with its session.
fn own_span(bar: &Bar, span: BarSpan) -> BarSpan {
    if bar.open_time == span.open_time {
        return span;
    }
    BarSpan { open_time: bar.open_time, available_at: bar.available_at }
}

fn extend(joined: &mut Bar, bar: &Bar) {
    let is_broken = bar.high.is_nan() || bar.low.is_nan() || joined.high.is_nan();
    joined.high = if is_broken { f64::NAN } else { joined.high.max(bar.high) };
    joined.low = if is_broken { f64::NAN } else { joined.low.min(bar.low) };
    joined.close = bar.close;
    joined.volume += bar.volume;
}

/// All longer bars of some shorter ones, the last one as it is.
///
/// # Errors
/// [`CalendarError`] outside the days that the calendar knows.
pub fn join_bars(
    bars: &[Bar],
    timeframe: Timeframe,
    calendar: &Calendar,
) -> Result<Vec<Bar>, CalendarError> {
    let mut joiner = BarJoiner::new(timeframe, calendar.clone());
    let mut joined = Vec::new();
    for bar in bars {
        joined.extend(joiner.push(bar)?);
    }
    joined.extend(joiner.finish());
    Ok(joined)
}
