//! The one way from a wish to an order.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use crate::base::Timestamp;
use crate::config::RiskLimits;
use crate::domain::{OrderId, OrderRequest};
use crate::risk::checks::{CHECKS, Case, Outcome};
use crate::risk::hours::Hours;
use crate::risk::tail::{Scratch, Tails};
use crate::risk::{Approved, Book, Denial, Market, RiskState};

/// Longest that an order waits for its turn.
const WAIT_MAX_NANOS: i64 = 5_000_000_000;

/// After this long an order that waited will not come back: its plan was given up.
const GONE_NANOS: i64 = 60_000_000_000;

/// Most orders that wait; more are denied at once.
const WAITING_MAX: usize = 1000;

/// Numbers of cleared orders that are remembered.
const NUMBERS_MAX: usize = 4096;

/// Limits that no gate can enforce.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum RiskError {
    /// A limit is no sound number.
    #[error("a risk limit must be {expected}, was {value} (key `risk.{key}`)")]
    Limit {
        /// The key, without its section.
        key: &'static str,
        /// What it must be.
        expected: String,
        /// What was found.
        value: f64,
    },
}

/// What the gate says to one request.
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub enum Verdict {
    /// It may go to a venue.
    Approved(Approved<OrderRequest>),
    /// It may not.
    Denied(Denial),
    /// Too many orders went out just now; ask again then, with the same request.
    Wait {
        /// What was asked for.
        request: OrderRequest,
        /// When there is room again.
        until: Timestamp,
    },
}

/// The one way from a wish to an order.
#[derive(Debug, Clone, PartialEq)]
pub struct RiskGate {
    pub(super) limits: RiskLimits,
    pub(super) market: Market,
    pub(super) state: RiskState,
    pub(super) tails: Tails,
    pub(super) hours: Hours,
    scratch: Scratch,
    /// The venue's clock less ours, seconds.
    pub(super) skew_s: Option<f64>,
    /// Numbers of cleared orders, the highest [`NUMBERS_MAX`] of them. Orders of one decision are reviewed in another
    /// order than they are numbered in: what reduces comes first.
    used: BTreeSet<OrderId>,
    /// When each waiting order was asked for first.
    waiting: BTreeMap<OrderId, Timestamp>,
}

impl RiskGate {
    /// A gate with these limits that goes on from `carried`.
    ///
    /// # Errors
    /// [`RiskError::Limit`] if a limit is out of its range.
    pub fn try_new(
        limits: &RiskLimits,
        market: &Market,
        carried: RiskState,
    ) -> Result<Self, RiskError> {
        if let Some(fault) = limits.faults().into_iter().next() {
            let (key, expected, value) = (fault.key, fault.expected, fault.value);
            return Err(RiskError::Limit { key, expected, value });
        }
        let mut gate = Self {
            limits: limits.clone(),
            market: market.clone(),
            state: RiskState::default(),
            tails: Tails::new(limits, market.symbols.len()),
            hours: Hours::default(),
            scratch: Scratch::default(),
            skew_s: None,
            used: BTreeSet::new(),
            waiting: BTreeMap::new(),
        };
        gate.carry(carried);
        Ok(gate)
    }

    /// Checks one request against the account; a cleared one is counted as filled in `book`.
    pub fn review(&mut self, request: OrderRequest, book: &mut Book, now: Timestamp) -> Verdict {
        self.state.forget(now, &self.limits);
        self.waiting.retain(|_, asked| now <= asked.saturating_add_nanos(GONE_NANOS));
        let asked = self.waiting.remove(&request.id);
        self.look_up_hours(&request, book, now);
        // Taken out for as long as a check may write to it.
        let scratch = RefCell::new(std::mem::take(&mut self.scratch));
        let checked = self.check(&request, book, (now, asked), &scratch);
        self.scratch = scratch.into_inner();
        match checked {
            Ok(Outcome::Pass) => self.clear(request, book, now),
            Ok(Outcome::Wait(until)) => {
                self.waiting.insert(request.id, asked.unwrap_or(now));
                Verdict::Wait { request, until }
            }
            Err(denial) => Verdict::Denied(denial),
        }
    }

    /// The limits in force.
    #[must_use]
    pub const fn limits(&self) -> &RiskLimits {
        &self.limits
    }

    /// What must survive a restart.
    #[must_use]
    pub const fn state(&self) -> &RiskState {
        &self.state
    }

    /// What a check goes by.
    pub(in crate::risk) const fn rules(&self) -> (&RiskLimits, &Market, &RiskState) {
        (&self.limits, &self.market, &self.state)
    }

    /// What else a check may see: the sessions around now, past returns, the venue's clock less ours in seconds.
    pub(in crate::risk) const fn knowledge(&self) -> (&Hours, &Tails, Option<f64>) {
        (&self.hours, &self.tails, self.skew_s)
    }

    /// Has the sessions ready that the checks of an order ask for.
    fn look_up_hours(&mut self, request: &OrderRequest, book: &Book, now: Timestamp) {
        let limits = &self.limits;
        if limits.outside_hours.is_none() && limits.bar_age_intervals_max.is_none() {
            return;
        }
        let bar_time = book.line(&request.symbol).and_then(|line| line.bar_time);
        let since = bar_time.map_or(now, |time| time.min(now));
        self.hours.look_up(&self.market.calendar, since, now);
    }

    fn check(
        &self,
        request: &OrderRequest,
        book: &Book,
        (now, asked): (Timestamp, Option<Timestamp>),
        scratch: &RefCell<Scratch>,
    ) -> Result<Outcome, Denial> {
        if asked.is_none() && self.is_used(request.id) {
            let last = self.used.last().copied().unwrap_or(request.id);
            return Err(Denial::OrderIdUsed { id: request.id, last });
        }
        let is_full = asked.is_none() && self.waiting.len() >= WAITING_MAX;
        let patience = if is_full { 0 } else { WAIT_MAX_NANOS };
        let deadline = asked.unwrap_or(now).saturating_add_nanos(patience);
        let case = Case::try_new(self, request, book, (now, deadline), scratch)?;
        for check in CHECKS {
            match check(&case)? {
                Outcome::Pass => {}
                wait @ Outcome::Wait(_) => return Ok(wait),
            }
        }
        Ok(Outcome::Pass)
    }

    /// Whether an order of this number was cleared, or may have been: numbers below those that are remembered count as used.
    fn is_used(&self, id: OrderId) -> bool {
        let is_old = |lowest: &OrderId| self.used.len() >= NUMBERS_MAX && id < *lowest;
        self.used.contains(&id) || self.used.first().is_some_and(is_old)
    }

    fn clear(&mut self, request: OrderRequest, book: &mut Book, now: Timestamp) -> Verdict {
        self.used.insert(request.id);
        if self.used.len() > NUMBERS_MAX {
            self.used.pop_first();
        }
        if self.limits.paces() {
            self.state.recent.add(&request, now);
        }
        if let Some(line) = book.line(&request.symbol) {
            self.state.note_position(&request.symbol, line.held);
        }
        book.count_as_filled(&request);
        Verdict::Approved(Approved::new(request))
    }
}
