//! A session on a market that is open: bars come when they are made, and nobody can play them again.

mod clock;
mod feed;
mod rows;
mod run;

#[cfg(test)]
mod tests;

pub use clock::SessionClock;
pub use feed::{FeedError, LiveFeed, LiveNotice};
pub use rows::RowBuilder;
pub use run::{LivePlan, trade_live};

use crate::base::Timestamp;
use crate::domain::{MarketRow, OrderId, OrderRequest};
use crate::ports::{Broker, BrokerError, BrokerEvent, BrokerSnapshot, CancelAll};
use crate::risk::Approved;
use crate::trader::MarketVenue;

/// A venue whose market moves by itself.
pub struct RealVenue(pub Box<dyn Broker>);

impl Broker for RealVenue {
    fn submit(&mut self, order: Approved<OrderRequest>) -> Result<(), BrokerError> {
        self.0.submit(order)
    }

    fn cancel(&mut self, order_id: OrderId) -> Result<(), BrokerError> {
        self.0.cancel(order_id)
    }

    fn poll(&mut self) -> Result<Vec<BrokerEvent>, BrokerError> {
        self.0.poll()
    }

    fn snapshot(&mut self, since: Timestamp) -> Result<BrokerSnapshot, BrokerError> {
        self.0.snapshot(since)
    }

    fn emergency(&self) -> Box<dyn CancelAll> {
        self.0.emergency()
    }
}

impl MarketVenue for RealVenue {
    fn watch(&mut self, _: &MarketRow) -> Result<(), BrokerError> {
        Ok(())
    }

    fn advance(&mut self, _: &MarketRow) -> Result<(), BrokerError> {
        Ok(())
    }

    fn clock(&self) -> Timestamp {
        Timestamp::from_nanos(i64::MAX)
    }
}
