//! A million random orders, and a second opinion on every one that was cleared.

use std::collections::VecDeque;

use super::*;
use crate::base::{Rng, SeedStream};
use crate::domain::TimeInForce;

const ORDERS: u64 = 1_000_000;

/// What the account would look like, kept apart from the gate.
struct Account {
    quantity: [f64; 2],
    held: [f64; 2],
    /// When and what was cleared.
    cleared: VecDeque<(Timestamp, OrderRequest)>,
    /// Daily returns of both symbols.
    returns: Vec<[f64; 2]>,
}

#[test]
fn no_random_order_is_cleared_beyond_a_limit() {
    let limits = RiskLimits {
        var_window_days: Some(20),
        var_confidence: Some(0.9),
        orders_per_minute_max: Some(40),
        ..all_limits()
    };
    let mut gate = gate(limits.clone());
    gate.clock(at(0.0), at(1.0));
    let mut rng = SeedStream::new(6).child("orders").rng();
    let returns = feed(&mut gate, &mut rng);
    let empty = [0.0; 2];
    let mut account = Account { quantity: empty, held: empty, cleared: VecDeque::new(), returns };
    let (mut now, mut approved) = (0.0, 0_u32);
    let mut waiting: Vec<OrderRequest> = Vec::new();
    for id in 1..=ORDERS {
        now = step(&mut rng, now);
        if rng.below(100) == 0 {
            for (quantity, held) in account.quantity.iter_mut().zip(&mut account.held) {
                *held = (rng.uniform() - 0.5) * 400.0;
                *quantity = *held + [0.0, 50.0][rng.below(2)] * (rng.uniform() - 0.5);
            }
        }
        let request = match waiting.pop() {
            Some(request) if rng.below(2) == 0 => request,
            _ => random_order(&mut rng, id, now, &account),
        };
        let mut book = random_book(&mut rng, now, &account);
        let before = book.clone();
        match gate.review(request, &mut book, at(now)) {
            Verdict::Approved(order) => {
                approved += 1;
                judge(order.request(), &before, &mut account, &limits, at(now));
                account.quantity = [book.lines[0].quantity, book.lines[1].quantity];
            }
            Verdict::Wait { request, until } => {
                assert!(until > at(now) && waiting.len() < 100);
                waiting.push(request);
            }
            Verdict::Denied(_) => {}
        }
    }
    assert!(approved > 20_000, "{approved} of {ORDERS} were cleared: the test tests nothing");
}

/// Forty days of closes; the returns of the last twenty.
fn feed(gate: &mut RiskGate, rng: &mut Rng) -> Vec<[f64; 2]> {
    let mut closes = [100.0, 100.0];
    let mut returns = Vec::new();
    for day in 0..41 {
        let before = closes;
        closes = closes.map(|close| close * (0.015 * rng.student_t(4)).exp());
        gate.closes(at(86_400.0 * f64::from(day - 60)), &closes);
        returns.push([closes[0] / before[0] - 1.0, closes[1] / before[1] - 1.0]);
    }
    returns.split_off(21)
}

/// Mostly moments later, at times hours.
fn step(rng: &mut Rng, now: f64) -> f64 {
    match rng.below(1000) {
        0 => now + 86_400.0 * rng.uniform(),
        1..100 => now + 60.0 * rng.uniform(),
        _ => now + 0.5 * rng.uniform() * rng.uniform(),
    }
}

fn random_order(rng: &mut Rng, id: u64, now: f64, account: &Account) -> OrderRequest {
    let which = rng.below(2);
    let price = |rng: &mut Rng| match rng.below(40) {
        0 => f64::NAN,
        1 => -1.0,
        2 => f64::INFINITY,
        _ => 100.0 * (1.0 + 0.05 * rng.normal()),
    };
    let kind = match rng.below(5) {
        0 => OrderKind::Limit { limit_price: price(rng) },
        1 => OrderKind::Stop { stop_price: price(rng) },
        2 => OrderKind::StopLimit { stop_price: price(rng), limit_price: price(rng) },
        3 => OrderKind::MarketOnOpen,
        _ => OrderKind::Market,
    };
    let quantity = match rng.below(20) {
        0 => [f64::NAN, f64::INFINITY, -5.0, 0.0, 1e300][rng.below(5)],
        1 => account.quantity[which].abs(),
        2..6 => [1.0, 2.0][rng.below(2)],
        _ => 150.0 * rng.uniform(),
    };
    OrderRequest {
        id: OrderId(id),
        symbol: MARKET.symbols[which].clone(),
        side: if rng.below(2) == 0 { Side::Buy } else { Side::Sell },
        quantity,
        kind,
        time_in_force: if rng.below(2) == 0 { TimeInForce::Bar } else { TimeInForce::Day },
        protects: (rng.below(20) == 0).then_some(OrderId(1)),
        decided_at: at(now),
    }
}

