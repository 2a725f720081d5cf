use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::config::RiskLimits;
use crate::domain::{BookTop, Calendar, CalendarName, Side, Timeframe};
use crate::ports::{OrderEnd, Protection, VenueOrder};
use crate::risk::{Book, BookLine, Market, RiskGate, RiskState, Verdict};

/// What a broker was asked and what it will answer.
#[derive(Debug, Default)]
struct Desk {
    submitted: Vec<OrderId>,
    canceled: Vec<OrderId>,
    polls: VecDeque<Result<Vec<BrokerEvent>, BrokerError>>,
    snapshot: Option<BrokerSnapshot>,
    is_down: bool,
}

#[derive(Clone, Default)]
struct Scripted {
    desk: Arc<Mutex<Desk>>,
    open: Arc<AtomicUsize>,
}

struct CancelScripted(Scripted);

fn down() -> BrokerError {
    BrokerError::Unknown { detail: "down".to_owned() }
}

impl Scripted {
    fn answer<T>(&self, act: impl FnOnce(&mut Desk) -> T) -> Result<T, BrokerError> {
        let mut desk = self.desk.lock().unwrap();
        if desk.is_down { Err(down()) } else { Ok(act(&mut desk)) }
    }
}

impl Broker for Scripted {
    fn submit(&mut self, order: Approved<OrderRequest>) -> Result<(), BrokerError> {
        self.answer(|desk| desk.submitted.push(order.request().id))
    }

    fn cancel(&mut self, order_id: OrderId) -> Result<(), BrokerError> {
        self.answer(|desk| desk.canceled.push(order_id))
    }

    fn poll(&mut self) -> Result<Vec<BrokerEvent>, BrokerError> {
        self.answer(|desk| desk.polls.pop_front().unwrap_or(Ok(Vec::new())))?
    }

    fn snapshot(&mut self, _: Timestamp) -> Result<BrokerSnapshot, BrokerError> {
        self.answer(|desk| desk.snapshot.clone().unwrap())
    }

    fn emergency(&self) -> Box<dyn CancelAll> {
        Box::new(CancelScripted(self.clone()))
    }
}

impl CancelAll for CancelScripted {
    fn cancel_all(&self) -> Result<usize, BrokerError> {
        self.0.answer(|_| ())?;
        Ok(self.0.open.swap(0, Ordering::SeqCst))
    }
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(seconds)
}

fn symbol(name: &str) -> Symbol {
    name.parse().unwrap()
}

/// `east` trades everything but `W`, which `west` trades.
fn router(names: &[&str]) -> (Router, Vec<Scripted>) {
    let desks: Vec<Scripted> = names.iter().map(|_| Scripted::default()).collect();
    let brokers = names
        .iter()
        .zip(&desks)
        .map(|(name, desk)| ((*name).to_owned(), Box::new(desk.clone()) as Box<dyn Broker>));
    let routes = names.get(1).map(|west| (symbol("W"), (*west).to_owned()));
    let router = Router::try_new(brokers.collect(), routes.into_iter().collect(), names[0]);
    (router.unwrap(), desks)
}

fn order(id: u64, name: &str) -> Approved<OrderRequest> {
    let market = Market {
        symbols: vec![symbol(name)],
        timeframe: Timeframe::Day,
        calendar: Calendar::new(CalendarName::AlwaysOpen),
    };
    let limits = RiskLimits::default();
    let mut gate = RiskGate::try_new(&limits, &market, RiskState::default()).unwrap();
    let top: Option<BookTop> = None;
    let (price, bar_time) = (Some(10.0), Some(at(0)));
    let line = BookLine { symbol: symbol(name), quantity: 0.0, held: 0.0, price, top, bar_time };
    let mut book = Book { equity: Some(1e6), cash: Some(1e6), lines: vec![line] };
    let request = OrderRequest::market(OrderId(id), symbol(name), 1.0, at(0));
    match gate.review(request, &mut book, at(0)) {
        Verdict::Approved(order) => order,
        other => panic!("{other:?}"),
    }
}

fn fill(execution: &str, order: u64, seconds: i64) -> Fill {
    Fill {
        execution_id: execution.to_owned(),
        order_id: OrderId(order),
        symbol: symbol("E"),
        side: Side::Buy,
        quantity: 1.0,
        price: 10.0,
        cost: 0.0,
        time: at(seconds),
    }
}

