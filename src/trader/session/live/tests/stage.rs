//! A session of two symbols on a clock that the test moves.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use super::super::{
    LiveFeed, LiveNotice, LivePlan, RealVenue, RowBuilder, SessionClock, trade_live,
};
use crate::base::{StopSignal, Timestamp, digest_bytes};
use crate::config::{Env, RiskLimits, Trade};
use crate::domain::{
    Bar, Calendar, CalendarName, Fill, MarketRow, OrderId, OrderRequest, Symbol, Timeframe, Weights,
};
use crate::gym::EnvParams;
use crate::ports::{
    Broker, BrokerAccount, BrokerError, BrokerEvent, BrokerSnapshot, CancelAll, MarketStream,
    StreamEvent,
};
use crate::risk::{Approved, Market, RiskState};
use crate::signals::{DecisionPoint, Joint, Opinion, Signal, SignalError, SignalSource, Target};
use crate::trader::{
    Effect, Engine, EngineSetup, Event, MemoryJournal, Pace, Progress, Shell, Wake, Watcher,
};

pub(super) const SECOND: i64 = 1_000_000_000;
pub(super) const OPEN: &str = "2019-03-01T14:30:00Z";

pub(super) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// So many seconds after the open.
pub(super) fn after(seconds: i64) -> Timestamp {
    at(OPEN).saturating_add_nanos(seconds * SECOND)
}

pub(super) fn symbols() -> Vec<Symbol> {
    vec!["AAA".parse().unwrap(), "BBB".parse().unwrap()]
}

/// The bar of a minute, counted from 1, as it comes when it is over.
pub(super) fn bar(symbol: usize, minute: i64) -> (Timestamp, StreamEvent) {
    let (open_time, available_at) = (after(60 * (minute - 1)), after(60 * minute));
    let close = 10.0;
    let bar =
        Bar { open_time, available_at, open: close, high: close, low: close, close, volume: 1e3 };
    let span = Timeframe::Seconds(60);
    (available_at, StreamEvent::Bar { symbol: symbols()[symbol].clone(), bar, span })
}

pub(super) fn both(minutes: impl IntoIterator<Item = i64>) -> Vec<(Timestamp, StreamEvent)> {
    minutes.into_iter().flat_map(|minute| [bar(0, minute), bar(1, minute)]).collect()
}

/// Half of the account in each symbol, and nothing, in turn.
struct InAndOut(usize);

impl SignalSource for InAndOut {
    fn observe(&mut self, _: &MarketRow) {
        self.0 += 1;
    }

    fn signal(&mut self, point: &DecisionPoint<'_>) -> Result<Opinion, SignalError> {
        let weights = if self.0.is_multiple_of(2) { [1.0, 0.0, 0.0] } else { [0.2, 0.4, 0.4] };
        let signal = Signal {
            time: point.time,
            action: 0,
            target: Target::Weights(Weights::try_new(weights.to_vec()).unwrap()),
            confidence: 1.0,
            value: 0.0,
            observation: digest_bytes(b""),
            views: None,
        };
        Ok(Opinion::Signal(Box::new(Joint::lone(signal, vec![true]))))
    }
}

struct Script {
    clock: Arc<AtomicI64>,
    events: VecDeque<(Timestamp, StreamEvent)>,
}

impl MarketStream for Script {
    fn poll(&mut self) -> Result<Vec<StreamEvent>, BrokerError> {
        let now = Timestamp::from_nanos(self.clock.load(Ordering::SeqCst));
        let count = self.events.iter().take_while(|(time, _)| *time <= now).count();
        Ok(self.events.drain(..count).map(|(_, event)| event).collect())
    }

    fn venue_time(&mut self) -> Result<Timestamp, BrokerError> {
        Ok(Timestamp::from_nanos(self.clock.load(Ordering::SeqCst)))
    }
}

/// Fills everything at once at 10, for nothing.
#[derive(Default)]
struct Filling {
    clock: Arc<AtomicI64>,
    orders: Arc<Mutex<Vec<OrderRequest>>>,
    news: Vec<BrokerEvent>,
    fills: Vec<Fill>,
    unknown: Option<Symbol>,
}

impl Broker for Filling {
    fn submit(&mut self, order: Approved<OrderRequest>) -> Result<(), BrokerError> {
        let request = order.into_request();
        self.orders.lock().unwrap().push(request.clone());
        if self.unknown.as_ref() == Some(&request.symbol) {
            return Err(BrokerError::UnknownSymbol { symbol: request.symbol });
        }
        let fill = Fill {
            execution_id: format!("x{}", request.id),
            order_id: request.id,
            symbol: request.symbol,
            side: request.side,
            quantity: request.quantity,
            price: 10.0,
            cost: 0.0,
            time: Timestamp::from_nanos(self.clock.load(Ordering::SeqCst)),
        };
        self.fills.push(fill.clone());
        self.news.push(BrokerEvent::Filled(fill));
        Ok(())
    }

    fn cancel(&mut self, _: OrderId) -> Result<(), BrokerError> {
        Ok(())
    }

