//! Everything that is known of a venue: messages in, two queues of events out. No I/O, no clock.

use std::collections::VecDeque;

use ibapi::Notice;
use ibapi::orders::OrderUpdate;

use super::data::Feed;
use super::link::{Change, Reaction, Standing, VenueClock};
use super::orders::Tracker;
use super::values::Moment;
use crate::base::Timestamp;
use crate::ports::BrokerEvent;

/// Events that nobody fetches are kept up to so many; then everything is reconciled instead.
const QUEUE_MAX: usize = 65_536;

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
            reason: String::new(),
        }
    }

    /// What time it is at the venue, at `at` seconds of our clock.
    pub(super) fn moment(&self, at: f64) -> Moment {
        Moment { time: self.clock.time(at), at }
    }

    /// Events of the account since the last call.
    pub(super) fn drain(&mut self) -> Vec<BrokerEvent> {
        self.queue.drain(..).collect()
    }

    /// Whether orders can be sent, and why not.
    pub(super) fn usable(&self) -> Result<(), String> {
        if self.standing.is_usable() {
            return Ok(());
        }
        let because =
            if self.reason.is_empty() { String::new() } else { format!(" ({})", self.reason) };
        Err(format!("{}{because}", self.standing.trouble()))
    }

    /// A connection was made; its clock was asked already.
    pub(super) fn connected(&mut self, at: f64) {
        let time = self.clock.time(at);
        self.feed.connected(time);
        let change = self.standing.connected();
        if std::mem::replace(&mut self.was_connected, true) {
            self.changed(change, time);
        }
    }

    /// The connection is gone.
    pub(super) fn disconnected(&mut self, reason: &str, at: f64) {
        self.reason = reason.to_owned();
        let change = self.standing.disconnected();
        self.changed(change, self.clock.time(at));
    }

    /// Something was said to everybody.
    pub(super) fn notice(&mut self, notice: &Notice, at: f64) -> Option<Act> {
        let now = self.moment(at);
        match self.standing.notice(notice.code, &notice.message) {
            Reaction::Nothing => {}
            Reaction::Over(reason) => return Some(Act::Over(reason)),
            Reaction::TooFast => return Some(Act::Hold),
            Reaction::FarmBroken(farm) => self.feed.farm_broken(&farm, at),
            Reaction::FarmWell(farm) => self.feed.farm_well(&farm, now.time),
            Reaction::Competing(reason) => self.feed.competing(&reason, now.time),
            Reaction::Standing { change, is_data_gone } => {
                if change == Change::Lost {
                    self.reason = format!("{} {}", notice.code, notice.message);
                }
                self.changed(change, now.time);
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
        self.tell(events, now.time);
    }

    /// Something was said of an order.
    pub(super) fn order_notice(&mut self, notice: &Notice, at: f64) {
        let now = self.moment(at);
        let Some(wire) = notice.request_id else { return };
        let events = self.tracker.notice(wire, notice.code, &notice.message, now);
        self.tell(events, now.time);
    }

    /// Events that an answer of the venue has shown.
    pub(super) fn tell(&mut self, events: Vec<BrokerEvent>, time: Timestamp) {
        self.queue.extend(events);
        let doubts = self.tracker.take_doubts();
        if self.queue.len() > QUEUE_MAX {
            self.queue.clear();
            self.doubt("nobody has fetched the events of the account", time);
        }
        for doubt in doubts {
            self.doubt(&doubt.0, time);
        }
    }

    /// Time has passed.
    pub(super) fn pass(&mut self, at: f64) {
        let now = self.moment(at);
        self.feed.pass(now);
        self.tracker.tick(at);
        self.tell(Vec::new(), now.time);
    }

    /// Only a comparison with the venue can tell: the trader is told that events may have been lost.
    fn doubt(&mut self, reason: &str, time: Timestamp) {
        self.reason = reason.to_owned();
        if self.standing.is_usable() {
            self.queue.push_back(BrokerEvent::LinkLost { time });
            self.queue.push_back(BrokerEvent::LinkRestored { time });
        }
    }

    fn changed(&mut self, change: Change, time: Timestamp) {
        match change {
            Change::None => {}
            Change::Lost => {
                self.is_loss_told = true;
                self.queue.push_back(BrokerEvent::LinkLost { time });
                let reason = self.reason.clone();
                self.feed.link_lost(&reason, time);
            }
            Change::Restored => {
                // Restored without a loss that anybody heard of: a loss comes first.
                if !std::mem::take(&mut self.is_loss_told) {
                    self.queue.push_back(BrokerEvent::LinkLost { time });
                }
                self.queue.push_back(BrokerEvent::LinkRestored { time });
                self.feed.link_restored(time);
            }
        }
    }
}
