//! Checks that keep single rows out of the lake.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::base::Timestamp;
use crate::domain::{Bar, Calendar, CalendarError, Timeframe};

/// How far open and close may leave `[low, high]`, as a fraction: some vendors round each price to
/// single precision on its own.
const PRICE_NOISE: f64 = 1e-6;

/// Why a row stays out of the lake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Defect {
    /// A price or the volume is NaN, infinite or absent.
    NotFinite,
    /// A price is zero or negative.
    NotPositive,
    /// The high is below the low.
    HighBelowLow,
    /// The open is outside low and high.
    OpenOutsideRange,
    /// The close is outside low and high.
    CloseOutsideRange,
    /// The volume is negative.
    NegativeVolume,
    /// The calendar has no session on that day.
    NotASession,
    /// The same row came before.
    Duplicate,
    /// Another row of the same time has other values; both stay out.
    ConflictingDuplicate,
    /// A split ratio or dividend is no possible one.
    ImpossibleAction,
}

impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::NotFinite => "a value is missing, NaN or infinite",
            Self::NotPositive => "a price is not above 0",
            Self::HighBelowLow => "high is below low",
            Self::OpenOutsideRange => "open is outside low..high",
            Self::CloseOutsideRange => "close is outside low..high",
            Self::NegativeVolume => "volume is below 0",
            Self::NotASession => "the calendar has no session on that day",
            Self::Duplicate => "the same row came before",
            Self::ConflictingDuplicate => "rows of the same time have different values",
            Self::ImpossibleAction => "the split ratio or dividend is impossible",
        })
    }
}

/// A row that stayed out, and why.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Quarantined {
    /// When the bar began; for a corporate action midnight UTC of its ex-date.
    pub time: Timestamp,
    /// The row as text.
    pub row: String,
    /// All that is wrong with it.
    pub reasons: Vec<Defect>,
}

/// Bars after the row checks.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Inspected {
    /// Good rows, strictly increasing in time.
    pub(crate) clean: Vec<Bar>,
    /// The others.
    pub(crate) quarantined: Vec<Quarantined>,
    /// Rows that came after a later one; they are sorted in.
    pub(crate) out_of_order: usize,
}

const ROW_CHECKS: [fn(&Bar) -> Option<Defect>; 6] =
    [not_finite, not_positive, high_below_low, open_outside, close_outside, negative_volume];

/// Sorts bars by time and sets the defective ones apart.
///
/// # Errors
/// [`CalendarError`] if a bar lies outside the days that the calendar knows.
pub(crate) fn inspect_rows(
    bars: &[Bar],
    timeframe: Timeframe,
    calendar: &Calendar,
) -> Result<Inspected, CalendarError> {
    let mut inspected = Inspected::default();
    let mut latest = Timestamp::MIN;
    for bar in bars {
        inspected.out_of_order += usize::from(bar.open_time < latest);
        latest = latest.max(bar.open_time);
        let mut reasons: Vec<_> = ROW_CHECKS.iter().filter_map(|check| check(bar)).collect();
        reasons.extend(not_a_session(bar, timeframe, calendar)?);
        if reasons.is_empty() {
            inspected.clean.push(*bar);
        } else {
            inspected.quarantined.push(quarantine(bar, reasons));
        }
    }
    inspected.clean.sort_by_key(|bar| bar.open_time);
    let sorted = std::mem::take(&mut inspected.clean);
    for same_time in sorted.chunk_by(|a, b| a.open_time == b.open_time) {
        separate_duplicates(same_time, &mut inspected);
    }
    Ok(inspected)
}

fn separate_duplicates(same_time: &[Bar], inspected: &mut Inspected) {
    let [first, others @ ..] = same_time else { return };
    if others.iter().all(|other| other == first) {
        inspected.clean.push(*first);
        let copies = others.iter().map(|bar| quarantine(bar, vec![Defect::Duplicate]));
        inspected.quarantined.extend(copies);
    } else {
        let conflict = |bar| quarantine(bar, vec![Defect::ConflictingDuplicate]);
        inspected.quarantined.extend(same_time.iter().map(conflict));
    }
}

fn quarantine(bar: &Bar, reasons: Vec<Defect>) -> Quarantined {
    Quarantined { time: bar.open_time, row: row_text(bar), reasons }
}

/// The values of a bar as one line.
pub(crate) fn row_text(bar: &Bar) -> String {
    let Bar { open, high, low, close, volume, .. } = bar;
    format!("open {open}, high {high}, low {low}, close {close}, volume {volume}")
}

fn prices(bar: &Bar) -> [f64; 4] {
    [bar.open, bar.high, bar.low, bar.close]
}

fn not_finite(bar: &Bar) -> Option<Defect> {
    let wrong = prices(bar).iter().chain([&bar.volume]).any(|value| !value.is_finite());
    wrong.then_some(Defect::NotFinite)
}

fn not_positive(bar: &Bar) -> Option<Defect> {
    prices(bar).iter().any(|&price| price <= 0.0).then_some(Defect::NotPositive)
}

fn high_below_low(bar: &Bar) -> Option<Defect> {
    (bar.high < bar.low).then_some(Defect::HighBelowLow)
}

fn open_outside(bar: &Bar) -> Option<Defect> {
    outside(bar, bar.open).then_some(Defect::OpenOutsideRange)
}

fn close_outside(bar: &Bar) -> Option<Defect> {
    outside(bar, bar.close).then_some(Defect::CloseOutsideRange)
}

fn outside(bar: &Bar, price: f64) -> bool {
    price > bar.high + PRICE_NOISE * bar.high.abs() || price < bar.low - PRICE_NOISE * bar.low.abs()
}

fn negative_volume(bar: &Bar) -> Option<Defect> {
    (bar.volume < 0.0).then_some(Defect::NegativeVolume)
}

/// Weeks and months begin on days without a session now and then, so they are not checked.
fn not_a_session(
    bar: &Bar,
    timeframe: Timeframe,
    calendar: &Calendar,
) -> Result<Option<Defect>, CalendarError> {
    if matches!(timeframe, Timeframe::Week | Timeframe::Month) {
        return Ok(None);
    }
    let session = calendar.session(bar.open_time.date_in(calendar.zone()))?;
    Ok(session.is_none().then_some(Defect::NotASession))
}
