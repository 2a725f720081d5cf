//! The engine: events in, effects out.

mod command;
mod decide;
mod difference;
mod doubt;
mod events;
mod learn;
mod reconcile;
mod send;
mod standing;

use std::collections::{BTreeMap, BTreeSet};

pub use events::{Alert, Command, Decision, DeniedOrder, Effect, Event, NoDecision};

pub(super) use self::command::COMPARE_NANOS;
use self::difference::Difference;
use self::send::Waiting;
use super::TraderError;
use super::account::{Portfolio, Prices};
use super::execution::Executor;
use super::orders::OrderDesk;
use super::sizing::Sizer;
use crate::base::Timestamp;
use crate::config::{RiskLimits, Trade};
use crate::domain::{OrderId, Symbol};
use crate::gym::EnvParams;
use crate::ports::{CashReason, VenueOrder};
use crate::risk::{Market, RiskGate, RiskState};
use crate::signals::SignalSource;

/// What an engine is made of.
pub struct EngineSetup<'a> {
    /// The universe, its bars and its hours.
    pub market: &'a Market,
    /// The rules of the account.
    pub params: EnvParams,
    /// Bars in a year.
    pub bars_per_year: f64,
    /// How the agent trades.
    pub trade: &'a Trade,
    /// The limits that hold: those of the place, tightened by the agent.
    pub limits: &'a RiskLimits,
    /// Who has an opinion.
    pub signals: Box<dyn SignalSource>,
}

/// One account and those who trade it. Synchronous; reads no clock and does no I/O.
///
/// All that it knows came in events, so an engine that is fed the events of a ledger stands where the first one stood,
/// to the bit.
pub struct Engine {
    symbols: Vec<Symbol>,
    signals: Box<dyn SignalSource>,
    gate: RiskGate,
    prices: Prices,
    portfolio: Portfolio,
    desk: OrderDesk,
    sizer: Sizer,
    executor: Executor,
    /// Which intent each open order serves.
    intents: BTreeMap<OrderId, u64>,
    last_intent: u64,
    waiting: Vec<Waiting>,
    /// Orders of others, as the last snapshot had them.
    foreign: Vec<VenueOrder>,
    now: Timestamp,
    has_started: bool,
    has_begun: bool,
    is_link_up: bool,
    is_reconciled: bool,
    is_paused: bool,
    is_flattening: bool,
    /// When the venue was asked for its truth, if the answer is still out.
    asked_at: Option<Timestamp>,
    compared_at: Timestamp,
    /// Positions that are not the venue's, by the place of the symbol.
    differing: BTreeMap<usize, Difference>,
    /// Positions of the venue that a human confirmed.
    confirmed: BTreeMap<usize, f64>,
    /// The venue's cash while a position differs: what is missing may be spent.
    venue_cash: Option<f64>,
    /// Whose data is in doubt; that of all symbols if absent.
    doubts: BTreeSet<Option<Symbol>>,
    /// The first intent of the last decision, and how many bad signals there were in a row before it.
    last_decision: (u64, u32),
    /// Postings of cash that the account has.
    postings: BTreeSet<(Timestamp, CashReason, u64)>,
    /// Cash up to here was taken over from the venue.
    cash_known_until: Timestamp,
    /// Limits and halts as they were told last.
    kept: RiskState,
}

impl Engine {
    /// An engine with an account that holds the initial equity in cash.
    ///
    /// # Errors
    /// [`TraderError::Risk`] if a limit cannot be enforced.
    pub fn try_new(setup: EngineSetup<'_>) -> Result<Self, TraderError> {
        let gate = RiskGate::try_new(setup.limits, setup.market, RiskState::default())
            .map_err(|source| TraderError::Risk { source })?;
        let symbols = setup.market.symbols.clone();
        let trade = setup.trade;
        Ok(Self {
            signals: setup.signals,
            gate,
            prices: Prices::new(symbols.len()),
            portfolio: Portfolio::new(setup.params, symbols.len()),
            desk: OrderDesk::default(),
            sizer: Sizer::new(&trade.sizing, symbols.len(), setup.bars_per_year),
            executor: Executor::new(&trade.execution, trade.bracket, trade.instruments.clone()),
            intents: BTreeMap::new(),
            last_intent: 0,
            waiting: Vec::new(),
            foreign: Vec::new(),
            now: Timestamp::from_nanos(i64::MIN),
            has_started: false,
            has_begun: false,
            is_link_up: true,
            is_reconciled: false,
            is_paused: false,
            is_flattening: false,
            asked_at: None,
            compared_at: Timestamp::from_nanos(i64::MIN),
            differing: BTreeMap::new(),
            confirmed: BTreeMap::new(),
            venue_cash: None,
            doubts: BTreeSet::new(),
            last_decision: (0, 0),
            postings: BTreeSet::new(),
            cash_known_until: Timestamp::from_nanos(i64::MIN),
            kept: RiskState::default(),
            symbols,
        })
    }

    /// Takes one event and tells what to do.
    ///
    /// # Errors
    /// [`TraderError`] if trading cannot go on; the engine must then be given up.
    pub fn process(&mut self, event: Event) -> Result<Vec<Effect>, TraderError> {
        self.now = self.now.max(event.time());
        let mut effects = Vec::new();
        match event {
            Event::Started { time, risk } => self.start(time, risk, &mut effects),
            Event::History(row) => self.see(&row),
            Event::Bar(row) => self.bar(&row, &mut effects)?,
            Event::LastBar(row) => self.last_bar(&row, &mut effects),
            Event::Quote { symbol, top } => self.quote(&symbol, top, &mut effects),
            Event::Timer { time } => self.timer(time, &mut effects),
            Event::Broker(event) => self.learn(event, &mut effects),
            Event::Snapshot { snapshot, .. } => self.compare(&snapshot, &mut effects),
            Event::SnapshotFailed { .. } => self.asked_at = None,
            Event::SendFailed { order_id, is_unknown, .. } => {
                self.send_failed(order_id, is_unknown, &mut effects);
            }
            Event::Stale { symbol, .. } => self.doubt(symbol),
            Event::Fresh { symbol, .. } => self.trust(&symbol),
            Event::DecisionLate { took_s, limit_s, .. } => {
                self.decision_late(took_s, limit_s, &mut effects);
            }
            Event::NotTraded { symbol, detail, .. } => {
                self.not_traded(symbol, detail, &mut effects);
            }
            Event::Command { command, by, .. } => self.command(command, &by, &mut effects),
        }
        self.go_on_flattening(&mut effects);
        Ok(effects)
    }
}
