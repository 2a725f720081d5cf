//! A double, an adapter on it, and a ledger that believes what it is told.

use std::collections::BTreeMap;
use std::thread;
use std::time::Duration;

use crate::base::{Interrupt, Stopwatch, Timestamp};
use crate::config::{AlpacaConnector, Limits, RiskLimits};
use crate::connectors::simulated::brokerage::{HouseStatus, VirtualMarket};
use crate::connectors::vendors::alpaca::broker::connect::{Settings, open};
use crate::connectors::vendors::alpaca::broker::socket::Timing;
use crate::connectors::vendors::alpaca::broker::stream::AlpacaStream;
use crate::connectors::vendors::alpaca::broker::venue::{AlpacaBroker, Patience};
use crate::connectors::vendors::alpaca::sim::{AlpacaSim, Fault, SimOptions};
use crate::domain::{
    Calendar, CalendarName, Fill, OrderId, OrderKind, OrderRequest, Symbol, TimeInForce, Timeframe,
};
use crate::ports::{Broker, BrokerError, BrokerEvent, BrokerSnapshot, OrderEnd, VenueWish};
use crate::risk::{Approved, Book, BookLine, Market, RiskGate, RiskState, Verdict};

pub(super) const MORNING: &str = "2024-01-10T15:00:00Z";
/// Variables that every test run has; their values stand for keys.
pub(super) const KEY_VARIABLE: &str = "CARGO_PKG_NAME";
pub(super) const SECRET_VARIABLE: &str = "CARGO_MANIFEST_DIR";

pub(super) fn symbol(name: &str) -> Symbol {
    name.parse().unwrap()
}

pub(super) fn options(seed: u64, faults: Vec<Fault>) -> SimOptions {
    SimOptions {
        seed,
        faults,
        clock: Some(MORNING.parse().unwrap()),
        speed: 20.0,
        requests_per_min: 100_000,
        ..SimOptions::default()
    }
}

pub(super) fn connector(sim: &AlpacaSim) -> AlpacaConnector {
    AlpacaConnector {
        base_url: sim.url(),
        key_variable: KEY_VARIABLE.to_owned(),
        secret_variable: SECRET_VARIABLE.to_owned(),
        limits: Limits {
            requests_per_s: 1000.0,
            silence_s: 1.0,
            request_s: 1.0,
            pause_s: 0.01,
            pause_max_s: 2.0,
            ..Limits::default()
        },
        ..AlpacaConnector::default()
    }
}

pub(super) fn wish(session: &str) -> VenueWish {
    VenueWish {
        session: session.to_owned(),
        account: None,
        is_live: false,
        symbols: vec![symbol("SPY"), symbol("QQQ")],
        timeframe: Timeframe::Seconds(300),
        calendar: CalendarName::Xnys,
        currency: "USD".to_owned(),
        history_since: "2024-01-09T20:00:00Z".parse().unwrap(),
        quotes: true,
        delayed_data: false,
        memory_dir: std::env::temp_dir(),
    }
}

pub(super) const fn settings() -> Settings {
    Settings {
        timing: Timing { connect_s: 5.0, ping_s: 0.1, silence_s: 0.3, pause_s: 0.02 },
        patience: Patience { gap_s: 0.1, audit_s: 0.3 },
    }
}

pub(super) fn opened(sim: &AlpacaSim, session: &str) -> (AlpacaBroker, AlpacaStream) {
    let opened = open(&connector(sim), &wish(session), &Interrupt::never(), settings());
    let (broker, stream, _) = opened.unwrap();
    (broker, stream)
}

/// Waits for something for some seconds.
pub(super) fn wait_until(mut is_so: impl FnMut() -> bool) {
    let watch = Stopwatch::start();
    while !is_so() {
        assert!(watch.seconds() < 20.0, "it did not come");
        thread::sleep(Duration::from_millis(5));
    }
}

