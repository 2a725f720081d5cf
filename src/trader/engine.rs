//! The engine: events in, effects out.

use super::orders::{OrderDesk, quantities};
use super::portfolio::Portfolio;
use super::prices::Prices;
use super::{Decision, DeniedOrder, Record, TraderError};
use crate::base::Timestamp;
use crate::config::Trade;
use crate::domain::{Fill, MarketRow, OrderRequest, Symbol};
use crate::gym::{ActionTable, EnvParams, Holdings};
use crate::ports::BrokerEvent;
use crate::risk::{Approved, Book, BookLine, RiskGate, Verdict};
use crate::signals::{DecisionPoint, Signal, SignalSource};

/// Everything that can happen to the engine.
#[derive(Debug)]
pub enum Event<'a> {
    /// A row of the market on which nothing is decided: history before trading begins.
    History(&'a MarketRow),
    /// A row of the market on which a decision is due.
    Bar(&'a MarketRow),
    /// The last row of the session: the account is valued and nothing is decided.
    LastBar(&'a MarketRow),
    /// News of the venue.
    Broker(BrokerEvent),
}

/// Everything that the engine can ask for, to be carried out in order.
#[derive(Debug)]
pub enum Effect {
    /// Write this to the ledger before anything that follows.
    Record(Record),
    /// Send this to the venue.
    Submit(Approved<OrderRequest>),
}

/// One agent trading one account. Synchronous; reads no clock and does no I/O.
pub struct Engine {
    symbols: Vec<Symbol>,
    actions: ActionTable,
    signals: Box<dyn SignalSource>,
    gate: RiskGate,
    prices: Prices,
    portfolio: Portfolio,
    desk: OrderDesk,
    has_begun: bool,
}

impl Engine {
    /// An engine with an account that holds the initial equity in cash.
    ///
    /// # Errors
    /// [`TraderError::Risk`] if a limit cannot be enforced.
    pub fn try_new(
        symbols: &[Symbol],
        params: EnvParams,
        actions: ActionTable,
        limits: &Trade,
        signals: Box<dyn SignalSource>,
    ) -> Result<Self, TraderError> {
        let gate = RiskGate::try_new(limits).map_err(|source| TraderError::Risk { source })?;
        Ok(Self {
            symbols: symbols.to_vec(),
            actions,
            signals,
            gate,
            prices: Prices::new(symbols.len()),
            portfolio: Portfolio::new(params, symbols.len()),
            desk: OrderDesk::default(),
            has_begun: false,
        })
    }

    /// Takes one event and tells what to do.
    ///
    /// # Errors
    /// [`TraderError`] if trading cannot go on; the engine must then be given up.
    pub fn process(&mut self, event: Event<'_>) -> Result<Vec<Effect>, TraderError> {
        match event {
            Event::History(row) => {
                self.see(row);
                Ok(Vec::new())
            }
            Event::Bar(row) => {
                self.see(row);
                self.decide(row.time)
            }
            Event::LastBar(row) => {
                self.see(row);
                let (time, equity) = (row.time, self.equity());
                Ok(vec![Effect::Record(Record::Closed { time, equity })])
            }
            Event::Broker(event) => self.learn(event),
        }
    }

    /// Value of the account at the last closes, currency units.
    #[must_use]
    pub fn equity(&self) -> f64 {
        let holdings = self.portfolio.holdings();
        // A symbol without a price yet is not held, and its unknown price must not spread.
        let closes = (0..self.symbols.len()).map(|i| self.prices.known_close(i).unwrap_or(0.0));
        holdings.equity(&closes.collect::<Vec<_>>())
    }

    /// Cash and positions by the reports of the venue.
    #[must_use]
    pub fn holdings(&self) -> &Holdings {
        self.portfolio.holdings()
    }

    /// Whether the first decision has been made.
    #[must_use]
    pub fn has_begun(&self) -> bool {
        self.has_begun
    }

    fn see(&mut self, row: &MarketRow) {
        self.signals.observe(row);
        self.prices.update(row);
        if self.has_begun {
            self.portfolio.close_bar(self.prices.closes());
        }
    }

    fn decide(&mut self, time: Timestamp) -> Result<Vec<Effect>, TraderError> {
        if !self.prices.are_complete() {
            return Ok(vec![Effect::Record(Record::NoSignal { time })]);
        }
        let position = self.portfolio.position_state(self.prices.closes());
        let standing = self.portfolio.standing(self.prices.closes());
        let legal = standing.legal_actions(self.prices.are_trading(), &self.actions);
        let point = DecisionPoint { time, position: &position, legal: &legal };
        let signal =
            self.signals.signal(&point).map_err(|source| TraderError::Signal { time, source })?;
        let Some(signal) = signal else {
            return Ok(vec![Effect::Record(Record::NoSignal { time })]);
        };
        if legal.get(signal.action) != Some(&true) {
            let legal = (0..legal.len()).filter(|&action| legal[action]).collect();
            return Err(TraderError::IllegalAction { time, action: signal.action, legal });
        }
        self.has_begun = true;
        Ok(self.trade(signal, legal, position.weights))
    }

    fn trade(&mut self, signal: Signal, legal: Vec<bool>, weights: Vec<f64>) -> Vec<Effect> {
        let wanted = quantities(&signal.target, &self.portfolio, &self.prices);
        let requests = self
            .symbols
            .iter()
            .zip(wanted)
            .filter_map(|(symbol, quantity)| self.desk.request(symbol, quantity, signal.time))
            .collect();
        let (approved, denials) = self.review(requests);
        for order in &approved {
            self.desk.open(order.request());
        }
        if !approved.is_empty() {
            self.portfolio.sent(signal.target.order());
        }
        let decision = Decision {
            time: signal.time,
            observation: signal.observation,
            legal,
            action: signal.action,
            target: signal.target,
            confidence: signal.confidence,
            value: signal.value,
            equity: self.equity(),
            weights,
            orders: approved.iter().map(|order| order.request().clone()).collect(),
            denials,
        };
        let intent = Effect::Record(Record::Decision(decision));
        std::iter::once(intent).chain(approved.into_iter().map(Effect::Submit)).collect()
    }

    /// Reviews what reduces exposure first, so that it makes room; keeps the order of the numbers.
    fn review(
        &self,
        mut requests: Vec<OrderRequest>,
    ) -> (Vec<Approved<OrderRequest>>, Vec<DeniedOrder>) {
        let mut book = self.book();
        requests.sort_by_key(|request| !reduces(&book, request));
        let (mut approved, mut denials) = (Vec::new(), Vec::new());
        for order in requests {
            match self.gate.review(order.clone(), &mut book) {
                Verdict::Approved(order) => approved.push(order),
                Verdict::Denied(denial) => denials.push(DeniedOrder { order, denial }),
            }
        }
        approved.sort_by_key(|order: &Approved<OrderRequest>| order.request().id);
        denials.sort_by_key(|denied: &DeniedOrder| denied.order.id);
        (approved, denials)
    }

    /// The account as the gate sees it: open orders count as filled.
    fn book(&self) -> Book {
        let positions = &self.portfolio.holdings().positions;
        let line = |(index, symbol): (usize, &Symbol)| BookLine {
            symbol: symbol.clone(),
            quantity: positions[index].quantity + self.desk.open_quantity(symbol),
            price: self.prices.known_close(index),
        };
        let lines = self.symbols.iter().enumerate().map(line).collect();
        Book { equity: Some(self.equity()), lines }
    }

    fn learn(&mut self, event: BrokerEvent) -> Result<Vec<Effect>, TraderError> {
        match &event {
            BrokerEvent::Filled(fill) => {
                let index = self.index(fill)?;
                let signed = fill.side.sign() * fill.quantity;
                self.desk.fill(fill.order_id, &fill.symbol, signed)?;
                self.portfolio.fill(index, fill);
            }
            BrokerEvent::Protected { fill, .. } => {
                let index = self.index(fill)?;
                self.portfolio.exit(index, fill);
            }
            BrokerEvent::Rejected { order_id, .. } => self.desk.close(*order_id)?,
            BrokerEvent::CashPosted { amount, .. } => self.portfolio.post_cash(*amount),
        }
        Ok(vec![Effect::Record(Record::Broker(event))])
    }

    fn index(&self, fill: &Fill) -> Result<usize, TraderError> {
        let symbol = &fill.symbol;
        let found = self.symbols.iter().position(|s| s == symbol);
        found.ok_or_else(|| TraderError::UnknownSymbol { symbol: symbol.clone() })
    }
}

fn reduces(book: &Book, request: &OrderRequest) -> bool {
    let held = book.line(&request.symbol).map_or(0.0, |line| line.quantity);
    (held + request.side.sign() * request.quantity).abs() < held.abs()
}
