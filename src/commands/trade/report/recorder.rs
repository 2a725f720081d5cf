//! Collects what a report needs while a session runs, or from its ledger afterwards.

use super::input::{FillMark, LimitCourse, PaperReportInput};
use crate::base::Timestamp;
use crate::commands::trade::view::{AlertRow, LimitRow, alert_text, name_of};
use crate::domain::{Fill, MarketRow, Symbol};
use crate::ports::BrokerEvent;
use crate::trader::{Decision, DeniedOrder, Effect, Event};

/// Most alerts that are kept; the report says how many there were in all by the log.
const ALERTS_MAX: usize = 500;
/// Most points of a course that is only drawn: a session may run for months. At least half as many are kept.
const POINTS_MAX: usize = 1024;

/// Collects what a report needs.
#[derive(Debug, Clone)]
pub(crate) struct PaperRecorder {
    input: PaperReportInput,
    weights: Thinned,
    closes: Thinned,
    limits: Thinned,
}

/// Which points of a course are kept: all, then every second, fourth, …
#[derive(Debug, Clone, Copy)]
struct Thinned {
    every: usize,
    seen: usize,
}

impl Thinned {
    const ALL: Self = Self { every: 1, seen: 0 };

    /// Whether the next point is one of those that are kept.
    const fn takes(&self) -> bool {
        self.seen.is_multiple_of(self.every)
    }

    /// Takes the next point, or leaves it out.
    fn push<T>(&mut self, points: &mut Vec<T>, point: T) {
        if self.takes() {
            points.push(point);
        }
        self.seen += 1;
        if points.len() >= POINTS_MAX {
            self.every *= 2;
            let mut index = 0;
            points.retain(|_| {
                index += 1;
                index % 2 == 1
            });
        }
    }
}

impl PaperRecorder {
    /// Begins with nothing but the instruments.
    #[must_use]
    pub(crate) fn new(symbols: &[Symbol]) -> Self {
        let input = PaperReportInput { symbols: symbols.to_vec(), ..PaperReportInput::default() };
        let all = Thinned::ALL;
        Self { input, weights: all, closes: all, limits: all }
    }

    /// Takes an event and what the engine made of it.
    pub(crate) fn note(&mut self, event: &Event, effects: &[Effect]) {
        match event {
            Event::Bar(row) | Event::LastBar(row) => self.note_row(row),
            Event::Broker(BrokerEvent::Filled(fill) | BrokerEvent::Protected { fill, .. }) => {
                self.note_fill(fill);
            }
            Event::Broker(BrokerEvent::Rejected { .. }) => self.input.rejects += 1,
            _ => {}
        }
        for effect in effects {
            self.note_effect(event.time(), effect);
        }
    }

    /// Takes how far the limits are used, at a decision. Where points are left out, those that are kept have the most.
    pub(crate) fn note_limits(&mut self, time: Timestamp, rows: &[LimitRow]) {
        let is_kept = self.limits.takes();
        for row in rows {
            let courses = &mut self.input.limits;
            let known = courses.iter().position(|course| course.key == row.key);
            let index = known.unwrap_or_else(|| {
                let (key, limit) = (row.key.clone(), row.limit);
                courses.push(LimitCourse { key, limit, points: Vec::new() });
                courses.len() - 1
            });
            let points = &mut courses[index].points;
            match points.last_mut() {
                Some((_, most)) if !is_kept => *most = most.max(row.used),
                _ => points.push((time, row.used)),
            }
        }
        self.limits.seen += 1;
        if self.input.limits.iter().any(|course| course.points.len() >= POINTS_MAX) {
            self.limits.every *= 2;
            self.input.limits.iter_mut().for_each(merge_pairs);
        }
    }

    /// What was collected; names, ledger, backtest and attribution are still to be filled in.
    #[must_use]
    pub(crate) fn finish(self) -> PaperReportInput {
        self.input
    }

    fn note_row(&mut self, row: &MarketRow) {
        let closes = row.bars.iter().map(|bar| bar.map_or(f64::NAN, |bar| bar.close)).collect();
        self.closes.push(&mut self.input.closes, (row.time, closes));
    }

    fn note_fill(&mut self, fill: &Fill) {
        let Fill { order_id, ref symbol, side, quantity, price, cost, time, .. } = *fill;
        let symbol = symbol.clone();
        self.input.fills.push(FillMark { time, order_id, symbol, side, quantity, price, cost });
    }

    fn note_effect(&mut self, time: Timestamp, effect: &Effect) {
        match effect {
            Effect::Decided(decision) => self.note_decision(decision),
            Effect::NotDecided { reason, .. } => {
                let reason = name_of(reason);
                *self.input.not_decided.entry(reason).or_default() += 1;
            }
            Effect::Denied(denied) => self.count_denial(denied),
            Effect::Submit(_) => self.input.orders += 1,
            Effect::Alert(alert) if self.input.alerts.len() < ALERTS_MAX => {
                self.input.alerts.push(AlertRow { time, text: alert_text(alert) });
            }
            Effect::Closed { time, equity } => self.add_equity(*time, *equity),
            _ => {}
        }
    }

    fn note_decision(&mut self, decision: &Decision) {
        self.input.decisions += 1;
        self.add_equity(decision.time, decision.equity);
        let weights = (decision.time, decision.weights.clone());
        self.weights.push(&mut self.input.weights, weights);
        for denied in &decision.denials {
            self.count_denial(denied);
        }
    }

    fn add_equity(&mut self, time: Timestamp, equity: f64) {
        let is_later = self.input.equity.last().is_none_or(|(last, _)| *last < time);
        if is_later {
            self.input.equity.push((time, equity));
        }
    }

    fn count_denial(&mut self, denied: &DeniedOrder) {
        *self.input.denials.entry(denied.denial.code().to_owned()).or_default() += 1;
    }
}

/// Two points become one, with the most of both.
fn merge_pairs(course: &mut LimitCourse) {
    let pairs = course.points.chunks(2);
    let most = |pair: &[(Timestamp, f64)]| {
        let used = pair.iter().map(|point| point.1).fold(f64::NEG_INFINITY, f64::max);
        (pair[0].0, used)
    };
    course.points = pairs.map(most).collect();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(index: usize) -> Timestamp {
        Timestamp::from_nanos(index as i64)
    }

    #[test]
    fn a_long_session_keeps_so_many_points_and_the_most_of_each_limit() {
        let mut recorder = PaperRecorder::new(&[]);
        let mut kept = Vec::new();
        for index in 0..10 * POINTS_MAX {
            let used = if index == 2_345 { 7.0 } else { 1.0 };
            let row = LimitRow { key: "gross".to_owned(), used, limit: 10.0 };
            recorder.note_limits(at(index), &[row]);
            recorder.closes.push(&mut kept, index);
        }
        let course = &recorder.finish().limits[0];
        assert!((POINTS_MAX / 2 - 1..POINTS_MAX).contains(&course.points.len()));
        assert!(course.points.is_sorted_by(|a, b| a.0 < b.0));
        assert_eq!(course.points.iter().filter(|point| point.1 == 7.0).count(), 1);
        assert!((POINTS_MAX / 2 - 1..POINTS_MAX).contains(&kept.len()));
        assert!(kept.windows(2).all(|pair| pair[1] - pair[0] == kept[1]));
    }
}
