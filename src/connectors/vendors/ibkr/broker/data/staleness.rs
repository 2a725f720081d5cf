//! Which symbols must not be traded on, and why.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::Timestamp;
use crate::domain::Symbol;
use crate::ports::StreamEvent;

/// A farm of market data may be gone so long, seconds.
const FARM_S: f64 = 30.0;

/// Why data cannot be trusted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in super::super) enum Cause {
    /// No connection.
    Link,
    /// Another session has the data.
    Competing,
    /// The data comes late, or not at all, for want of a subscription.
    NotLive,
    /// The farm that serves it is gone.
    Farm,
    /// The subscription ended.
    Feed,
}

/// The causes that hold; one event when the first comes and one when the last has gone.
#[derive(Debug, Default)]
pub(in super::super) struct Staleness {
    all: BTreeSet<Cause>,
    of_symbol: BTreeMap<Symbol, BTreeSet<Cause>>,
    /// Farms that are gone, and since when.
    farms: BTreeMap<String, f64>,
}

impl Staleness {
    /// A cause holds for a symbol, or for all.
    pub(in super::super) fn set(
        &mut self,
        symbol: Option<&Symbol>,
        cause: Cause,
        reason: &str,
        time: Timestamp,
    ) -> Option<StreamEvent> {
        let causes = self.causes(symbol);
        let was_fresh = causes.is_empty();
        causes.insert(cause);
        let (symbol, reason) = (symbol.cloned(), reason.to_owned());
        was_fresh.then_some(StreamEvent::Stale { symbol, reason, time })
    }

    /// A cause holds no longer.
    pub(in super::super) fn clear(
        &mut self,
        symbol: Option<&Symbol>,
        cause: &Cause,
        time: Timestamp,
    ) -> Option<StreamEvent> {
        let causes = self.causes(symbol);
        let is_last = causes.remove(cause) && causes.is_empty();
        is_last.then(|| StreamEvent::Fresh { symbol: symbol.cloned(), time })
    }

    /// A farm has gone.
    pub(in super::super) fn farm_broken(&mut self, farm: &str, at: f64) {
        self.farms.entry(farm.to_owned()).or_insert(at);
    }

    /// A farm is there. Returns whether none is missing any longer.
    pub(in super::super) fn farm_well(&mut self, farm: &str) -> bool {
        self.farms.remove(farm);
        self.farms.is_empty()
    }

    /// The farm that has been gone too long, and since when; which symbols it serves is not said.
    pub(in super::super) fn farm_overdue(&self, at: f64) -> Option<(&str, f64)> {
        let overdue = self.farms.iter().filter(|(_, since)| at - **since > FARM_S);
        overdue.map(|(farm, since)| (farm.as_str(), *since)).next()
    }

    /// A new connection says anew what it lacks.
    pub(in super::super) fn forget_farms(&mut self) {
        self.farms.clear();
    }

    fn causes(&mut self, symbol: Option<&Symbol>) -> &mut BTreeSet<Cause> {
        match symbol {
            Some(symbol) => self.of_symbol.entry(symbol.clone()).or_default(),
            None => &mut self.all,
        }
    }
}
