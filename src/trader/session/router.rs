//! Several brokers as one.

use std::collections::{BTreeMap, BTreeSet};
use std::thread;

use crate::base::Timestamp;
use crate::domain::{Fill, OrderId, OrderRequest, Symbol};
use crate::ports::{Broker, BrokerAccount, BrokerError, BrokerEvent, BrokerSnapshot, CancelAll};
use crate::risk::Approved;

/// Why brokers cannot be put together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RouterError {
    /// A symbol is to be traded where nobody is.
    #[error("`{symbol}` must be traded at one of {known:?}, was `{found}`")]
    UnknownBroker {
        /// Which symbol; `*` for all that have no route of their own.
        symbol: String,
        /// What was asked for.
        found: String,
        /// The brokers there are.
        known: Vec<String>,
    },
}

/// Several named brokers that look like one: an order goes where its symbol is traded.
///
/// With more than one, the broker's name and a colon go before every execution id, as two venues may use the same. The
/// link counts as lost while that of any broker is. A snapshot is taken of all or of none: what one broker does not
/// have proves nothing about another.
pub struct Router {
    brokers: BTreeMap<String, Box<dyn Broker>>,
    routes: BTreeMap<Symbol, String>,
    rest: String,
    /// Where each order went.
    sent: BTreeMap<OrderId, String>,
    lost: BTreeSet<String>,
    /// A failure that is told with the next call, as events came along with it.
    failed: Option<BrokerError>,
}

impl Router {
    /// Puts brokers together: `routes` names the broker of a symbol, `rest` that of all others.
    ///
    /// # Errors
    /// [`RouterError`] if a name is none of the brokers'.
    pub fn try_new(
        brokers: BTreeMap<String, Box<dyn Broker>>,
        routes: BTreeMap<Symbol, String>,
        rest: &str,
    ) -> Result<Self, RouterError> {
        let named = routes.iter().map(|(symbol, name)| (symbol.as_str(), name.as_str()));
        for (symbol, name) in named.chain([("*", rest)]) {
            if !brokers.contains_key(name) {
                return Err(RouterError::UnknownBroker {
                    symbol: symbol.to_owned(),
                    found: name.to_owned(),
                    known: brokers.keys().cloned().collect(),
                });
            }
        }
        Ok(Self {
            brokers,
            routes,
            rest: rest.to_owned(),
            sent: BTreeMap::new(),
            lost: BTreeSet::new(),
            failed: None,
        })
    }

    /// The name of the broker that trades a symbol.
    #[must_use]
    pub fn route(&self, symbol: &Symbol) -> &str {
        self.routes.get(symbol).unwrap_or(&self.rest)
    }

    fn broker(&mut self, name: &str) -> Result<&mut dyn Broker, BrokerError> {
        match self.brokers.get_mut(name) {
            Some(broker) => Ok(broker.as_mut()),
            None => Err(BrokerError::NotSent { detail: format!("there is no broker `{name}`") }),
        }
    }

    /// An event under the names that are used here; absent if it changes nothing for all brokers together.
    fn relay(&mut self, name: &str, event: BrokerEvent) -> Option<BrokerEvent> {
        match event {
            BrokerEvent::LinkLost { .. } => {
                let was_whole = self.lost.is_empty();
                self.lost.insert(name.to_owned());
                was_whole.then_some(event)
            }
            BrokerEvent::LinkRestored { .. } => {
                self.lost.remove(name);
                self.lost.is_empty().then_some(event)
            }
            event if self.brokers.len() > 1 => Some(prefixed(name, event)),
            event => Some(event),
        }
    }

    /// Remembers whose orders a snapshot speaks of: after a restart nothing else tells where to cancel them.
    fn learn(&mut self, name: &str, snapshot: &BrokerSnapshot) {
        let open = snapshot.open_orders.iter().filter_map(|order| order.order_id);
        let ended = snapshot.ended_orders.iter().map(|(id, _)| *id);
        let filled = snapshot.executions.iter().map(|fill| fill.order_id);
        for id in open.chain(ended).chain(filled) {
            self.sent.entry(id).or_insert_with(|| name.to_owned());
        }
    }
}

impl Broker for Router {
    fn submit(&mut self, order: Approved<OrderRequest>) -> Result<(), BrokerError> {
        let name = self.route(&order.request().symbol).to_owned();
        // Before the call: an order of unknown outcome must be found as well.
        self.sent.insert(order.request().id, name.clone());
        self.broker(&name)?.submit(order)
    }