fn random_book(rng: &mut Rng, now: f64, account: &Account) -> Book {
    let mut lines = vec![line("SPY", 0.0), line("QQQ", 0.0)];
    let mut cash = 1e4;
    for (index, line) in lines.iter_mut().enumerate() {
        (line.quantity, line.held) = (account.quantity[index], account.held[index]);
        cash -= 100.0 * line.quantity;
        let age = rng.uniform() * [1.0, 10.0, 20.0, 200.0][rng.below(4)];
        line.bar_time = (rng.below(50) > 0).then(|| at(now - age));
        let half = [0.05, 0.6, -0.1, f64::NAN][[0, 0, 0, 0, 0, 0, 1, 2, 3][rng.below(9)]];
        let top = BookTop {
            time: at(now - rng.uniform() * [1.0, 20.0][rng.below(2)]),
            bid: 100.0 - half,
            ask: 100.0 + half,
            bid_quantity: 1.0,
            ask_quantity: 1.0,
        };
        line.top = (rng.below(50) > 0).then_some(top);
        if rng.below(100) == 0 {
            line.price = [None, Some(f64::NAN), Some(0.0)][rng.below(3)];
        }
    }
    let equity = [None, Some(f64::NAN), Some(-1.0)].get(rng.below(300)).copied();
    Book { equity: equity.unwrap_or(Some(1e4)), cash: Some(cash), lines }
}

/// Whether an order may only make the position smaller, in other words than the gate has.
fn shrinks(position: f64, signed: f64) -> bool {
    let after = position + signed;
    after.abs() < position.abs() && after * position >= -1e-6
}

/// Checks every limit from scratch.
fn judge(
    request: &OrderRequest,
    book: &Book,
    account: &mut Account,
    limits: &RiskLimits,
    now: Timestamp,
) {
    let index = usize::from(request.symbol != MARKET.symbols[0]);
    let line = &book.lines[index];
    let signed = request.signed_quantity();
    assert!(request.quantity.is_finite() && request.quantity > 0.0);
    assert_eq!((book.equity, line.price), (Some(1e4), Some(100.0)));
    let cleared = &mut account.cleared;
    let age = |time: Timestamp| (now.nanos() - time.nanos()) as f64 / 1e9;
    while cleared.front().is_some_and(|(time, _)| age(*time) >= 60.0) {
        cleared.pop_front();
    }
    assert!(cleared.iter().filter(|(time, _)| age(*time) < 1.0).count() < 5);
    assert!(cleared.len() < 40);
    let last = cleared.iter().rev();
    let is_twin = last.take_while(|(time, _)| age(*time) < 2.0).any(|(_, other)| {
        (&other.symbol, other.side, other.quantity)
            == (&request.symbol, request.side, request.quantity)
            && other.kind.limit_price() == request.kind.limit_price()
            && other.kind.stop_price() == request.kind.stop_price()
    });
    cleared.push_back((now, request.clone()));
    let is_protective = request.protects.is_some();
    if shrinks(line.quantity, signed) && (is_protective || shrinks(line.held, signed)) {
        return;
    }
    assert!(!is_twin, "{request:?}");
    let prices = [request.kind.limit_price(), request.kind.stop_price()];
    let worst = prices.into_iter().flatten().fold(100.0, f64::max);
    assert!(request.quantity <= limits.order_quantity_max.unwrap());
    assert!(request.quantity * worst <= 1e4 + 1e-6);
    for price in prices.into_iter().flatten() {
        assert!((price / 100.0 - 1.0).abs() <= 0.03 + 1e-9, "{request:?}");
        let youngest = [line.top.map(|top| age(top.time)), line.bar_time.map(age)];
        assert!(youngest.into_iter().flatten().fold(f64::INFINITY, f64::min) <= 5.0);
    }
    let top = line.top.unwrap();
    assert!(top.is_sound() && age(top.time) <= 15.0);
    if matches!(request.kind, OrderKind::Market | OrderKind::Stop { .. }) {
        assert!(top.ask - top.bid <= 1.0 + 1e-9);
    }
    let is_bar_young = age(line.bar_time.unwrap()) <= 120.0 + 1e-6;
    assert!(is_bar_young || !is_long_open(now));
    let calendar = &MARKET.calendar;
    let session = calendar.session(calendar.session_day(now)).unwrap();
    let is_open = session.is_some_and(|session| session.open <= now && now < session.close);
    assert!(is_open || request.kind == OrderKind::MarketOnOpen);
    let mut after = [book.lines[0].quantity, book.lines[1].quantity];
    after[index] += signed;
    let weights = after.map(|quantity| quantity / 100.0);
    assert!(weights[index].abs() <= 1.5 + 1e-8);
    assert!(weights[0].abs() + weights[1].abs() <= 2.0 + 1e-8);
    assert!((weights[0] + weights[1]).abs() <= 1.8 + 1e-8);
    let mut losses: Vec<f64> =
        account.returns.iter().map(|day| -(weights[0] * day[0] + weights[1] * day[1])).collect();
    losses.sort_by(|a, b| b.total_cmp(a));
    // Of twenty days at 90 %: the third worst, and the mean of the two worst.
    assert!(losses[2] <= 0.05 + 1e-9 && (losses[0] + losses[1]) / 2.0 <= 0.06 + 1e-9);
}

/// Whether the exchange has been open for longer than any bar here is old.
fn is_long_open(now: Timestamp) -> bool {
    let calendar = &MARKET.calendar;
    let session = calendar.session(calendar.session_day(now)).unwrap();
    session.is_some_and(|session| {
        now < session.close && now.nanos() - session.open.nanos() > 300_000_000_000
    })
}
