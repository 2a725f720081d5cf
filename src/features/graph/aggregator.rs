//! Bars of a longer timeframe, made from the bars of the universe as they arrive.

use super::periods::{Period, PeriodClock};
use crate::base::Timestamp;
use crate::domain::{Bar, MarketRow};

/// Collects rows into periods and gives a row of longer bars when a period is complete.
///
/// One clock serves all symbols: the period ends with the row that holds its last bar, whichever
/// symbol printed it, or with the first row beyond it. An unfinished bar is never shown, and neither
/// is a symbol's very first one if the data began in its middle. Bars that come after their period
/// was closed are left out.
#[derive(Debug, Clone)]
pub(super) struct Aggregator {
    clock: PeriodClock,
    period: Option<Period>,
    closed_to: Timestamp,
    symbols: Vec<Part>,
    completed: Vec<MarketRow>,
}

/// What one symbol has of the open period.
#[derive(Debug, Clone, Copy, Default)]
struct Part {
    bar: Option<Bar>,
    /// Whether an earlier period had a bar, or this one began with its first.
    is_whole: bool,
}

impl Aggregator {
    pub(super) fn new(clock: PeriodClock, num_symbols: usize) -> Self {
        Self {
            clock,
            period: None,
            closed_to: Timestamp::MIN,
            symbols: vec![Part::default(); num_symbols],
            completed: Vec::new(),
        }
    }

    /// Takes the next row and gives the rows of longer bars that it completes: none, one, or two if
    /// it ends an old period by its mere arrival and is the whole of its own.
    pub(super) fn update(&mut self, row: &MarketRow) -> &[MarketRow] {
        self.completed.clear();
        let Some(latest) = row.bars.iter().flatten().map(|bar| bar.open_time).max() else {
            return &self.completed;
        };
        if self.period.is_some_and(|period| period.to <= latest) {
            self.close(row.time);
        }
        if latest < self.closed_to {
            return &self.completed;
        }
        let period = *self.period.get_or_insert_with(|| self.clock.period(latest));
        for (part, bar) in self.symbols.iter_mut().zip(&row.bars) {
            if let Some(bar) = bar
                && period.from <= bar.open_time
            {
                part.add(bar, &period);
            }
        }
        if period.last_from <= latest {
            self.close(row.time);
        }
        &self.completed
    }

    fn close(&mut self, time: Timestamp) {
        if let Some(period) = self.period.take() {
            self.closed_to = period.to;
        }
        let bars: Vec<Option<Bar>> = self.symbols.iter_mut().map(|part| part.take(time)).collect();
        self.completed.push(MarketRow { time, bars });
    }
}

impl Part {
    fn add(&mut self, bar: &Bar, period: &Period) {
        match &mut self.bar {
            Some(sum) => {
                sum.high = sum.high.max(bar.high);
                sum.low = sum.low.min(bar.low);
                sum.close = bar.close;
                sum.volume += bar.volume;
            }
            None => {
                self.is_whole |= bar.open_time < period.late_from;
                self.bar = Some(*bar);
            }
        }
    }

    /// The finished bar, known at `time`.
    fn take(&mut self, time: Timestamp) -> Option<Bar> {
        let bar = self.bar.take()?;
        let shown = self.is_whole.then_some(Bar { available_at: time, ..bar });
        self.is_whole = true;
        shown
    }
}
