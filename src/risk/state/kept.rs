//! What must survive a restart.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde::{Deserialize, Serialize};

use super::{Halt, HaltCause, RecentOrders, TradingState};
use crate::base::{Date, Timestamp};
use crate::config::RiskLimits;
use crate::domain::Symbol;

/// Halts, peaks and counters of an account: all that a gate needs to go on where another one stopped.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RiskState {
    /// The latest time of which this knows.
    pub(in crate::risk) as_of: Option<Timestamp>,
    pub(in crate::risk) halts: Vec<Halt>,
    /// Currency units.
    pub(in crate::risk) peak_equity: Option<f64>,
    /// Currency units.
    pub(in crate::risk) last_equity: Option<f64>,
    pub(in crate::risk) day: Option<Day>,
    pub(in crate::risk) recent: RecentOrders,
    /// Rejects by the venue, oldest first.
    pub(in crate::risk) rejects: VecDeque<Timestamp>,
    pub(in crate::risk) trips: BTreeMap<Symbol, Trips>,
    /// The earliest of `differs`.
    pub(in crate::risk) differs_since: Option<Timestamp>,
    /// Symbols whose position at the venue is not ours, and since when.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(in crate::risk) differs: BTreeMap<Symbol, Timestamp>,
    /// Symbols whose data is in doubt now; a process that starts hears of it anew.
    #[serde(skip)]
    pub(in crate::risk) doubtful: BTreeSet<Symbol>,
    pub(in crate::risk) bad_signals: u32,
    /// The limits under which the account last traded.
    pub(in crate::risk) limits: Option<RiskLimits>,
}

/// A day of trading.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(in crate::risk) struct Day {
    pub(in crate::risk) date: Date,
    /// The last equity known before it, currency units.
    pub(in crate::risk) open_equity: f64,
}

/// The round trips of a symbol.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(in crate::risk) struct Trips {
    /// Shares or contracts; shorts are negative.
    pub(in crate::risk) position: f64,
    /// When they ended, oldest first.
    pub(in crate::risk) ended: VecDeque<Timestamp>,
}

impl RiskState {
    /// What the account may do.
    #[must_use]
    pub fn trading_state(&self) -> TradingState {
        let whole = self.halts.iter().filter(|halt| halt.symbol.is_none());
        whole.map(|halt| halt.cause.state()).max().unwrap_or_default()
    }

    /// The halts in force, oldest first.
    #[must_use]
    pub fn halts(&self) -> &[Halt] {
        &self.halts
    }

    /// The highest equity since the last resume, currency units.
    #[must_use]
    pub const fn peak_equity(&self) -> Option<f64> {
        self.peak_equity
    }

    /// The equity from which the loss of the day is counted, currency units.
    #[must_use]
    pub fn day_open_equity(&self) -> Option<f64> {
        self.day.map(|day| day.open_equity)
    }

    /// Everything but the pace of orders and the time: whether a restart with `earlier` would lose something that matters
    /// for longer than a minute.
    #[must_use]
    pub fn is_worth_keeping(&self, earlier: &Self) -> bool {
        self.halts != earlier.halts
            || self.peak_equity != earlier.peak_equity
            || self.day != earlier.day
            || self.trips != earlier.trips
            || self.bad_signals != earlier.bad_signals
            || self.differs_since != earlier.differs_since
            || self.differs != earlier.differs
            || self.limits != earlier.limits
    }

    /// Whether `cause` holds for `symbol`, or for everything if absent.
    pub(in crate::risk) fn has(&self, cause: HaltCause, symbol: Option<&Symbol>) -> bool {
        self.halts.iter().any(|halt| halt.cause == cause && halt.symbol.as_ref() == symbol)
    }
}
