//! The account as a broker.

use std::sync::Arc;
use std::time::Duration;

use ibapi::Client;
use ibapi::orders::Orders;

use super::link::{CallError, Haste, Owner, Shared};
use super::orders::{Addressed, order};
use super::snapshot::{Learned, gather, open_rows};
use crate::base::Timestamp;
use crate::config::KillCancels;
use crate::domain::{OrderId, OrderRequest};
use crate::ports::{Broker, BrokerError, BrokerEvent, BrokerSnapshot, CancelAll, OrderEnd};
use crate::risk::Approved;

/// The longest wait until a request is written.
const WRITE: Duration = Duration::from_secs(5);

/// An account at Interactive Brokers.
///
/// Orders carry the reference `releat-<session>-<order id>`, by which any later process finds them.
/// Nothing is ever sent twice. Executions are named without their revision.
#[derive(Debug)]
pub struct IbkrBroker {
    owner: Arc<Owner>,
}

/// Cancels the session's orders from any thread.
#[derive(Debug)]
struct Emergency {
    owner: Arc<Owner>,
}

impl IbkrBroker {
    pub(super) const fn new(owner: Arc<Owner>) -> Self {
        Self { owner }
    }

    fn shared(&self) -> &Shared {
        &self.owner.shared
    }

    /// What can be said against an order before it is sent, and its wire form.
    fn form(&self, request: &OrderRequest) -> Result<ibapi::orders::Order, BrokerError> {
        let shared = self.shared();
        let not_sent = |detail: String| BrokerError::NotSent { detail };
        let instrument = shared
            .instruments
            .get(&request.symbol)
            .ok_or_else(|| BrokerError::UnknownSymbol { symbol: request.symbol.clone() })?;
        let (mut core, at) = shared.core();
        core.usable(at).map_err(not_sent)?;
        if core.tracker.has(request.id) {
            let last = core.tracker.last().unwrap_or(request.id);
            return Err(BrokerError::OrderNumber { found: request.id, last });
        }
        let parent = match request.protects.map(|entry| (entry, core.tracker.end(entry))) {
            None | Some((_, Some(OrderEnd::Filled))) => None,
            Some((entry, Some(end))) if core.tracker.filled(entry) == 0.0 => {
                return Err(not_sent(format!(
                    "the entry {entry} that it protects has ended: {end:?}"
                )));
            }
            Some((_, Some(_))) => None,
            Some((entry, None)) => core.tracker.wire(entry),
        };
        let references = core.tracker.references();
        let to = Addressed { account: &shared.account, references, parent };
        order(request, instrument, to).map_err(|error| not_sent(error.to_string()))
    }

    async fn place(
        &self,
        wire: i32,
        request: &OrderRequest,
        order: &ibapi::orders::Order,
    ) -> Result<(), CallError> {
        let shared = self.shared();
        let Some(instrument) = shared.instruments.get(&request.symbol) else {
            return Err(CallError::NotSent(format!("no contract of {}", request.symbol)));
        };
        let send =
            async |client: &Client| client.submit_order(wire, &instrument.contract, order).await;
        shared.call(Haste::InTurn, WRITE, send).await
    }
}

impl Broker for IbkrBroker {
    fn submit(&mut self, order: Approved<OrderRequest>) -> Result<(), BrokerError> {
        let request = order.into_request();
        let form = self.form(&request)?;
        let not_sent = |detail: String| BrokerError::NotSent { detail };
        let wire = self.shared().take_id().map_err(|error| not_sent(error.to_string()))?;
        self.shared().core().0.tracker.submitting(&request, wire);
        let sent = self.owner.wait(self.place(wire, &request, &form));
        match sent.unwrap_or_else(|| Err(CallError::NotSent("the adapter is closed".to_owned()))) {
            Ok(()) => Ok(()),
            Err(error) => {
                if matches!(error, CallError::NotSent(_)) {
                    self.shared().core().0.tracker.not_sent(request.id);
                }
                Err(error.into())
            }
        }
    }

