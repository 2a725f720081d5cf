//! What the trader's side sees.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::emergency::Emergency;
use crate::base::Timestamp;
use crate::connectors::vendors::alpaca::broker::reference::{Numbers, References};
use crate::connectors::vendors::alpaca::broker::rest::{Call, Line, Loss};
use crate::connectors::vendors::alpaca::broker::socket::{Link, News};
use crate::connectors::vendors::alpaca::broker::tracker::Tracker;
use crate::connectors::vendors::alpaca::broker::wire::{Update, WireOrder};
use crate::domain::{OrderId, OrderRequest};
use crate::ports::{Broker, BrokerError, BrokerEvent, BrokerSnapshot, CancelAll};
use crate::risk::Approved;

/// When a missing word of the stream is looked up over REST, seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in super::super) struct Patience {
    /// After the venue's numbers have shown that it is missing.
    pub(in super::super) gap_s: f64,
    /// Between looks at the list of open orders while there are any.
    pub(in super::super) audit_s: f64,
}

impl Default for Patience {
    fn default() -> Self {
        Self { gap_s: 1.0, audit_s: 15.0 }
    }
}

/// An Alpaca account.
///
/// Orders carry our name, [`BrokerSnapshot`] finds them by it after any loss, and nothing is sent twice. An
/// execution has one name in stream and lists, `ORDER/QUANTITY SO FAR`, where ORDER is the venue's number.
/// Costs of executions are 0: the venue posts regulatory fees once a day, as cash.
#[derive(Debug)]
pub(in super::super) struct AlpacaBroker {
    pub(super) line: Arc<Line>,
    pub(super) link: Link<Box<Update>>,
    pub(super) tracker: Tracker,
    pub(super) patience: Patience,
    /// To be told with the next call of `poll`.
    pub(super) events: Vec<BrokerEvent>,
    /// One of two protective orders; the other one belongs into the same order of the venue.
    pub(super) half: Option<OrderRequest>,
    /// The pairs of this process, by both numbers.
    pub(super) pairs: BTreeMap<OrderId, Numbers>,
    pub(super) last: Option<OrderId>,
    pub(super) is_up: bool,
    /// When the news ended, seconds of our clock.
    lost_s: f64,
    /// Since when a word has been missing, by the venue's number of the order.
    pub(super) gaps: BTreeMap<String, f64>,
    pub(super) audited_s: f64,
    pub(super) renewed_s: f64,
}

impl AlpacaBroker {
    /// A broker on a link that is up.
    pub(in super::super) fn new(
        line: Arc<Line>,
        link: Link<Box<Update>>,
        names: References,
        patience: Patience,
    ) -> Self {
        Self {
            audited_s: line.seconds(),
            line,
            link,
            tracker: Tracker::new(names),
            patience,
            events: Vec::new(),
            half: None,
            pairs: BTreeMap::new(),
            last: None,
            is_up: true,
            lost_s: 0.0,
            gaps: BTreeMap::new(),
            renewed_s: f64::NEG_INFINITY,
        }
    }

    /// Words of the venue that are not known here, each once.
    #[cfg(test)]
    pub(in super::super) fn notes(&self) -> Vec<String> {
        self.tracker.notes().iter().cloned().collect()
    }

    fn hear(&mut self) {
        while let Some(news) = self.link.next() {
            let time = self.line.venue_now();
            match news {
                News::Up if !self.is_up => {
                    self.is_up = true;
                    let away = self.line.seconds() - self.lost_s;
                    self.line.note(
                        "updates are back",
                        &format!(
                            "news of orders come again after {away:.1} s; everything is compared"
                        ),
                    );
                    self.events.push(BrokerEvent::LinkRestored { time });
                }
                News::Up => {}
                News::Item(update) => self.events.extend(self.tracker.update(&update)),
                News::Note(note) => self.tracker.note(note),
                News::Down(reason) => {
                    let text = format!("no news of orders come: {reason}");
                    self.line.note(&text, &text);
                    if std::mem::take(&mut self.is_up) {
                        self.lost_s = self.line.seconds();
                        self.events.push(BrokerEvent::LinkLost { time });
                    }
                }
            }
        }
    }

    /// The venue's number of an order; asks for it if its reply was lost.
    fn venue_id(&mut self, order_id: OrderId) -> Result<Option<String>, Loss> {
        if let Some(venue_id) = self.tracker.venue_id(order_id) {
            return Ok(Some(venue_id.to_owned()));
        }
        let numbers = self.pairs.get(&order_id).copied().unwrap_or_else(|| order_id.into());
        let name = self.tracker.names().name(numbers);
        match self.line.order_by_name(&name) {
            Ok(order) => {
                self.tell(&order);
                Ok(self.tracker.venue_id(order_id).map(ToOwned::to_owned))
            }
            Err(Loss::Refused { status: 404, .. }) => Ok(None),
            Err(loss) => Err(loss),
        }
    }

    /// Tells what an order shows that was not told.
    pub(super) fn tell(&mut self, order: &WireOrder) {
        let now = self.line.venue_now();
        let events = self.tracker.order(order, now);
        self.events.extend(events);
    }
}

impl Broker for AlpacaBroker {
    fn submit(&mut self, order: Approved<OrderRequest>) -> Result<(), BrokerError> {
        let order = order.into_request();
        if let Some(last) = self.last.filter(|last| order.id <= *last) {
            return Err(BrokerError::OrderNumber { found: order.id, last });
        }
        self.last = Some(order.id);
        self.send_or_pair(order)
    }

    fn cancel(&mut self, order_id: OrderId) -> Result<(), BrokerError> {
        let time = self.line.venue_now();
        if self.half.take_if(|half| half.id == order_id).is_some() {
            self.events.push(BrokerEvent::Canceled { order_id, time });
            return Ok(());
        }
        self.send_half();
        let Some(venue_id) = self.venue_id(order_id).map_err(|loss| broker_error(&loss))? else {
            self.events.push(BrokerEvent::CancelRefused { order_id, time });
            return Ok(());
        };
        match self.line.wait(self.line.cancel(&Call::delete_order(&venue_id))) {
            Ok(_) => Ok(()),
            Err(Loss::Refused { .. }) => {
                // Most often it is over already: what became of it is news.
                if let Ok(order) = self.line.order_by_id(&venue_id) {
                    self.tell(&order);
                }
                if !self.tracker.has_ended(order_id) {
                    self.events.push(BrokerEvent::CancelRefused { order_id, time });
                }
                Ok(())
            }
            Err(loss) => Err(broker_error(&loss)),
        }
    }

    fn poll(&mut self) -> Result<Vec<BrokerEvent>, BrokerError> {
        self.send_half();
        self.hear();
        self.look_after();
        for note in self.tracker.take_notes() {
            self.line.note(&note, &note);
        }
        Ok(std::mem::take(&mut self.events))
    }

    fn snapshot(&mut self, since: Timestamp) -> Result<BrokerSnapshot, BrokerError> {
        self.send_half();
        self.take_snapshot(since).map_err(|loss| broker_error(&loss))
    }

    fn emergency(&self) -> Box<dyn CancelAll> {
        Box::new(Emergency::new(Arc::clone(&self.line), self.tracker.names().clone()))
    }
}

/// A request that came to nothing, in the words of the port.
pub(super) fn broker_error(loss: &Loss) -> BrokerError {
    let detail = loss.text();
    match loss {
        Loss::NotSent(_) | Loss::Refused { .. } => BrokerError::NotSent { detail },
        Loss::Unknown(_) => BrokerError::Unknown { detail },
    }
}