fn snapshot(seconds: i64, cash: f64, positions: &[(&str, f64)]) -> BrokerSnapshot {
    let positions = positions.iter().map(|(name, quantity)| (symbol(name), *quantity)).collect();
    BrokerSnapshot {
        time: at(seconds),
        account: BrokerAccount { cash, positions },
        open_orders: Vec::new(),
        executions: Vec::new(),
        ended_orders: Vec::new(),
    }
}

#[test]
fn orders_and_their_cancels_go_where_the_symbol_is_traded() {
    let (mut router, desks) = router(&["east", "west"]);
    for (id, name) in [(1, "E"), (2, "W"), (3, "E")] {
        router.submit(order(id, name)).unwrap();
    }
    router.cancel(OrderId(2)).unwrap();
    router.cancel(OrderId(3)).unwrap();
    let east = desks[0].desk.lock().unwrap();
    let west = desks[1].desk.lock().unwrap();
    assert_eq!(
        (&east.submitted[..], &east.canceled[..]),
        (&[OrderId(1), OrderId(3)][..], &[OrderId(3)][..])
    );
    assert_eq!((&west.submitted[..], &west.canceled[..]), (&[OrderId(2)][..], &[OrderId(2)][..]));
}

#[test]
fn an_order_that_nobody_is_known_to_have_is_not_canceled_by_guess() {
    let (mut router, _) = router(&["east", "west"]);
    let error = router.cancel(OrderId(7)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the venue cannot be reached: no broker is known to have order 7"
    );
    assert!(!error.is_unknown());
}

#[test]
fn an_order_of_unknown_outcome_can_be_canceled() {
    let (mut router, desks) = router(&["east", "west"]);
    desks[1].desk.lock().unwrap().is_down = true;
    assert!(router.submit(order(1, "W")).unwrap_err().is_unknown());
    desks[1].desk.lock().unwrap().is_down = false;
    router.cancel(OrderId(1)).unwrap();
    assert_eq!(desks[1].desk.lock().unwrap().canceled, [OrderId(1)]);
}

#[test]
fn two_brokers_have_two_sets_of_execution_ids() {
    let events = || {
        vec![
            BrokerEvent::Filled(fill("1", 1, 0)),
            BrokerEvent::Protected { fill: fill("2", 1, 0), cause: Protection::StopLoss },
            BrokerEvent::CostKnown { execution_id: "1".to_owned(), cost: 1.0, time: at(0) },
            BrokerEvent::Corrected { execution_id: "1".to_owned(), fill: fill("3", 1, 0) },
            BrokerEvent::Accepted { order_id: OrderId(1), time: at(0) },
        ]
    };
    let (mut one, desks) = router(&["east"]);
    desks[0].desk.lock().unwrap().polls.push_back(Ok(events()));
    assert_eq!(one.poll().unwrap(), events());
    let (mut two, desks) = router(&["east", "west"]);
    desks[1].desk.lock().unwrap().polls.push_back(Ok(events()));
    let expected = vec![
        BrokerEvent::Filled(fill("west:1", 1, 0)),
        BrokerEvent::Protected { fill: fill("west:2", 1, 0), cause: Protection::StopLoss },
        BrokerEvent::CostKnown { execution_id: "west:1".to_owned(), cost: 1.0, time: at(0) },
        BrokerEvent::Corrected { execution_id: "west:1".to_owned(), fill: fill("west:3", 1, 0) },
        BrokerEvent::Accepted { order_id: OrderId(1), time: at(0) },
    ];
    assert_eq!(two.poll().unwrap(), expected);
}

#[test]
fn a_failure_loses_no_event_of_another_broker() {
    let (mut router, desks) = router(&["east", "west"]);
    let accepted = BrokerEvent::Accepted { order_id: OrderId(1), time: at(0) };
    desks[0].desk.lock().unwrap().polls.push_back(Err(down()));
    desks[1].desk.lock().unwrap().polls.push_back(Ok(vec![accepted.clone()]));
    assert_eq!(router.poll(), Ok(vec![accepted]));
    assert_eq!(router.poll(), Err(down()));
    assert_eq!(router.poll(), Ok(vec![]));
    desks[1].desk.lock().unwrap().is_down = true;
    assert_eq!(router.poll(), Err(down()));
}

