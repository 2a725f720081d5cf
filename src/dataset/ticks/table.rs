//! Ticks as columns.

use crate::base::Timestamp;
use crate::domain::{Tick, TickFlags};

/// Ticks as columns of the same length; forty-one bytes a tick.
///
/// # Units
/// As [`Tick`]; `time` in nanoseconds UTC.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TickTable {
    /// When they happened.
    pub time: Vec<i64>,
    /// The best bids; NaN for none.
    pub bid: Vec<f64>,
    /// The best asks; NaN for none.
    pub ask: Vec<f64>,
    /// The prices of trades; NaN for none.
    pub last: Vec<f64>,
    /// The sizes of trades.
    pub volume: Vec<f64>,
    /// The bits of [`TickFlags`].
    pub flags: Vec<u8>,
}

impl TickTable {
    /// An empty table with room for `ticks`.
    #[must_use]
    pub fn with_capacity(ticks: usize) -> Self {
        let floats = || Vec::with_capacity(ticks);
        Self {
            time: Vec::with_capacity(ticks),
            bid: floats(),
            ask: floats(),
            last: floats(),
            volume: floats(),
            flags: Vec::with_capacity(ticks),
        }
    }

    /// How many ticks there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.time.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.time.is_empty()
    }

    /// Adds a tick at the end.
    pub fn push(&mut self, tick: &Tick) {
        self.time.push(tick.time.nanos());
        self.bid.push(tick.bid);
        self.ask.push(tick.ask);
        self.last.push(tick.last);
        self.volume.push(tick.volume);
        self.flags.push(tick.flags.0);
    }

    /// The tick of a row.
    ///
    /// # Panics
    /// If there is no such row.
    #[must_use]
    pub fn get(&self, row: usize) -> Tick {
        Tick {
            time: Timestamp::from_nanos(self.time[row]),
            bid: self.bid[row],
            ask: self.ask[row],
            last: self.last[row],
            volume: self.volume[row],
            flags: TickFlags(self.flags[row]),
        }
    }

    /// All ticks in order.
    pub fn iter(&self) -> impl Iterator<Item = Tick> + '_ {
        (0..self.len()).map(|row| self.get(row))
    }

    /// Adds the ticks of another table at the end.
    pub fn append(&mut self, other: &mut Self) {
        self.time.append(&mut other.time);
        self.bid.append(&mut other.bid);
        self.ask.append(&mut other.ask);
        self.last.append(&mut other.last);
        self.volume.append(&mut other.volume);
        self.flags.append(&mut other.flags);
    }

    /// Puts the rows in order of time; ticks of the same time stay as they were. Returns how many
    /// came after a later one.
    pub fn sort(&mut self) -> usize {
        let mut latest = i64::MIN;
        let mut late = 0;
        for &time in &self.time {
            late += usize::from(time < latest);
            latest = latest.max(time);
        }
        if late > 0 {
            let mut order: Vec<usize> = (0..self.len()).collect();
            order.sort_by_key(|&row| self.time[row]);
            let sorted = order.into_iter().map(|row| self.get(row)).collect();
            *self = sorted;
        }
        late
    }

    /// The rows of `rows`, which lie in `from..to`, given a table in order of time.
    #[must_use]
    pub fn window(&self, from: Timestamp, to: Timestamp) -> Self {
        let row = |time: Timestamp| self.time.partition_point(|&known| known < time.nanos());
        let (first, end) = (row(from), row(to).max(row(from)));
        (first..end).map(|index| self.get(index)).collect()
    }
}

impl FromIterator<Tick> for TickTable {
    fn from_iter<I: IntoIterator<Item = Tick>>(ticks: I) -> Self {
        let ticks = ticks.into_iter();
        let mut table = Self::with_capacity(ticks.size_hint().0);
        for tick in ticks {
            table.push(&tick);
        }
        table
    }
}
