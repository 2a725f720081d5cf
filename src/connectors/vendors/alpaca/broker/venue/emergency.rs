//! Canceling everything from another thread.

use std::sync::Arc;

use tokio::task::JoinSet;

use super::desk::broker_error;
use crate::connectors::vendors::alpaca::broker::reference::References;
use crate::connectors::vendors::alpaca::broker::rest::{Call, Line, Loss};
use crate::ports::{BrokerError, CancelAll};

/// Needs nothing of the broker but its line, which no thread ever holds while it waits.
pub(super) struct Emergency {
    line: Arc<Line>,
    names: References,
}

impl Emergency {
    pub(super) const fn new(line: Arc<Line>, names: References) -> Self {
        Self { line, names }
    }
}

impl CancelAll for Emergency {
    fn cancel_all(&self) -> Result<usize, BrokerError> {
        let orders = self.line.orders_urgently().map_err(broker_error)?;
        let own = orders.into_iter().filter(|o| self.names.read(&o.client_order_id).is_some());
        let own: Vec<String> = own.map(|order| order.id).collect();
        let outcomes = self.line.wait(async {
            let mut tasks = JoinSet::new();
            for venue_id in own {
                let line = Arc::clone(&self.line);
                let call = Call::delete_order(&venue_id);
                tasks.spawn_on(async move { line.cancel(&call).await }, self.line.handle());
            }
            tasks.join_all().await
        });
        let mut num_canceled = 0;
        let mut lost = None;
        for outcome in outcomes {
            match outcome {
                Ok(_) => num_canceled += 1,
                // It was over already.
                Err(Loss::Refused { status: 404 | 422, .. }) => {}
                Err(loss) => lost = Some(loss),
            }
        }
        lost.map_or(Ok(num_canceled), |loss| Err(broker_error(loss)))
    }
}