    fn cancel(&mut self, order_id: OrderId) -> Result<(), BrokerError> {
        let wire = self.shared().core().0.tracker.wire(order_id);
        let detail = || {
            format!(
                "order {order_id} was sent under another client id than {}, or never; cancel it there",
                self.shared().client_id
            )
        };
        let wire = wire.ok_or_else(|| BrokerError::NotSent { detail: detail() })?;
        let done = self.owner.wait(cancel(self.shared(), wire));
        done.unwrap_or_else(|| Err(CallError::NotSent("the adapter is closed".to_owned())))?;
        Ok(())
    }

    fn poll(&mut self) -> Result<Vec<BrokerEvent>, BrokerError> {
        let (mut core, at) = self.shared().core();
        Ok(core.drain(at))
    }

    fn snapshot(&mut self, since: Timestamp) -> Result<BrokerSnapshot, BrokerError> {
        let gathered = self.owner.wait(gather(self.shared(), since));
        let learned = gathered
            .unwrap_or_else(|| Err(CallError::NotSent("the adapter is closed".to_owned())))?;
        Ok(learn(self.shared(), learned))
    }

    fn emergency(&self) -> Box<dyn CancelAll> {
        Box::new(Emergency { owner: Arc::clone(&self.owner) })
    }
}

impl CancelAll for Emergency {
    /// Cancels one by one, unless the user wants the broker's own "cancel all", which cancels the orders of others too.
    fn cancel_all(&self) -> Result<usize, BrokerError> {
        let shared = &self.owner.shared;
        let done = match shared.kill_cancels {
            KillCancels::Own => self.owner.wait(cancel_all(shared)),
            KillCancels::All => self.owner.wait(cancel_everything(shared)),
        };
        Ok(done.unwrap_or_else(|| Err(CallError::NotSent("the adapter is closed".to_owned())))?)
    }
}

async fn cancel(shared: &Shared, wire: i32) -> Result<(), CallError> {
    // The answer comes with the news of all orders.
    let send = async |client: &Client| client.cancel_order(wire, "").await.map(drop);
    shared.call(Haste::First, WRITE, send).await
}

/// One message, however many orders there are. The count is that of the orders of ours that were open.
async fn cancel_everything(shared: &Shared) -> Result<usize, CallError> {
    let count = shared.core().0.tracker.open().len();
    let send = async |client: &Client| client.global_cancel().await;
    shared.call(Haste::Kill, WRITE, send).await?;
    Ok(count)
}

/// First those that are known, at once; then those that only the venue knows of.
async fn cancel_all(shared: &Shared) -> Result<usize, CallError> {
    let known: Vec<i32> =
        shared.core().0.tracker.open().into_iter().map(|(_, wire)| wire).collect();
    for &wire in &known {
        cancel(shared, wire).await?;
    }
    let mut count = known.len();
    let rows = open_rows(shared, Haste::First).await?;
    let strangers: Vec<i32> = {
        let (core, _) = shared.core();
        let ours = rows.iter().filter_map(|row| match row {
            Orders::OrderData(row) => Some(row),
            Orders::OrderStatus(_) => None,
        });
        let ours = ours.filter(|row| {
            core.tracker.references().read(&row.order.order_ref).is_some()
                && row.order.client_id == shared.client_id
                && !row.order_state.status.is_terminal()
        });
        ours.map(|row| row.order_id).filter(|wire| !known.contains(wire)).collect()
    };
    for wire in strangers {
        cancel(shared, wire).await?;
        count += 1;
    }
    Ok(count)
}

/// Takes in what the venue has told, so that later news find their orders.
fn learn(shared: &Shared, learned: Learned) -> BrokerSnapshot {
    let (mut core, at) = shared.core();
    let now = core.moment(at);
    let mut events = Vec::new();
    let missing: Vec<OrderId> = core.tracker.expected().filter(|id| !learned.lists(*id)).collect();
    for id in missing {
        core.tracker.missing(id);
    }
    for row in &learned.open {
        events.extend(core.tracker.open_order(row, now));
    }
    for trade in learned.trades {
        events.extend(core.tracker.learn(trade));
    }
    for (name, cost) in learned.costs {
        events.extend(core.tracker.learn_cost(&name, cost, now));
    }
    core.tell(events, at);
    learned.snapshot
}
