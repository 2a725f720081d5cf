//! How a series usually moves, as a yardstick for what is odd.

use jiff::tz::TimeZone;

use crate::base::{Date, Timestamp};
use crate::domain::Bar;

/// Bars on each side that tell how much a series moves around one bar.
const NEIGHBORS: usize = 20;
/// Fewer moves than this tell nothing.
const MOVES_MIN: usize = 5;

/// The log returns of a series, less what its corporate actions explain.
pub(super) struct Returns<'a> {
    pub(super) bars: &'a [Bar],
    /// `ln(close[i] / close[i - 1])`, 0 for the first bar; corporate actions are taken out by
    /// [`Returns::explain`].
    pub(super) log: Vec<f64>,
    /// The median of the moves that are not 0.
    pub(super) usual: f64,
}

impl<'a> Returns<'a> {
    pub(super) fn new(bars: &'a [Bar]) -> Self {
        let mut log = Vec::with_capacity(bars.len());
        log.extend(bars.first().map(|_| 0.0));
        log.extend(bars.windows(2).map(|pair| (pair[1].close / pair[0].close).ln()));
        let usual = usual_size(&log).unwrap_or(0.0);
        Self { bars, log, usual }
    }

    /// Takes out a log return at `index` that a corporate action explains.
    pub(super) fn explain(&mut self, index: usize, log_return: f64) {
        self.log[index] -= log_return;
    }

    /// The usual size of a log return around `index`: the median (robust against the odd bars
    /// themselves) of the moves nearby, at least that of the whole series.
    pub(super) fn usual_near(&self, index: usize) -> f64 {
        let around = index.saturating_sub(NEIGHBORS)..(index + NEIGHBORS + 1).min(self.log.len());
        usual_size(&self.log[around]).map_or(self.usual, |near| near.max(self.usual))
    }

    /// `ln(open[i] / close[i - 1])`, nothing taken out.
    pub(super) fn raw_gap(&self, index: usize) -> f64 {
        (self.bars[index].open / self.bars[index - 1].close).ln()
    }

    /// `ln(close[i] / close[i - 1])`, nothing taken out.
    pub(super) fn raw_return(&self, index: usize) -> f64 {
        (self.bars[index].close / self.bars[index - 1].close).ln()
    }

    /// What was taken out at `index`.
    pub(super) fn explained(&self, index: usize) -> f64 {
        self.raw_return(index) - self.log[index]
    }

    pub(super) fn time(&self, index: usize) -> Timestamp {
        self.bars[index].open_time
    }

    pub(super) fn date(&self, index: usize, zone: &TimeZone) -> Date {
        self.bars[index].open_time.date_in(zone)
    }

    /// The first bar of a date or after it.
    pub(super) fn index_of(&self, date: Date, zone: &TimeZone) -> usize {
        let midnight = Timestamp::from_civil(date, 0, zone);
        self.bars.partition_point(|bar| bar.open_time < midnight)
    }
}

/// The median size of the log returns that are not 0.
fn usual_size(log: &[f64]) -> Option<f64> {
    let mut sizes: Vec<f64> = log.iter().map(|r| r.abs()).filter(|size| *size > 0.0).collect();
    (sizes.len() >= MOVES_MIN).then(|| median(&mut sizes))
}

/// The upper median; 0 of nothing.
pub(super) fn median(values: &mut [f64]) -> f64 {
    if values.is_empty() {
        return 0.0;
    }
    let middle = values.len() / 2;
    *values.select_nth_unstable_by(middle, f64::total_cmp).1
}

/// A number for people: as many digits as a price needs.
pub(super) fn shown(value: f64) -> String {
    let size = value.abs();
    let text = if size >= 100.0 {
        format!("{value:.2}")
    } else if size >= 1.0 {
        format!("{value:.4}")
    } else {
        format!("{value:.6}")
    };
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}
