//! One step: the engine decides, the ledger has it, then it is carried out.

use std::collections::VecDeque;

use super::{Journal, MarketVenue, Moment, Pace};
use crate::base::{Stopwatch, Timestamp};
use crate::domain::OrderRequest;
use crate::ports::{BrokerError, BrokerEvent};
use crate::risk::Approved;
use crate::trader::ledger::Kept;
use crate::trader::{Command, Effect, Engine, Event, TraderError};

/// Sees every row of a session after it was recorded.
pub trait Watcher {
    /// A row: the engine as it stands after it, what happened and what followed.
    fn saw(&mut self, engine: &Engine, event: &Event, effects: &[Effect]);
}

/// Everything that a session runs on.
pub struct Shell<'a> {
    /// Who decides.
    pub engine: &'a mut Engine,
    /// Where orders go.
    pub venue: &'a mut dyn MarketVenue,
    /// Where rows go.
    pub journal: &'a mut dyn Journal,
    /// Clock and control.
    pub pace: &'a mut dyn Pace,
    /// Who looks on.
    pub watcher: &'a mut dyn Watcher,
}

impl Shell<'_> {
    /// Brings an event to the engine and carries out what follows from it, and from that.
    ///
    /// # Errors
    /// [`TraderError`] if the engine or the ledger cannot go on.
    pub fn step(&mut self, event: Event) -> Result<(), TraderError> {
        let mut events = VecDeque::from([event]);
        while let Some(event) = events.pop_front() {
            self.one(&event, &mut events)?;
        }
        Ok(())
    }

    /// Brings everything that the venue has told since the last time.
    ///
    /// # Errors
    /// As [`Shell::step`].
    pub fn hear(&mut self) -> Result<(), TraderError> {
        loop {
            let news = match self.venue.poll() {
                Ok(news) => news,
                // The venue cannot be asked: what it says later will have to be compared.
                Err(_) if !self.engine.is_link_up() => return Ok(()),
                Err(_) => vec![BrokerEvent::LinkLost { time: self.engine.now() }],
            };
            if news.is_empty() {
                return Ok(());
            }
            for event in news {
                let moment = match &event {
                    BrokerEvent::Accepted { .. } => Some(Moment::AfterAck),
                    BrokerEvent::Filled(_) => Some(Moment::AfterFill),
                    _ => None,
                };
                self.step(Event::Broker(event))?;
                if let Some(moment) = moment {
                    self.pace.reached(moment);
                }
            }
        }
    }

    fn one(&mut self, event: &Event, follow: &mut VecDeque<Event>) -> Result<(), TraderError> {
        let watch = Stopwatch::start();
        let effects = self.engine.process(event.clone())?;
        let is_late = self.is_late(watch.seconds(), &effects, follow);
        self.pace.reached(Moment::BeforeCommit);
        let kept = self
            .journal
            .record(event, &effects)
            .map_err(|source| TraderError::Ledger { source })?;
        self.pace.reached(Moment::AfterCommit);
        if effects.iter().any(|effect| matches!(effect, Effect::Submit(_))) {
            self.pace.reached(Moment::AfterIntent);
        }
        self.watcher.saw(self.engine, event, &effects);
        for effect in effects {
            match effect {
                Effect::Submit(order) if is_late => {
                    self.not_sent(&order, "the decision came too late", follow);
                }
                effect => self.carry_out(effect, kept, follow),
            }
        }
        Ok(())
    }

    /// Whether a decision took so long that it must not be carried out any more; the engine is told before its orders fail.
    fn is_late(&self, took_s: f64, effects: &[Effect], follow: &mut VecDeque<Event>) -> bool {
        let is_decision = |effect: &Effect| matches!(effect, Effect::Decided(_));
        let limit_s = self.pace.decision_s_max().filter(|&limit_s| took_s > limit_s);
        let Some(limit_s) = limit_s.filter(|_| effects.iter().any(is_decision)) else {
            return false;
        };
        follow.push_back(Event::DecisionLate { took_s, limit_s, time: self.engine.now() });
        true
    }

    fn carry_out(&mut self, effect: Effect, kept: Kept, follow: &mut VecDeque<Event>) {
        let time = self.engine.now();
        match effect {
            Effect::Submit(order) if kept == Kept::Behind => {
                self.hold_back(&order, "the ledger cannot be written", follow);
            }
            Effect::Submit(order) if !self.pace.may_send() => {
                self.hold_back(&order, "the session was killed", follow);
            }
            Effect::Submit(order) => self.submit(order, time, follow),
            // One that does not go out is asked for again when the venue's list shows the order open; after a kill the
            // watchdog does not wait for that.
            Effect::Cancel(id) => {
                if self.venue.cancel(id).is_err() {
                    self.pace.cancel_failed();
                }
            }
            Effect::Reconcile { since } => follow.push_back(match self.venue.snapshot(since) {
                Ok(snapshot) => Event::Snapshot { time, snapshot },
                Err(error) => Event::SnapshotFailed { time, detail: error.to_string() },
            }),
            Effect::Decided(_)
            | Effect::NotDecided { .. }
            | Effect::Denied(_)
            | Effect::Alert(_)
            | Effect::KeepRisk(_)
            | Effect::Closed { .. } => {}
        }
    }

    fn submit(
        &mut self,
        order: Approved<OrderRequest>,
        time: Timestamp,
        follow: &mut VecDeque<Event>,
    ) {
        let order_id = order.request().id;
        self.pace.reached(Moment::BeforeSend);
        let sent = self.venue.submit(order);
        self.pace.reached(Moment::AfterSend);
        let Err(error) = sent else { return };
        let (is_unknown, detail) = (error.is_unknown(), error.to_string());
        if let BrokerError::UnknownSymbol { symbol } = error {
            follow.push_back(Event::NotTraded { symbol, detail: detail.clone(), time });
        }
        follow.push_back(Event::SendFailed { order_id, is_unknown, time, detail });
    }

    /// The order stays here and nothing new is decided.
    fn hold_back(&self, order: &Approved<OrderRequest>, why: &str, follow: &mut VecDeque<Event>) {
        self.not_sent(order, why, follow);
        if !self.engine.is_paused() {
            let (by, time) = (why.to_owned(), self.engine.now());
            follow.push_back(Event::Command { command: Command::Pause, by, time });
        }
    }

    /// The order stays here.
    fn not_sent(&self, order: &Approved<OrderRequest>, why: &str, follow: &mut VecDeque<Event>) {
        let (order_id, time) = (order.request().id, self.engine.now());
        let detail = why.to_owned();
        follow.push_back(Event::SendFailed { order_id, is_unknown: false, time, detail });
    }
}
