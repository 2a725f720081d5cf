//! A gateway, an account, and the events of both.

use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;

use super::super::super::sim::{Act, Faults, GatewaySim, Moment, SimOptions};
use super::super::connect::owner;
use super::super::link::Owner;
use super::super::{IbkrBroker, IbkrStream};
use crate::base::{Interrupt, Stopwatch, Timestamp};
use crate::config::{IbkrConnector, RiskLimits};
use crate::connectors::simulated::brokerage::Brokerage;
use crate::domain::{
    Calendar, CalendarName, OrderId, OrderKind, OrderRequest, Symbol, TimeInForce, Timeframe,
};
use crate::ports::{
    Broker, BrokerEvent, BrokerSnapshot, MarketStream, StreamEvent, VenueRefusal, VenueWish,
};
use crate::risk::{Approved, Book, BookLine, Market, RiskGate, RiskState, Verdict};

/// A Monday, half an hour after the open.
pub(super) const MONDAY: &str = "2026-01-05T15:00:00Z";

pub(super) fn spy() -> Symbol {
    "SPY".parse().unwrap()
}

/// How often random things are tried: a few times, or as often as the variable says.
pub(super) fn seeds(few: u64) -> u64 {
    wanted("RELEAT_BROKER_SEEDS").unwrap_or(few)
}

/// The number that a variable holds, for the long version of one test.
pub(super) fn wanted(variable: &str) -> Option<u64> {
    crate::base::variable(variable).and_then(|text| text.parse().ok())
}

/// Lets some threads work a list off, each at its own pace.
pub(super) fn share_out<T: Send>(
    threads: usize,
    items: Vec<T>,
    work: impl Fn(&mut dyn Iterator<Item = T>) + Sync,
) {
    let items = std::sync::Mutex::new(items.into_iter());
    let next = || items.lock().unwrap_or_else(std::sync::PoisonError::into_inner).next();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| work(&mut std::iter::from_fn(next)));
        }
    });
}

/// Whether the long versions were asked for.
pub(super) fn is_long() -> bool {
    seeds(0) > 0
}

/// A fault script out of a function.
pub(super) struct Script<F>(pub(super) F);

impl<F: FnMut(Timestamp, Moment) -> Vec<Act> + Send> Faults for Script<F> {
    fn strike(&mut self, now: Timestamp, moment: Moment) -> Vec<Act> {
        (self.0)(now, moment)
    }
}

pub(super) fn script(
    strike: impl FnMut(Timestamp, Moment) -> Vec<Act> + Send + 'static,
) -> Option<Box<dyn Faults>> {
    Some(Box::new(Script(strike)))
}

/// One gateway and what is remembered between processes.
pub(super) struct Stage {
    pub(super) sim: GatewaySim,
    pub(super) memory: TempDir,
    pub(super) connector: IbkrConnector,
}

/// One process on it.
pub(super) struct Desk {
    pub(super) owner: Arc<Owner>,
    pub(super) broker: Box<dyn Broker>,
    pub(super) stream: Box<dyn MarketStream>,
    pub(super) events: Vec<BrokerEvent>,
    pub(super) news: Vec<StreamEvent>,
}

pub(super) fn options() -> SimOptions {
    SimOptions { clock: Some(MONDAY.parse().unwrap()), ..SimOptions::default() }
}

impl Stage {
    pub(super) fn new(options: SimOptions) -> Self {
        let sim = GatewaySim::start(options).unwrap();
        let connector = IbkrConnector { port: sim.address().port(), ..IbkrConnector::default() };
        Self { sim, memory: tempfile::tempdir().unwrap(), connector }
    }

    pub(super) fn wish(&self) -> VenueWish {
        VenueWish {
            session: "s".to_owned(),
            account: None,
            is_live: false,
            symbols: vec![spy(), "QQQ".parse().unwrap()],
            timeframe: Timeframe::Seconds(60),
            calendar: CalendarName::Xnys,
            currency: "USD".to_owned(),
            history_since: "2026-01-05T14:30:00Z".parse().unwrap(),
            quotes: true,
            delayed_data: false,
            memory_dir: self.memory.path().to_owned(),
        }
    }

    pub(super) fn try_open(&self, wish: &VenueWish) -> Result<Desk, VenueRefusal> {
        let owner = owner(&self.connector, wish, &Interrupt::never())?;
        let broker = Box::new(IbkrBroker::new(Arc::clone(&owner)));
        let stream = Box::new(IbkrStream::new(Arc::clone(&owner)));
        Ok(Desk { owner, broker, stream, events: Vec::new(), news: Vec::new() })
    }