    fn cancel(&mut self, order_id: OrderId) -> Result<(), BrokerError> {
        let Some(name) = self.sent.get(&order_id).cloned() else {
            let detail = format!("no broker is known to have order {order_id}");
            return Err(BrokerError::NotSent { detail });
        };
        self.broker(&name)?.cancel(order_id)
    }

    fn poll(&mut self) -> Result<Vec<BrokerEvent>, BrokerError> {
        if let Some(failed) = self.failed.take() {
            return Err(failed);
        }
        let mut fresh = Vec::new();
        for (name, broker) in &mut self.brokers {
            match broker.poll() {
                Ok(events) => fresh.extend(events.into_iter().map(|event| (name.clone(), event))),
                Err(error) => self.failed = Some(error),
            }
        }
        if fresh.is_empty() {
            return self.failed.take().map_or(Ok(Vec::new()), Err);
        }
        Ok(fresh.into_iter().filter_map(|(name, event)| self.relay(&name, event)).collect())
    }

    fn snapshot(&mut self, since: Timestamp) -> Result<BrokerSnapshot, BrokerError> {
        let mut parts = Vec::new();
        for (name, broker) in &mut self.brokers {
            parts.push((name.clone(), broker.snapshot(since)?));
        }
        for (name, part) in &mut parts {
            self.learn(name, part);
            if self.brokers.len() > 1 {
                part.executions.iter_mut().for_each(|fill| fill.execution_id = id(name, fill));
            }
        }
        Ok(merged(parts.into_iter().map(|(_, part)| part)))
    }

    fn emergency(&self) -> Box<dyn CancelAll> {
        Box::new(CancelEverywhere(self.brokers.values().map(|broker| broker.emergency()).collect()))
    }
}

/// Cancels at all brokers at once, so that one that hangs holds up no other.
struct CancelEverywhere(Vec<Box<dyn CancelAll>>);

impl CancelAll for CancelEverywhere {
    fn cancel_all(&self) -> Result<usize, BrokerError> {
        let outcomes: Vec<Result<usize, BrokerError>> = thread::scope(|scope| {
            let calls: Vec<_> =
                self.0.iter().map(|broker| scope.spawn(|| broker.cancel_all())).collect();
            let gone = || BrokerError::Unknown { detail: "the call panicked".to_owned() };
            calls.into_iter().map(|call| call.join().unwrap_or_else(|_| Err(gone()))).collect()
        });
        outcomes.into_iter().sum()
    }
}

fn id(name: &str, fill: &Fill) -> String {
    format!("{name}:{}", fill.execution_id)
}

/// The event with the broker's name before its execution ids.
fn prefixed(name: &str, event: BrokerEvent) -> BrokerEvent {
    let named = |fill: Fill| Fill { execution_id: id(name, &fill), ..fill };
    match event {
        BrokerEvent::Filled(fill) => BrokerEvent::Filled(named(fill)),
        BrokerEvent::Protected { fill, cause } => {
            BrokerEvent::Protected { fill: named(fill), cause }
        }
        BrokerEvent::CostKnown { execution_id, cost, time } => {
            BrokerEvent::CostKnown { execution_id: format!("{name}:{execution_id}"), cost, time }
        }
        BrokerEvent::Corrected { execution_id, fill } => BrokerEvent::Corrected {
            execution_id: format!("{name}:{execution_id}"),
            fill: named(fill),
        },
        event => event,
    }
}

/// One account of several: cash and positions add up, and all is true at the earliest time.
fn merged(parts: impl Iterator<Item = BrokerSnapshot>) -> BrokerSnapshot {
    let account = BrokerAccount { cash: 0.0, positions: Vec::new() };
    let mut all = BrokerSnapshot {
        time: Timestamp::MAX,
        account,
        open_orders: Vec::new(),
        executions: Vec::new(),
        ended_orders: Vec::new(),
    };
    for part in parts {
        all.time = all.time.min(part.time);
        all.account.cash += part.account.cash;
        for (symbol, quantity) in part.account.positions {
            match all.account.positions.iter_mut().find(|(known, _)| *known == symbol) {
                Some((_, sum)) => *sum += quantity,
                None => all.account.positions.push((symbol, quantity)),
            }
        }
        all.open_orders.extend(part.open_orders);
        all.executions.extend(part.executions);
        all.ended_orders.extend(part.ended_orders);
    }
    all.executions.sort_by_key(|fill| fill.time);
    all
}

#[cfg(test)]
#[path = "router_tests.rs"]
mod tests;
