//! Panels with another future, and the rows at which to try them.

use std::collections::BTreeSet;

use crate::base::{Rng, SeedStream};
use crate::domain::{Bar, MarketRow, Panel};

/// How many bars in a hundred vanish from a changed future.
const MISSING_PERCENT: usize = 5;

/// Every row of the panel changed: other prices, other volumes, some bars missing.
pub(super) fn changed(panel: &Panel) -> Panel {
    let mut rng = SeedStream::new(0).child("prove").rng();
    let rows = panel.rows.iter().map(|row| changed_row(row, &mut rng)).collect();
    Panel { symbols: panel.symbols.clone(), timeframe: panel.timeframe, rows }
}

fn changed_row(row: &MarketRow, rng: &mut Rng) -> MarketRow {
    let bars = row.bars.iter().map(|bar| {
        let changed = bar.as_ref().map(|bar| changed_bar(bar, rng));
        changed.filter(|_| rng.below(100) >= MISSING_PERCENT)
    });
    MarketRow { time: row.time, bars: bars.collect() }
}

fn changed_bar(bar: &Bar, rng: &mut Rng) -> Bar {
    let mut factor = || (0.1 * rng.normal()).exp();
    let (open, close) = (bar.open * factor(), bar.close * factor());
    let high = open.max(close) * factor().max(1.0);
    let low = open.min(close) * factor().min(1.0);
    Bar { open, high, low, close, volume: (bar.volume + 1.0) * factor(), ..*bar }
}

/// The rows after which the future is replaced: all but the last if `limit` allows, else half of
/// the limit evenly spaced and half at random.
pub(super) fn cut_rows(num_rows: usize, limit: usize) -> Vec<usize> {
    let candidates = num_rows.saturating_sub(1);
    if candidates <= limit {
        return (0..candidates).collect();
    }
    let mut rng = SeedStream::new(0).child("cuts").rng();
    let even = limit.div_ceil(2).max(1);
    let mut rows: BTreeSet<usize> = (1..=even).map(|i| i * candidates / even - 1).collect();
    while rows.len() < limit {
        rows.insert(rng.below(candidates));
    }
    rows.into_iter().collect()
}