    pub(super) fn open(&self) -> Desk {
        self.try_open(&self.wish()).unwrap()
    }

    /// The house's numbers of orders with this reference.
    pub(super) fn orders(&self, reference: &str) -> usize {
        self.sim.with_house(|house| {
            house.orders().filter(|record| record.order.reference == reference).count()
        })
    }

    /// Cash of the house.
    pub(super) fn cash(&self) -> f64 {
        self.sim.with_house(Brokerage::cash)
    }
}

impl Desk {
    pub(super) fn poll(&mut self) {
        self.events.extend(self.broker.poll().unwrap());
        self.news.extend(self.stream.poll().unwrap());
    }

    /// Polls until something holds.
    pub(super) fn until(&mut self, what: &str, is_done: impl Fn(&Self) -> bool) {
        self.within(15.0, what, is_done);
    }

    pub(super) fn within(&mut self, limit_s: f64, what: &str, is_done: impl Fn(&Self) -> bool) {
        let watch = Stopwatch::start();
        loop {
            self.poll();
            if is_done(self) {
                return;
            }
            assert!(watch.seconds() < limit_s, "no {what}: {:?}", self.events);
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    pub(super) fn snapshot(&mut self) -> BrokerSnapshot {
        self.broker.snapshot("2026-01-05T05:00:00Z".parse().unwrap()).unwrap()
    }

    pub(super) fn filled(&self, id: u64) -> f64 {
        let mut seen: Vec<&str> = Vec::new();
        let mut sum = 0.0;
        for event in &self.events {
            if let BrokerEvent::Filled(fill) = event
                && fill.order_id == OrderId(id)
                && !seen.contains(&&*fill.execution_id)
            {
                seen.push(&fill.execution_id);
                sum += fill.quantity;
            }
        }
        sum
    }

    pub(super) fn has(&self, is_it: impl Fn(&BrokerEvent) -> bool) -> bool {
        self.events.iter().any(is_it)
    }

    pub(super) fn is_accepted(&self, id: u64) -> bool {
        self.has(
            |event| matches!(event, BrokerEvent::Accepted { order_id, .. } if order_id.0 == id),
        )
    }

    pub(super) fn is_canceled(&self, id: u64) -> bool {
        self.has(
            |event| matches!(event, BrokerEvent::Canceled { order_id, .. } if order_id.0 == id),
        )
    }

    pub(super) fn is_lost(&self) -> bool {
        self.has(|event| matches!(event, BrokerEvent::LinkLost { .. }))
    }

    /// Whether the last word about the connection is that it is back.
    pub(super) fn is_back(&self) -> bool {
        let last = self.events.iter().rev().find(|event| {
            matches!(event, BrokerEvent::LinkLost { .. } | BrokerEvent::LinkRestored { .. })
        });
        matches!(last, Some(BrokerEvent::LinkRestored { .. }))
    }
}

pub(super) fn market(id: u64, signed: f64) -> OrderRequest {
    OrderRequest::market(OrderId(id), spy(), signed, MONDAY.parse().unwrap())
}

/// A buy that never trades.
pub(super) fn resting(id: u64) -> OrderRequest {
    let kind = OrderKind::Limit { limit_price: 10.0 };
    OrderRequest { kind, time_in_force: TimeInForce::Day, ..market(id, 1.0) }
}

/// Clears an order by a gate that lets everything pass.
pub(super) fn approved(request: OrderRequest) -> Approved<OrderRequest> {
    let market = Market {
        symbols: vec![request.symbol.clone()],
        timeframe: Timeframe::Day,
        calendar: Calendar::new(CalendarName::AlwaysOpen),
    };
    let price = request.kind.limit_price().or(request.kind.stop_price()).unwrap_or(100.0);
    let line = BookLine {
        symbol: request.symbol.clone(),
        quantity: 1e6,
        held: 1e6,
        price: Some(price),
        top: None,
        bar_time: Some(request.decided_at),
    };
    let mut book = Book { equity: Some(1e12), cash: Some(1e12), lines: vec![line] };
    let now = request.decided_at;
    let mut gate =
        RiskGate::try_new(&RiskLimits::default(), &market, RiskState::default()).unwrap();
    match gate.review(request, &mut book, now) {
        Verdict::Approved(order) => order,
        Verdict::Denied(denial) => panic!("{denial}"),
        Verdict::Wait { until, .. } => panic!("to wait until {until}"),
    }
}
