//! When how much of a parent is due.

use crate::base::Timestamp;
use crate::config::Execution;

/// `pov` asks for no less than one part in this many of its parent, but for the last.
const POV_PARTS: f64 = 100.0;

/// A rule at work.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Plan {
    rule: Execution,
    begun_at: Timestamp,
    volume_at_begin: f64,
    /// Share of the parent that is due with each part and those before it.
    due: Vec<f64>,
}

/// What is due now.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Step {
    /// Rises; each step is taken at most once.
    pub(super) number: usize,
    /// Share of the parent that should have been asked for, 0..=1.
    pub(super) share: f64,
    /// How it is asked for.
    pub(super) style: Style,
    /// Whether nothing comes after it.
    pub(super) is_last: bool,
}

/// How a child trades.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Style {
    /// At once.
    Take,
    /// At the own side of the book, moved inside by this many basis points.
    Wait { offset_bps: f64 },
    /// At once, after everything that waits is canceled.
    Cross,
}

impl Plan {
    /// A plan that begins now. `usual` tells the share of a day's volume that usually trades between two times; absent
    /// where it is not known.
    pub(super) fn new(
        rule: &Execution,
        begun_at: Timestamp,
        volume: f64,
        usual: impl Fn(Timestamp, Timestamp) -> Option<f64>,
    ) -> Self {
        let due = match rule {
            Execution::Twap(rule) => even(rule.parts),
            Execution::Vwap(rule) => {
                let time = |part| part_time(begun_at, rule.duration_s, rule.parts, part);
                let parts = (0..rule.parts).map(|part| usual(time(part), time(part + 1)));
                let volumes: Option<Vec<f64>> = parts.collect();
                volumes.and_then(|volumes| cumulated(&volumes)).unwrap_or_else(|| even(rule.parts))
            }
            Execution::Market | Execution::Pov(_) | Execution::Passive(_) => Vec::new(),
        };
        Self { rule: *rule, begun_at, volume_at_begin: volume, due }
    }

    /// What is due. `volume` has traded since the session began, `quantity` is the parent's, and `is_idle` tells that
    /// nothing of it is at the venue.
    pub(super) fn step(&self, now: Timestamp, volume: f64, quantity: f64, is_idle: Idle) -> Step {
        match &self.rule {
            Execution::Market => Step { number: 1, share: 1.0, style: Style::Take, is_last: true },
            Execution::Twap(rule) => self.part(now, rule.duration_s),
            Execution::Vwap(rule) => self.part(now, rule.duration_s),
            Execution::Pov(rule) => {
                let traded = (volume - self.volume_at_begin).max(0.0);
                let share = (rule.participation_frac * traded / quantity).clamp(0.0, 1.0);
                let is_last = share >= 1.0 || now >= after(self.begun_at, rule.duration_s);
                let parts = (share * POV_PARTS).floor();
                if is_last {
                    let number = POV_PARTS as usize + 1;
                    return Step { number, share: 1.0, style: Style::Take, is_last };
                }
                let share = parts / POV_PARTS;
                Step { number: parts as usize, share, style: Style::Take, is_last }
            }
            Execution::Passive(rule) => {
                let has_waited = now >= after(self.begun_at, rule.wait_s);
                if has_waited || is_idle == Idle::AfterTheFirst {
                    return Step { number: 2, share: 1.0, style: Style::Cross, is_last: true };
                }
                let style = Style::Wait { offset_bps: rule.offset_bps };
                Step { number: 1, share: 1.0, style, is_last: false }
            }
        }
    }

    fn part(&self, now: Timestamp, duration_s: f64) -> Step {
        let parts = self.due.len();
        let is_due = |&part: &usize| now >= part_time(self.begun_at, duration_s, parts, part);
        let number = (1..parts).take_while(is_due).count() + 1;
        let share = self.due.get(number - 1).copied().unwrap_or(1.0);
        Step { number, share, style: Style::Take, is_last: number >= parts }
    }
}

/// Whether children of the parent are at the venue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Idle {
    /// Some are, or none has been asked for yet.
    No,
    /// The first is over.
    AfterTheFirst,
}

fn even(parts: usize) -> Vec<f64> {
    (1..=parts).map(|part| part as f64 / parts as f64).collect()
}

/// Running shares; absent if nothing usually trades.
fn cumulated(volumes: &[f64]) -> Option<Vec<f64>> {
    let total: f64 = volumes.iter().sum();
    if !(total > 0.0 && total.is_finite()) {
        return None;
    }
    let mut sum = 0.0;
    let mut due: Vec<f64> = volumes
        .iter()
        .map(|volume| {
            sum += volume;
            (sum / total).min(1.0)
        })
        .collect();
    if let Some(last) = due.last_mut() {
        *last = 1.0;
    }
    Some(due)
}

/// The first part is due at once, the last after the whole time.
fn part_time(begun_at: Timestamp, duration_s: f64, parts: usize, part: usize) -> Timestamp {
    let steps = parts.saturating_sub(1).max(1) as f64;
    after(begun_at, duration_s * part as f64 / steps)
}

fn after(time: Timestamp, seconds: f64) -> Timestamp {
    time.saturating_add_nanos((seconds * 1e9).round() as i64)
}
