//! What looks odd in a whole series; it is reported and kept.

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::base::Timestamp;
use crate::config::Adjust;
use crate::dataset::Adjuster;
use crate::domain::{Bar, CorporateAction};

/// A log return between neighbor bars beyond this is a spike.
const SPIKE_LOG_RETURN: f64 = 0.5;
/// A log return this close to ±ln 100 is a change of scale: dollars to cents, pounds to pence.
const SCALE_TOLERANCE: f64 = 0.25;
/// So many equal bars in a row are stale.
const STALE_BARS: usize = 5;

/// What looks odd.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SuspectKind {
    /// The close moved by more than a factor of e^0.5 without a split.
    Spike,
    /// The close moved by a factor of about 100.
    WrongScale,
    /// Open, high, low and close did not change for five bars or more.
    Stale,
}

/// A bar that is kept though it looks odd.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suspect {
    /// When the bar began; of a run, the first one.
    pub time: Timestamp,
    /// What looks odd.
    pub kind: SuspectKind,
    /// The numbers behind it.
    pub detail: String,
}

/// All that looks odd in bars sorted by time.
pub(crate) fn find_suspects(
    bars: &[Bar],
    actions: &[CorporateAction],
    zone: &TimeZone,
) -> Vec<Suspect> {
    let mut suspects = jumps(bars, actions, zone);
    suspects.extend(stale_runs(bars));
    suspects.sort_by_key(|suspect| suspect.time);
    suspects
}

fn jumps(bars: &[Bar], actions: &[CorporateAction], zone: &TimeZone) -> Vec<Suspect> {
    let mut adjuster = Adjuster::new(actions, Adjust::Split, zone);
    let adjusted: Vec<f64> = bars.iter().map(|bar| adjuster.update(bar).close).collect();
    let mut suspects = Vec::new();
    for (index, pair) in adjusted.windows(2).enumerate() {
        let log_return = (pair[1] / pair[0]).ln();
        if log_return.abs() <= SPIKE_LOG_RETURN {
            continue;
        }
        let is_scale = (log_return.abs() - 100_f64.ln()).abs() < SCALE_TOLERANCE;
        let kind = if is_scale { SuspectKind::WrongScale } else { SuspectKind::Spike };
        let (before, after) = (bars[index].close, bars[index + 1].close);
        let detail = format!("close {before} then {after}, log return {log_return:.3}");
        suspects.push(Suspect { time: bars[index + 1].open_time, kind, detail });
    }
    suspects
}

fn stale_runs(bars: &[Bar]) -> Vec<Suspect> {
    let same =
        |a: &Bar, b: &Bar| (a.open, a.high, a.low, a.close) == (b.open, b.high, b.low, b.close);
    let runs = bars.chunk_by(same).filter(|run| run.len() >= STALE_BARS);
    let report = |run: &[Bar]| Suspect {
        time: run[0].open_time,
        kind: SuspectKind::Stale,
        detail: format!("{} bars in a row with close {}", run.len(), run[0].close),
    };
    runs.map(report).collect()
}
