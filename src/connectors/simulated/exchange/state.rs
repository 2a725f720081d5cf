//! What the venue keeps.

use std::collections::BTreeMap;

use super::super::hours::Hours;
use super::super::rules::{VenueRules, VenueSettings};
use super::super::truth::{Posting, TruthFill, TruthOrder};
use super::tamper::Plan;
use crate::base::{Date, Rng, SeedStream, Timestamp};
use crate::domain::{BookTop, OrderId, OrderRequest, Symbol};
use crate::gym::{EnvParams, Holdings};
use crate::ports::BrokerEvent;

const NANOS_PER_MS: i64 = 1_000_000;

/// Orders, positions and cash of one account at a venue that lives on bars and quotes.
#[derive(Debug)]
pub(in crate::connectors::simulated) struct Exchange {
    pub(super) params: EnvParams,
    pub(super) symbols: Vec<Symbol>,
    pub(super) rules: VenueRules,
    pub(super) hours: Hours,
    pub(super) clock: Timestamp,
    pub(super) last_row: Timestamp,
    pub(super) holdings: Holdings,
    pub(super) markets: Vec<MarketState>,
    /// The open orders; foreign ones have the highest numbers.
    pub(super) orders: BTreeMap<OrderId, Order>,
    pub(super) last_order: OrderId,
    pub(super) num_foreign: u64,
    pub(super) num_protections: u64,
    /// The order that last traded each symbol: a protective exit of the environment carries its number.
    pub(super) entered_by: Vec<OrderId>,
    /// Cancels on their way, by the time at which they arrive.
    pub(super) cancels: Vec<(Timestamp, OrderId)>,
    pub(super) records: BTreeMap<OrderId, Record>,
    pub(super) fills: Vec<TruthFill>,
    pub(super) postings: Vec<Posting>,
    pub(super) outbox: Vec<BrokerEvent>,
    pub(super) rng: Rng,
    pub(super) plans: BTreeMap<OrderId, Plan>,
}

/// What the venue remembers of a symbol.
#[derive(Debug, Clone, Copy)]
pub(super) struct MarketState {
    pub(super) close: f64,
    /// Volume times close of the last row; 0 if the symbol had no bar there.
    pub(super) bar_notional: f64,
    /// When the close was known; `None` before the first bar.
    pub(super) time: Option<Timestamp>,
    /// The session of the last bar.
    pub(super) day: Option<Date>,
    /// The last quote.
    pub(super) top: Option<BookTop>,
    /// Whether the last quote is younger than the last bar: then orders trade on quotes alone.
    pub(super) is_quoted: bool,
    /// What is left of the quantities at bid and ask.
    pub(super) left: [f64; 2],
}

/// An open order.
#[derive(Debug, Clone)]
pub(super) struct Order {
    pub(super) request: OrderRequest,
    pub(super) index: usize,
    pub(super) phase: Phase,
    /// When it reaches the venue, or when its entry was filled if that is later.
    pub(super) active_from: Timestamp,
    pub(super) expires_at: Option<Timestamp>,
    pub(super) is_triggered: bool,
    pub(super) remaining: f64,
}

/// How far an open order has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// On its way to the venue.
    Sent,
    /// Waits for the fill of the order that it protects.
    Dormant,
    /// May trade.
    Working,
}

/// What is kept of every order for good.
#[derive(Debug, Clone)]
pub(super) struct Record {
    pub(super) order: TruthOrder,
    pub(super) num_fills: u32,
    /// Quantity and notional that have paid costs.
    pub(super) paid: (f64, f64),
}

impl Exchange {
    pub(in crate::connectors::simulated) fn new(settings: &VenueSettings) -> Self {
        let num_symbols = settings.symbols.len();
        let rng = SeedStream::new(settings.rules.seed).child("venue").rng();
        Self {
            params: EnvParams::new(&settings.env, settings.bars_per_year),
            symbols: settings.symbols.clone(),
            rules: settings.rules,
            hours: Hours::new(settings.calendar),
            clock: Timestamp::MIN,
            last_row: Timestamp::MIN,
            holdings: Holdings::new(settings.env.initial_equity, num_symbols),
            markets: vec![MarketState::UNSEEN; num_symbols],
            orders: BTreeMap::new(),
            last_order: OrderId(0),
            num_foreign: 0,
            num_protections: 0,
            entered_by: vec![OrderId(0); num_symbols],
            cancels: Vec::new(),
            records: BTreeMap::new(),
            fills: Vec::new(),
            postings: Vec::new(),
            outbox: Vec::new(),
            rng,
            plans: BTreeMap::new(),
        }
    }

    /// The venue's time: the latest that it has heard of.
    pub(in crate::connectors::simulated) const fn clock(&self) -> Timestamp {
        self.clock
    }

    /// What is to be told, oldest first.
    pub(in crate::connectors::simulated) fn take_events(&mut self) -> Vec<BrokerEvent> {
        std::mem::take(&mut self.outbox)
    }

    pub(super) fn index(&self, symbol: &Symbol) -> Option<usize> {
        self.symbols.iter().position(|s| s == symbol)
    }

    /// When something that leaves our side now reaches the venue.
    pub(super) const fn arrival(&self) -> Timestamp {
        self.clock.saturating_add_nanos(self.rules.latency_ms as i64 * NANOS_PER_MS)
    }
}

impl MarketState {
    const UNSEEN: Self = Self {
        close: f64::NAN,
        bar_notional: 0.0,
        time: None,
        day: None,
        top: None,
        is_quoted: false,
        left: [0.0; 2],
    };
}
