//! Everything that is known of a venue: messages in, two queues of events out. No I/O, no clock.

use std::collections::VecDeque;

use ibapi::Notice;
use ibapi::orders::OrderUpdate;

use super::codes::{Effect, effect};
use super::data::Feed;
use super::link::{Change, Night, Nightly, Reaction, Standing, VenueClock};
use super::orders::Tracker;
use super::values::Moment;
use crate::connectors::vendors::Notes;
use crate::domain::Symbol;
use crate::ports::{BrokerEvent, StreamEvent};

/// Events that nobody fetches are kept up to so many; then everything is reconciled instead.
const QUEUE_MAX: usize = 65_536;
/// A connection may be away so long before somebody must hear of it, seconds of our clock.
const ALARM_S: f64 = 30.0;

/// Orders, market data and the connection of one account.
#[derive(Debug)]
pub(super) struct Core {
    pub(super) tracker: Tracker,
    pub(super) feed: Feed,
    pub(super) clock: VenueClock,
    standing: Standing,
    queue: VecDeque<BrokerEvent>,
    was_connected: bool,
    is_loss_told: bool,
    nightly: Option<Nightly>,
    night: Night,
    notes: Notes,
    /// Since when the broker cannot be reached, seconds of our clock.
    away_since: Option<f64>,
    is_alarmed: bool,
    /// Why everything was reconciled last, for error texts.
    reason: String,
}

/// What the connection must do about a notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Act {
    /// Be made anew, for this reason.
    Over(String),
    /// Ask for market data anew.
    Resubscribe,
    /// Send nothing for a second.
    Hold,
}

impl Core {
    pub(super) fn new(tracker: Tracker, feed: Feed) -> Self {
        Self {
            tracker,
            feed,
            clock: VenueClock::default(),
            standing: Standing::default(),
            queue: VecDeque::new(),
            was_connected: false,
            is_loss_told: false,
            nightly: None,
            night: Night::Far,
            notes: Notes::default(),
            away_since: None,
            is_alarmed: false,
            reason: String::new(),
        }
    }

    /// The gateway restarts every night.
    pub(super) fn with_nightly(self, nightly: Option<Nightly>) -> Self {
        Self { nightly, ..self }
    }

    /// What time it is at the venue, at `at` seconds of our clock.
    pub(super) fn moment(&self, at: f64) -> Moment {
        Moment { time: self.clock.time(at), at }
    }

    /// Events of the account since the last call.
    pub(super) fn drain(&mut self, at: f64) -> Vec<BrokerEvent> {
        self.watch(at);
        self.queue.drain(..).collect()
    }

    /// Events of the market since the last call, and what people should know.
    pub(super) fn news(&mut self, at: f64) -> Vec<StreamEvent> {
        self.watch(at);
        let time = self.clock.time(at);
        let mut events = self.feed.drain();
        events.extend(self.notes.take().map(|text| StreamEvent::Note { text, time }));
        events
    }

    /// Whether the broker can be reached.
    pub(super) const fn is_well(&self) -> bool {
        self.standing.is_well()
    }

    /// Whether orders can be sent, and why not.
    pub(super) fn usable(&mut self, at: f64) -> Result<(), String> {
        self.watch(at);
        if self.standing.is_usable() {
            return Ok(());
        }
        let (trouble, reason) = (self.standing.trouble(), &self.reason);
        let is_said = reason.is_empty() || trouble == *reason;
        Err(if is_said { trouble } else { format!("{trouble} ({reason})") })
    }

    /// A connection was made; its clock was asked already.
    pub(super) fn connected(&mut self, at: f64) {
        // Until now it was away.
        self.watch(at);
        self.feed.connected(self.clock.time(at));
        let change = self.standing.connected();
        if std::mem::replace(&mut self.was_connected, true) {
            self.changed(change, at);
        }
        self.watch(at);
    }

    /// The connection is gone.
    pub(super) fn disconnected(&mut self, reason: &str, at: f64) {
        self.reason = reason.to_owned();
        let change = self.standing.disconnected();
        self.changed(change, at);
        self.watch(at);
    }

    /// Something was said to everybody.
    pub(super) fn notice(&mut self, notice: &Notice, at: f64) -> Option<Act> {
        let now = self.moment(at);
        match self.standing.notice(notice.code, &notice.message) {
            Reaction::Nothing => self.note(notice, at),
            Reaction::Over(reason) => return Some(Act::Over(reason)),
            Reaction::TooFast => {
                self.note(notice, at);
                return Some(Act::Hold);
            }
            Reaction::FarmBroken(farm) => {
                self.note(notice, at);
                self.feed.farm_broken(&farm, at);
            }
            Reaction::FarmWell(farm) => {
                self.note(notice, at);
                self.feed.farm_well(&farm, now.time);
            }
            Reaction::Competing(reason) => self.feed.competing(&reason, now.time),
            Reaction::Standing { change, is_data_gone } => {
                if change == Change::Lost {
                    self.reason = format!("{} {}", notice.code, notice.message);
                }
                self.changed(change, at);
                self.watch(at);
                return is_data_gone.then_some(Act::Resubscribe);
            }
        }
        None
    }

    /// Something happened to an order.
    pub(super) fn order(&mut self, update: &OrderUpdate, at: f64) {
        let now = self.moment(at);
        let events = match update {
            OrderUpdate::OpenOrder(data) => self.tracker.open_order(data, now),
            OrderUpdate::OrderStatus(status) => self.tracker.status(status, now),
            OrderUpdate::ExecutionData(data) => self.tracker.execution(data, now),
            OrderUpdate::CommissionReport(report) => {
                self.tracker.commission(report, now).into_iter().collect()
            }
            OrderUpdate::OrderBound(_) => Vec::new(),
        };
        self.tell(events, at);
    }