/// Clears an order by a gate without limits.
pub(super) fn approved(request: OrderRequest) -> Approved<OrderRequest> {
    let market = Market {
        symbols: vec![request.symbol.clone()],
        timeframe: Timeframe::Day,
        calendar: Calendar::new(CalendarName::AlwaysOpen),
    };
    let line = BookLine {
        symbol: request.symbol.clone(),
        quantity: 0.0,
        held: 0.0,
        price: Some(100.0),
        top: None,
        bar_time: Some(request.decided_at),
    };
    let mut book = Book { equity: Some(1e9), cash: Some(1e9), lines: vec![line] };
    let now = request.decided_at;
    let mut gate =
        RiskGate::try_new(&RiskLimits::default(), &market, RiskState::default()).unwrap();
    match gate.review(request, &mut book, now) {
        Verdict::Approved(order) => order,
        Verdict::Denied(denial) => panic!("{denial}"),
        Verdict::Wait { until, .. } => panic!("to wait until {until}"),
    }
}

/// What one side believes after events and snapshots, as the trader's engine does.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    pub(super) fills: BTreeMap<String, Fill>,
    pub(super) ends: BTreeMap<OrderId, OrderEnd>,
    pub(super) sent: Vec<OrderId>,
    pub(super) not_sent: Vec<OrderId>,
    pub(super) events: Vec<BrokerEvent>,
    needs_snapshot: bool,
    is_up: bool,
}

pub(super) struct Bench {
    pub(super) sim: AlpacaSim,
    pub(super) broker: AlpacaBroker,
    pub(super) ledger: Ledger,
    next: u64,
}

impl Bench {
    pub(super) fn new(seed: u64, faults: Vec<Fault>) -> Self {
        let sim = AlpacaSim::start(options(seed, faults)).unwrap();
        let (broker, _) = opened(&sim, "test");
        let ledger = Ledger { is_up: true, ..Ledger::default() };
        Self { sim, broker, ledger, next: 0 }
    }

    /// The middle of the market.
    pub(super) fn price(&self, name: &str) -> f64 {
        let now = self.sim.now();
        self.sim.with_house(|house| {
            let market: &VirtualMarket = house.market();
            market.last(&symbol(name), now)
        })
    }

    pub(super) fn request(
        &mut self,
        signed: f64,
        kind: OrderKind,
        time: TimeInForce,
    ) -> OrderRequest {
        self.next += 1;
        let id = OrderId(self.next);
        let market = OrderRequest::market(id, symbol("SPY"), signed, self.sim.now());
        OrderRequest { kind, time_in_force: time, ..market }
    }

    pub(super) fn send(&mut self, request: OrderRequest) -> OrderId {
        let id = request.id;
        self.ledger.sent.push(id);
        match self.broker.submit(approved(request)) {
            Ok(()) => {}
            Err(error) if error.is_unknown() => self.ledger.needs_snapshot = true,
            Err(BrokerError::NotSent { .. }) => self.ledger.not_sent.push(id),
            Err(error) => panic!("{error}"),
        }
        id
    }

    pub(super) fn market(&mut self, signed: f64) -> OrderId {
        let request = self.request(signed, OrderKind::Market, TimeInForce::Bar);
        self.send(request)
    }

    pub(super) fn limit(&mut self, signed: f64, limit_price: f64) -> OrderId {
        let request = self.request(signed, OrderKind::Limit { limit_price }, TimeInForce::Gtc);
        self.send(request)
    }

    /// Fetches news, and compares when that is asked for.
    pub(super) fn poll(&mut self) {
        for event in self.broker.poll().unwrap() {
            self.ledger.take(event);
        }
        if self.ledger.needs_snapshot && self.ledger.is_up {
            self.snapshot();
        }
    }

    pub(super) fn snapshot(&mut self) -> Option<BrokerSnapshot> {
        let since = MORNING.parse::<Timestamp>().unwrap();
        let snapshot = self.broker.snapshot(since).ok()?;
        self.ledger.compare(&snapshot);
        self.ledger.needs_snapshot = false;
        Some(snapshot)
    }

