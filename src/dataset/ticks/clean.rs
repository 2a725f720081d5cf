//! Checks that keep single ticks out, and counts of what looks odd.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::TickTable;
use crate::base::Timestamp;
use crate::domain::{Tick, TickFlags};

/// How many rejected ticks a report shows in full.
const SHOWN: usize = 20;

/// Why a tick stays out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TickDefect {
    /// It has neither a bid nor an ask nor a trade.
    NoPrice,
    /// A price or the volume is infinite, or a trade has no size.
    NotFinite,
    /// A price is zero or negative.
    NotPositive,
    /// The volume is negative.
    NegativeVolume,
}

impl fmt::Display for TickDefect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::NoPrice => "neither a bid nor an ask nor a trade",
            Self::NotFinite => "a value is infinite, or the volume is missing",
            Self::NotPositive => "a price is not above 0",
            Self::NegativeVolume => "volume is below 0",
        })
    }
}

/// What the checks found.
///
/// Crossed quotes, repeated ticks and ticks that the vendor doubts are counted and kept: several
/// dealers' quotes do cross, equal trades in one millisecond are usual, and whoever builds bars
/// leaves out doubtful prices. Late ticks are sorted in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TickReport {
    /// Ticks that were looked at.
    pub seen: usize,
    /// Ticks that came after a later one.
    pub late: usize,
    /// Quotes whose ask is below their bid.
    pub crossed: usize,
    /// Ticks equal to the one before in every field.
    pub repeated: usize,
    /// Ticks that the vendor doubts.
    pub suspicious: usize,
    /// Trades whose price was not made in the market at that moment.
    pub off_market: usize,
    /// How many stayed out for each reason.
    pub rejected: Vec<(TickDefect, usize)>,
    /// The first of them as text.
    pub examples: Vec<String>,
}

impl TickReport {
    /// How many ticks stayed out.
    #[must_use]
    pub fn num_rejected(&self) -> usize {
        self.rejected.iter().map(|(_, count)| count).sum()
    }

    /// One sentence with what there is to tell, if there is anything.
    #[must_use]
    pub fn note(&self, origin: &str) -> Option<String> {
        let counts = [
            ("late, sorted in", self.late),
            ("crossed quotes, kept", self.crossed),
            ("repeated, kept", self.repeated),
            ("doubted by the vendor, left out of bars", self.suspicious),
            ("off the market, without influence on prices", self.off_market),
            ("rejected", self.num_rejected()),
        ];
        let told = counts.iter().filter(|(_, count)| *count > 0);
        let told: Vec<String> = told.map(|(what, count)| format!("{count} {what}")).collect();
        let sentence = format!("{} ticks from {origin}: {}", self.seen, told.join("; "));
        (!told.is_empty()).then_some(sentence)
    }

    /// Adds the counts of another part.
    pub fn add(&mut self, other: &Self) {
        self.seen += other.seen;
        self.late += other.late;
        self.crossed += other.crossed;
        self.repeated += other.repeated;
        self.suspicious += other.suspicious;
        self.off_market += other.off_market;
        for &(defect, count) in &other.rejected {
            self.reject(defect, count);
        }
        let room = SHOWN.saturating_sub(self.examples.len());
        self.examples.extend(other.examples.iter().take(room).cloned());
    }

    fn reject(&mut self, defect: TickDefect, count: usize) {
        match self.rejected.binary_search_by_key(&defect, |known| known.0) {
            Ok(index) => self.rejected[index].1 += count,
            Err(index) => self.rejected.insert(index, (defect, count)),
        }
    }
}

/// Takes impossible ticks out and puts the others in order of time.
///
/// The order of ticks of the same time stays that of the source.
pub fn clean_ticks(ticks: &mut TickTable) -> TickReport {
    let mut report = TickReport { seen: ticks.len(), ..TickReport::default() };
    let defects: Vec<Option<TickDefect>> = ticks.iter().map(|tick| defect(&tick)).collect();
    if defects.iter().any(Option::is_some) {
        let mut kept = TickTable::with_capacity(ticks.len());
        for (tick, defect) in ticks.iter().zip(defects) {
            match defect {
                None => kept.push(&tick),
                Some(defect) => {
                    report.reject(defect, 1);
                    if report.examples.len() < SHOWN {
                        report.examples.push(format!("{}: {defect}", tick_text(&tick)));
                    }
                }
            }
        }
        *ticks = kept;
    }
    report.late = ticks.sort();
    count_oddities(ticks, &mut report);
    report
}

fn count_oddities(ticks: &TickTable, report: &mut TickReport) {
    let same = |a: f64, b: f64| a.to_bits() == b.to_bits();
    for row in 0..ticks.len() {
        let flags = TickFlags(ticks.flags[row]);
        report.crossed += usize::from(ticks.ask[row] < ticks.bid[row]);
        report.suspicious += usize::from(flags.has(TickFlags::SUSPICIOUS));
        report.off_market += usize::from(flags.has(TickFlags::OFF_MARKET));
        let is_repeated = row > 0
            && ticks.time[row] == ticks.time[row - 1]
            && ticks.flags[row] == ticks.flags[row - 1]
            && same(ticks.last[row], ticks.last[row - 1])
            && same(ticks.volume[row], ticks.volume[row - 1])
            && same(ticks.bid[row], ticks.bid[row - 1])
            && same(ticks.ask[row], ticks.ask[row - 1]);
        report.repeated += usize::from(is_repeated);
    }
}

fn defect(tick: &Tick) -> Option<TickDefect> {
    let prices = [tick.bid, tick.ask, tick.last];
    if prices.iter().all(|price| price.is_nan()) {
        return Some(TickDefect::NoPrice);
    }
    if prices.iter().any(|price| price.is_infinite()) || !tick.volume.is_finite() {
        return Some(TickDefect::NotFinite);
    }
    if prices.iter().any(|&price| price <= 0.0) {
        return Some(TickDefect::NotPositive);
    }
    (tick.volume < 0.0).then_some(TickDefect::NegativeVolume)
}

fn tick_text(tick: &Tick) -> String {
    let Tick { time, bid, ask, last, volume, flags: TickFlags(flags) } = tick;
    let time: Timestamp = *time;
    format!("{time} bid {bid}, ask {ask}, last {last}, volume {volume}, flags {flags}")
}