    fn poll(&mut self) -> Result<Vec<BrokerEvent>, BrokerError> {
        Ok(std::mem::take(&mut self.news))
    }

    fn snapshot(&mut self, _: Timestamp) -> Result<BrokerSnapshot, BrokerError> {
        let paid: f64 = self.fills.iter().map(|fill| fill.signed_quantity() * fill.price).sum();
        let positions =
            self.fills.iter().map(|fill| (fill.symbol.clone(), fill.signed_quantity())).collect();
        Ok(BrokerSnapshot {
            time: Timestamp::from_nanos(self.clock.load(Ordering::SeqCst)),
            account: BrokerAccount { cash: 100_000.0 - paid, positions },
            open_orders: Vec::new(),
            executions: self.fills.clone(),
            ended_orders: Vec::new(),
        })
    }

    fn emergency(&self) -> Box<dyn CancelAll> {
        struct Nothing;
        impl CancelAll for Nothing {
            fn cancel_all(&self) -> Result<usize, BrokerError> {
                Ok(0)
            }
        }
        Box::new(Nothing)
    }
}

/// A second a look, until the end.
struct Seconds {
    clock: Arc<AtomicI64>,
    end: Timestamp,
}

impl Pace for Seconds {
    fn wake(&mut self, _: Timestamp) -> Wake {
        let now = self.clock.fetch_add(SECOND, Ordering::SeqCst) + SECOND;
        let now = Timestamp::from_nanos(now);
        if now >= self.end { Wake::Stop(StopSignal::Int) } else { Wake::Timer(now) }
    }
}

/// What happened in a session.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) notices: Vec<LiveNotice>,
    pub(super) rows: Vec<(Event, Vec<Effect>)>,
    /// What came to the venue.
    pub(super) orders: Vec<OrderRequest>,
}

#[derive(Default)]
struct Rows(Vec<(Event, Vec<Effect>)>);

impl Watcher for Rows {
    fn saw(&mut self, _: &Engine, event: &Event, effects: &[Effect]) {
        self.0.push((event.clone(), effects.to_vec()));
    }
}

pub(super) fn builder() -> RowBuilder {
    let calendar = Calendar::new(CalendarName::Xnys);
    RowBuilder::new(symbols(), Timeframe::Seconds(60), calendar, at(OPEN))
}

pub(super) fn script(
    mut events: Vec<(Timestamp, StreamEvent)>,
    clock: &Arc<AtomicI64>,
) -> impl MarketStream + use<> {
    events.sort_by_key(|(time, _)| *time);
    Script { clock: Arc::clone(clock), events: events.into() }
}

/// Trades from the open on for so many seconds. One symbol may be unknown to the venue.
pub(super) fn play(
    events: Vec<(Timestamp, StreamEvent)>,
    seconds: i64,
    unknown: Option<usize>,
) -> Seen {
    play_until(events, seconds, unknown, None)
}

/// The same with an end of the session.
pub(super) fn play_until(
    events: Vec<(Timestamp, StreamEvent)>,
    seconds: i64,
    unknown: Option<usize>,
    until: Option<Timestamp>,
) -> Seen {
    let clock = Arc::new(AtomicI64::new(at(OPEN).nanos()));
    let mut stream = script(events, &clock);
    let mut feed = LiveFeed::new(&mut stream, builder(), SessionClock::by_hand(Arc::clone(&clock)));
    let market = Market {
        symbols: symbols(),
        timeframe: Timeframe::Seconds(60),
        calendar: Calendar::new(CalendarName::Xnys),
    };
    let mut engine = Engine::try_new(EngineSetup {
        market: &market,
        params: EnvParams::new(&Env::default(), 98_280.0),
        bars_per_year: 98_280.0,
        trade: &Trade::default(),
        limits: &RiskLimits::default(),
        signals: Box::new(InAndOut(0)),
    })
    .unwrap();
    let unknown = unknown.map(|index| symbols()[index].clone());
    let orders = Arc::default();
    let (clock_of_venue, orders_of_venue) = (Arc::clone(&clock), Arc::clone(&orders));
    let broker =
        Filling { clock: clock_of_venue, orders: orders_of_venue, unknown, ..Filling::default() };
    let mut venue = RealVenue(Box::new(broker));
    let (mut journal, mut watcher) = (MemoryJournal::new("test"), Rows::default());
    let mut pace = Seconds { clock, end: after(seconds) };
    let mut shell = Shell {
        engine: &mut engine,
        venue: &mut venue,
        journal: &mut journal,
        pace: &mut pace,
        watcher: &mut watcher,
    };
    let plan = LivePlan {
        started: at(OPEN),
        risk: RiskState::default(),
        history: Vec::new(),
        last_row: None,
        until,
    };
    let mut notices = Vec::new();
    let mut tell = |notice| notices.push(notice);
    let progress = trade_live(&mut shell, &mut feed, plan, &mut tell).unwrap();
    let expected = until.map_or(Progress::Stopped(StopSignal::Int), |_| Progress::Complete);
    assert_eq!(progress, expected);
    let orders = std::mem::take(&mut *orders.lock().unwrap());
    Seen { notices, rows: watcher.0, orders }
}