    /// Something was said of an order.
    pub(super) fn order_notice(&mut self, notice: &Notice, at: f64) {
        let now = self.moment(at);
        let Some(wire) = notice.request_id else { return };
        let events = self.tracker.notice(wire, notice.code, &notice.message, now);
        if events.is_empty() && is_noted(notice.code) {
            let order =
                self.tracker.order(wire).map_or("of others".to_owned(), |id| id.to_string());
            let said = format!("order {order}: {} {}", notice.code, notice.message);
            self.notes.say(&said, &said, at);
        }
        self.tell(events, at);
    }

    /// Something was said of the data of a symbol.
    pub(super) fn data_notice(&mut self, symbol: &Symbol, notice: &Notice, at: f64) {
        let now = self.moment(at);
        self.feed.notice(symbol, notice.code, &notice.message, now);
        if is_noted(notice.code) {
            let said = format!("{symbol}: {} {}", notice.code, notice.message);
            self.notes.say(&said, &said, at);
        }
    }

    /// Events that an answer of the venue has shown.
    pub(super) fn tell(&mut self, events: Vec<BrokerEvent>, at: f64) {
        self.queue.extend(events);
        let doubts = self.tracker.take_doubts();
        if self.queue.len() > QUEUE_MAX {
            self.queue.clear();
            self.doubt("nobody has fetched the events of the account", at);
        }
        for doubt in doubts {
            self.doubt(&doubt.0, at);
        }
    }

    /// Time has passed.
    pub(super) fn pass(&mut self, at: f64) {
        self.watch(at);
        let now = self.moment(at);
        self.feed.pass(now);
        self.tracker.tick(at);
        self.tell(Vec::new(), at);
    }

    /// Looks at the clock: for the restart of the gateway, and for a connection that stays away.
    pub(super) fn watch(&mut self, at: f64) {
        let is_well = self.standing.is_well();
        let now = self.clock.time(at);
        let before = self.night;
        if let Some(nightly) = self.nightly.as_mut().filter(|_| self.was_connected) {
            self.night = nightly.pass(now, is_well);
            let name = nightly.name();
            let held = (self.night == Night::Near).then(|| {
                format!("the gateway restarts at {name}; nothing is sent from a minute before until it is back")
            });
            if let Some(reason) = held.as_ref().filter(|_| is_well && before != Night::Near) {
                self.reason.clone_from(reason);
            }
            let change = self.standing.hold(held);
            self.changed(change, at);
            if matches!(self.night, Night::Late(_)) && self.night != before {
                let reason = &self.reason;
                self.notes.alarm(&format!(
                    "the gateway is not back 15 minutes after its restart at {name} ({reason}); look after it, log it in"
                ));
            }
        }
        self.sound_alarm(is_well, at);
    }

    /// A connection that stays away is told once; that of a restart has more time.
    fn sound_alarm(&mut self, is_well: bool, at: f64) {
        if is_well || !self.was_connected {
            return;
        }
        let since = *self.away_since.get_or_insert(at);
        let is_expected = matches!(self.night, Night::Near | Night::Gone | Night::Late(_));
        if at - since >= ALARM_S && !self.is_alarmed && !is_expected {
            self.is_alarmed = true;
            let trouble = self.standing.trouble();
            let reason = &self.reason;
            self.notes.alarm(&format!(
                "{trouble} for {ALARM_S:.0} s ({reason}); nothing is sent until it is back"
            ));
        }
    }

    /// Only a comparison with the venue can tell: the trader is told that events may have been lost.
    fn doubt(&mut self, reason: &str, at: f64) {
        reason.clone_into(&mut self.reason);
        if self.standing.is_usable() {
            let time = self.clock.time(at);
            let text = format!("everything is compared with the venue: {reason}");
            self.notes.say(&text, &text, at);
            self.queue.push_back(BrokerEvent::LinkLost { time });
            self.queue.push_back(BrokerEvent::LinkRestored { time });
        }
    }

    /// Something was said that nothing follows from.
    fn note(&mut self, notice: &Notice, at: f64) {
        let said = format!("{} {}", notice.code, notice.message);
        self.notes.say(&said, &said, at);
    }

    fn changed(&mut self, change: Change, at: f64) {
        let time = self.clock.time(at);
        match change {
            Change::None => {}
            Change::Lost => {
                self.is_loss_told = true;
                self.queue.push_back(BrokerEvent::LinkLost { time });
                let reason = self.reason.clone();
                self.away_since = Some(at);
                self.notes.say(&reason, &format!("nothing is sent: {reason}"), at);
                self.feed.link_lost(&reason, time);
            }
            Change::Restored => {
                // Restored without a loss that anybody heard of: a loss comes first.
                if !std::mem::take(&mut self.is_loss_told) {
                    self.queue.push_back(BrokerEvent::LinkLost { time });
                }
                self.queue.push_back(BrokerEvent::LinkRestored { time });
                let away = self.away_since.take().map_or(0.0, |since| at - since);
                self.is_alarmed = false;
                let text = format!(
                    "the broker can be reached again after {away:.1} s; everything is compared"
                );
                self.notes.say("back", &text, at);
                self.feed.link_restored(time);
            }
        }
    }
}

/// Whether a code is told to people and nothing more is done.
fn is_noted(code: i32) -> bool {
    matches!(effect(code), None | Some(Effect::Nothing | Effect::OrderHint)) || code == 321
}
