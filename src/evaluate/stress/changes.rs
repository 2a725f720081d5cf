//! Bars as changes since the close before, and bars made of such changes again.

use std::ops::Range;

use crate::domain::{Bar, MarketRow, Panel};

/// One bar as logarithms of its prices over the close before.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Change {
    pub(super) open: f64,
    pub(super) high: f64,
    pub(super) low: f64,
    pub(super) close: f64,
    pub(super) volume: f64,
}

impl Change {
    /// Multiplies all distances from `center`; a positive factor keeps high above low.
    pub(super) fn stretched(self, center: f64, factor: f64) -> Self {
        let stretch = |change: f64| center + factor * (change - center);
        Self {
            open: stretch(self.open),
            high: stretch(self.high),
            low: stretch(self.low),
            close: stretch(self.close),
            volume: self.volume,
        }
    }
}

/// The changes of some rows, one entry a symbol; `None` without a bar.
pub(super) fn changes(panel: &Panel, rows: Range<usize>) -> Vec<Vec<Option<Change>>> {
    let mut closes = last_closes(panel, rows.start);
    let change = |bar: &Bar, close: &mut f64| {
        let before = if close.is_finite() { *close } else { bar.open };
        *close = bar.close;
        let log = |price: f64| (price / before).ln();
        let (open, high, low) = (log(bar.open), log(bar.high), log(bar.low));
        Change { open, high, low, close: log(bar.close), volume: bar.volume }
    };
    panel.rows[rows]
        .iter()
        .map(|row| {
            let bars = row.bars.iter().zip(&mut closes);
            bars.map(|(bar, close)| bar.as_ref().map(|bar| change(bar, close))).collect()
        })
        .collect()
}

/// The panel up to row `first`, and from there bars made of `changes` at the times of the panel's own
/// rows.
///
/// # Panics
/// If the panel has too few rows.
pub(super) fn rebuilt(panel: &Panel, first: usize, changes: &[Vec<Option<Change>>]) -> Panel {
    let mut closes = last_closes(panel, first);
    let mut rows = panel.rows[..first].to_vec();
    for (template, changes) in panel.rows[first..].iter().zip(changes) {
        let any = template.bars.iter().flatten().next().copied();
        let bars = template.bars.iter().zip(changes).zip(&mut closes);
        let bars = bars.map(|((own, change), close)| {
            let (times, change) = (own.or(any)?, (*change)?);
            let before = if close.is_finite() { *close } else { times.open };
            let price = |change: f64| before * change.exp();
            *close = price(change.close);
            Some(Bar {
                open: price(change.open),
                high: price(change.high),
                low: price(change.low),
                close: *close,
                volume: change.volume,
                ..times
            })
        });
        rows.push(MarketRow { time: template.time, bars: bars.collect() });
    }
    Panel { rows, symbols: panel.symbols.clone(), timeframe: panel.timeframe }
}

fn last_closes(panel: &Panel, end: usize) -> Vec<f64> {
    let mut closes = vec![f64::NAN; panel.symbols.len()];
    for row in &panel.rows[..end] {
        for (close, bar) in closes.iter_mut().zip(&row.bars) {
            *close = bar.as_ref().map_or(*close, |bar| bar.close);
        }
    }
    closes
}
