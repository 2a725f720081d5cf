//! Collects what a report needs while a session runs, or from its ledger afterwards.

use super::input::{FillMark, LimitCourse, PaperReportInput};
use crate::base::Timestamp;
use crate::commands::trade::view::{AlertRow, LimitRow, alert_text, name_of};
use crate::domain::{Fill, MarketRow, Symbol};
use crate::ports::BrokerEvent;
use crate::trader::{Decision, DeniedOrder, Effect, Event};

/// Most alerts that are kept; the report says how many there were in all by the log.
const ALERTS_MAX: usize = 500;

/// Collects what a report needs.
#[derive(Debug, Clone)]
pub(crate) struct PaperRecorder {
    input: PaperReportInput,
}

impl PaperRecorder {
    /// Begins with nothing but the instruments.
    #[must_use]
    pub(crate) fn new(symbols: &[Symbol]) -> Self {
        let input = PaperReportInput { symbols: symbols.to_vec(), ..PaperReportInput::default() };
        Self { input }
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

    /// Takes how far the limits are used, at a decision.
    pub(crate) fn note_limits(&mut self, time: Timestamp, rows: &[LimitRow]) {
        for row in rows {
            let courses = &mut self.input.limits;
            let known = courses.iter().position(|course| course.key == row.key);
            let index = known.unwrap_or_else(|| {
                let (key, limit) = (row.key.clone(), row.limit);
                courses.push(LimitCourse { key, limit, points: Vec::new() });
                courses.len() - 1
            });
            courses[index].points.push((time, row.used));
        }
    }

    /// What was collected; names, ledger, backtest and attribution are still to be filled in.
    #[must_use]
    pub(crate) fn finish(self) -> PaperReportInput {
        self.input
    }

    fn note_row(&mut self, row: &MarketRow) {
        let closes = row.bars.iter().map(|bar| bar.map_or(f64::NAN, |bar| bar.close)).collect();
        self.input.closes.push((row.time, closes));
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
        self.input.weights.push((decision.time, decision.weights.clone()));
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
