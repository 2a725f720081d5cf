//! The market data of the account.

use std::sync::Arc;
use std::time::Duration;

use ibapi::Client;

use super::super::link::{CallError, Haste, Owner, venue_now};
use crate::base::Timestamp;
use crate::ports::{BrokerError, MarketStream, StreamEvent};

/// The clock of the venue is known well enough for so long, seconds.
const FRESH_S: f64 = 1.0;
const LIMIT: Duration = Duration::from_secs(3);

/// Bars and best prices from Interactive Brokers.
///
/// A bar that grows says how far it stands, which is before its end; it is told once more when it
/// is whole. After a gap the bars that were missed come first.
#[derive(Debug)]
pub struct IbkrStream {
    owner: Arc<Owner>,
}

impl IbkrStream {
    pub(in super::super) const fn new(owner: Arc<Owner>) -> Self {
        Self { owner }
    }
}

impl MarketStream for IbkrStream {
    fn poll(&mut self) -> Result<Vec<StreamEvent>, BrokerError> {
        let (mut core, at) = self.owner.shared.core();
        Ok(core.news(at))
    }

    fn venue_time(&mut self) -> Result<Timestamp, BrokerError> {
        let shared = &self.owner.shared;
        {
            let (core, at) = shared.core();
            if core.clock.age(at) < FRESH_S && core.is_well() {
                return Ok(core.clock.time(at));
            }
        }
        let ask = async |client: &Client| venue_now(client).await;
        let asked = self.owner.wait(shared.call(Haste::First, LIMIT, ask));
        let closed = || Err(CallError::NotSent("the adapter is closed".to_owned()));
        let time = asked.unwrap_or_else(closed)?;
        let (mut core, at) = shared.core();
        core.clock.set(at, time);
        Ok(core.clock.time(at))
    }
}