    pub(super) fn poll_for(&mut self, seconds: f64) {
        let watch = Stopwatch::start();
        while watch.seconds() < seconds {
            self.poll();
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Waits until every order that arrived has ended or is known to be open, then compares with the truth.
    pub(super) fn settle(&mut self) {
        let watch = Stopwatch::start();
        loop {
            self.poll_for(0.05);
            let difference = self.difference();
            match difference {
                None => break,
                Some(text) => assert!(watch.seconds() < 15.0, "{text}\n{}", self.story()),
            }
        }
        // What is told again changes nothing.
        self.snapshot();
        self.poll_for(0.1);
        assert_eq!(self.difference(), None);
    }

    /// How the ledger differs from the truth.
    pub(super) fn difference(&self) -> Option<String> {
        let ledger = &self.ledger;
        self.sim.with_house(|house| {
            let own = |number: u64| {
                let record = house.order(number).unwrap();
                record.order.client == 0
            };
            let truth: Vec<_> = house.executions().iter().filter(|e| own(e.number)).collect();
            let signed = |f: &Fill| f.signed_quantity();
            let traded: f64 = ledger.fills.values().map(signed).sum();
            let paid: f64 = ledger.fills.values().map(|f| signed(f) * f.price).sum();
            let true_traded: f64 = truth.iter().map(|e| e.side.sign() * e.quantity).sum();
            let true_paid: f64 = truth.iter().map(|e| e.side.sign() * e.quantity * e.price).sum();
            if truth.len() != ledger.fills.len() {
                return Some(format!("{} fills, in truth {}", ledger.fills.len(), truth.len()));
            }
            if (traded - true_traded).abs() > 1e-9 || (paid - true_paid).abs() > 0.005 {
                return Some(format!(
                    "{traded} for {paid}, in truth {true_traded} for {true_paid}"
                ));
            }
            for record in house.orders().filter(|r| r.order.reference.starts_with("releat-test-")) {
                let name = record.order.reference.trim_start_matches("releat-test-");
                let id = OrderId(name.split('s').next().unwrap().parse().unwrap());
                let end = ledger.ends.get(&id);
                let is_same = match record.status {
                    HouseStatus::Canceled => end == Some(&OrderEnd::Canceled),
                    HouseStatus::Expired => end == Some(&OrderEnd::Expired),
                    HouseStatus::Rejected => matches!(end, Some(OrderEnd::Rejected(_))),
                    _ => end.is_none_or(|end| *end == OrderEnd::Filled),
                };
                if !is_same {
                    return Some(format!("order {id} {end:?}, in truth {:?}", record.status));
                }
            }
            None
        })
    }

    pub(super) fn story(&self) -> String {
        let events: Vec<String> = self.ledger.events.iter().map(|e| format!("{e:?}")).collect();
        format!("{}\n{}\nnotes: {:?}", events.join("\n"), self.sim.truth_csv(), self.broker.notes())
    }
}

impl Ledger {
    pub(super) fn take(&mut self, event: BrokerEvent) {
        match &event {
            BrokerEvent::Filled(fill) => {
                self.fills.entry(fill.execution_id.clone()).or_insert_with(|| fill.clone());
            }
            BrokerEvent::Canceled { order_id, .. } => {
                self.ends.insert(*order_id, OrderEnd::Canceled);
            }
            BrokerEvent::Expired { order_id, .. } => {
                self.ends.insert(*order_id, OrderEnd::Expired);
            }
            BrokerEvent::Rejected { order_id, reason, .. } => {
                self.ends.insert(*order_id, OrderEnd::Rejected(reason.clone()));
            }
            BrokerEvent::LinkLost { .. } => self.is_up = false,
            BrokerEvent::LinkRestored { .. } => {
                self.is_up = true;
                self.needs_snapshot = true;
            }
            _ => {}
        }
        self.events.push(event);
    }

    fn compare(&mut self, snapshot: &BrokerSnapshot) {
        for fill in &snapshot.executions {
            let known = self.fills.entry(fill.execution_id.clone()).or_insert_with(|| fill.clone());
            assert_eq!((known.quantity, known.price), (fill.quantity, fill.price));
            assert_eq!((known.order_id, known.side), (fill.order_id, fill.side));
        }
        for (order_id, end) in &snapshot.ended_orders {
            self.ends.insert(*order_id, end.clone());
        }
    }

    pub(super) fn count(&self, is_wanted: impl Fn(&BrokerEvent) -> bool) -> usize {
        self.events.iter().filter(|event| is_wanted(event)).count()
    }
}