#[test]
fn the_link_is_back_when_all_are() {
    let (mut router, desks) = router(&["east", "west"]);
    let lost = |s| BrokerEvent::LinkLost { time: at(s) };
    let back = |s| BrokerEvent::LinkRestored { time: at(s) };
    let mut poll = |east: &[BrokerEvent], west: &[BrokerEvent]| {
        desks[0].desk.lock().unwrap().polls.push_back(Ok(east.to_vec()));
        desks[1].desk.lock().unwrap().polls.push_back(Ok(west.to_vec()));
        router.poll().unwrap()
    };
    assert_eq!(poll(&[lost(1)], &[]), [lost(1)]);
    assert_eq!(poll(&[], &[lost(2)]), []);
    assert_eq!(poll(&[back(3)], &[]), []);
    assert_eq!(poll(&[], &[back(4)]), [back(4)]);
    assert_eq!(poll(&[lost(5), back(6)], &[]), [lost(5), back(6)]);
}

#[test]
fn a_snapshot_is_of_all_or_of_none() {
    let (mut router, desks) = router(&["east", "west"]);
    let mut east = snapshot(5, 100.0, &[("E", 2.0), ("W", 1.0)]);
    east.executions = vec![fill("a", 1, 4)];
    east.ended_orders = vec![(OrderId(1), OrderEnd::Filled)];
    let mut west = snapshot(3, 10.0, &[("W", -4.0)]);
    west.executions = vec![fill("a", 2, 2)];
    west.open_orders = vec![VenueOrder {
        order_id: Some(OrderId(9)),
        symbol: symbol("W"),
        side: Side::Sell,
        quantity: 1.0,
        filled: 0.0,
    }];
    desks[0].desk.lock().unwrap().snapshot = Some(east);
    desks[1].desk.lock().unwrap().snapshot = Some(west.clone());
    let all = router.snapshot(at(0)).unwrap();
    assert_eq!(all.time, at(3));
    assert_eq!(all.account.cash, 110.0);
    assert_eq!(all.account.positions, [(symbol("E"), 2.0), (symbol("W"), -3.0)]);
    assert_eq!(all.executions, [fill("west:a", 2, 2), fill("east:a", 1, 4)]);
    assert_eq!(all.open_orders, west.open_orders);
    assert_eq!(all.ended_orders, [(OrderId(1), OrderEnd::Filled)]);
    // Orders of an earlier process can be canceled now.
    router.cancel(OrderId(9)).unwrap();
    assert_eq!(desks[1].desk.lock().unwrap().canceled, [OrderId(9)]);
    desks[0].desk.lock().unwrap().is_down = true;
    assert_eq!(router.snapshot(at(0)), Err(down()));
}

#[test]
fn an_emergency_reaches_all_though_one_fails() {
    let (router, desks) = router(&["east", "west"]);
    desks[0].open.store(3, Ordering::SeqCst);
    desks[1].open.store(4, Ordering::SeqCst);
    let handle = router.emergency();
    desks[0].desk.lock().unwrap().is_down = true;
    assert_eq!(handle.cancel_all(), Err(down()));
    assert_eq!(desks[1].open.load(Ordering::SeqCst), 0);
    desks[0].desk.lock().unwrap().is_down = false;
    assert_eq!(handle.cancel_all(), Ok(3));
}

#[test]
fn names_must_be_brokers() {
    let brokers = || {
        let broker = Box::new(Scripted::default()) as Box<dyn Broker>;
        BTreeMap::from([("east".to_owned(), broker)])
    };
    let error = Router::try_new(brokers(), BTreeMap::new(), "north").err().unwrap();
    assert_eq!(error.to_string(), "`*` must be traded at one of [\"east\"], was `north`");
    let routes = BTreeMap::from([(symbol("W"), "west".to_owned())]);
    let error = Router::try_new(brokers(), routes, "east").err().unwrap();
    assert_eq!(error.to_string(), "`W` must be traded at one of [\"east\"], was `west`");
}
