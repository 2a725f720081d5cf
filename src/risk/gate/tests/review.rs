//! What the gate says to single orders.

use super::*;
use crate::domain::TimeInForce;
use crate::risk::Denial;

#[test]
fn what_is_not_known_denies() {
    let check = |book: Book, request: OrderRequest, expected: &str| {
        let mut book = book;
        assert_eq!(say(&mut gate(RiskLimits::default()), request, &mut book, at(0.0)), expected);
    };
    let with = |change: fn(&mut Book)| {
        let mut book = book(0.0);
        change(&mut book);
        book
    };
    check(with(|book| book.equity = None), order(1, 1.0), "EQUITY_UNKNOWN");
    check(with(|book| book.equity = Some(f64::NAN)), order(1, 1.0), "EQUITY_UNKNOWN");
    check(with(|book| book.equity = Some(0.0)), order(1, 1.0), "EQUITY_NOT_POSITIVE");
    check(with(|book| book.equity = Some(-1.0)), order(1, 1.0), "EQUITY_NOT_POSITIVE");
    check(with(|book| book.equity = Some(f64::INFINITY)), order(1, 1.0), "EQUITY_NOT_POSITIVE");
    check(with(|book| book.lines[0].price = None), order(1, 1.0), "PRICE_UNKNOWN");
    check(with(|book| book.lines.clear()), order(1, 1.0), "PRICE_UNKNOWN");
    check(with(|book| book.lines[0].price = Some(0.0)), order(1, 1.0), "PRICE_INVALID");
    check(with(|book| book.lines[0].price = Some(f64::NAN)), order(1, 1.0), "PRICE_INVALID");
    check(with(|book| book.lines[0].held = f64::NAN), order(1, 1.0), "POSITION_INVALID");
    check(with(|book| book.lines[0].quantity = f64::INFINITY), order(1, 1.0), "POSITION_INVALID");
    for quantity in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        check(book(0.0), OrderRequest { quantity, ..order(1, 1.0) }, "QUANTITY_INVALID");
    }
    for price in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        check(book(0.0), limit_order(1, 1.0, price), "ORDER_PRICE_INVALID");
    }
}

#[test]
fn a_limit_whose_number_is_not_known_denies() {
    let check = |limits: RiskLimits, change: fn(&mut Book), expected: &str| {
        let mut book = book(0.0);
        change(&mut book);
        assert_eq!(say(&mut gate(limits), order(1, 1.0), &mut book, at(0.0)), expected);
    };
    let none = RiskLimits::default;
    let cash = RiskLimits { cash_frac_min: Some(0.0), ..none() };
    check(cash.clone(), |book| book.cash = None, "CASH_UNKNOWN");
    check(cash, |book| book.cash = Some(f64::NAN), "CASH_UNKNOWN");
    let quote = RiskLimits { quote_age_s_max: Some(15.0), ..none() };
    check(quote.clone(), |book| book.lines[0].top = None, "QUOTE_UNKNOWN");
    let crossed = |book: &mut Book| book.lines[0].top.as_mut().unwrap().bid = 100.2;
    check(quote.clone(), crossed, "QUOTE_INVALID");
    check(quote, |book| book.lines[0].top.as_mut().unwrap().bid = 0.0, "QUOTE_INVALID");
    let spread = RiskLimits { spread_frac_max: Some(0.5), ..none() };
    check(spread.clone(), |book| book.lines[0].top = None, "QUOTE_UNKNOWN");
    check(spread, |book| book.lines[0].top.as_mut().unwrap().ask = f64::NAN, "QUOTE_INVALID");
    let bar = RiskLimits { bar_age_intervals_max: Some(2.0), ..none() };
    check(bar, |book| book.lines[0].bar_time = None, "BAR_UNKNOWN");
    let skew = RiskLimits { clock_skew_s_max: Some(2.0), ..none() };
    check(skew, |_| (), "CLOCK_UNKNOWN");
    let tail = RiskLimits { var_frac_max: Some(0.5), ..none() };
    check(tail, |_| (), "HISTORY_SHORT");
    let gross = RiskLimits { gross_exposure_max: Some(9.0), ..none() };
    let unpriced = |book: &mut Book| (book.lines[1].quantity, book.lines[1].price) = (1.0, None);
    check(gross, unpriced, "PRICE_UNKNOWN");
    let collar =
        RiskLimits { price_collar_frac: Some(0.03), reference_age_s_max: Some(5.0), ..none() };
    let mut blind = book(0.0);
    (blind.lines[0].top, blind.lines[0].bar_time) = (None, None);
    let said = say(&mut gate(collar), limit_order(1, 1.0, 100.0), &mut blind, at(0.0));
    assert_eq!(said, "REFERENCE_UNKNOWN");
}

/// Beyond every limit at once, hours, quotes and clocks included.
#[test]
fn a_reduction_passes_above_every_limit() {
    let sunday: Timestamp = "2019-01-06T03:00:00Z".parse().unwrap();
    let reduce = |held: f64, signed: f64, cause: Option<HaltCause>| {
        let mut gate = gate(all_limits());
        if let Some(cause) = cause {
            let _ = gate.halt(cause, None, sunday);
            let _ = gate.halt(cause, Some(&symbol("SPY")), sunday);
        }
        let mut book = book(held);
        book.lines[0].top = None;
        (say(&mut gate, order(1, signed), &mut book, sunday), book.lines[0].quantity)
    };
    assert_eq!(reduce(400.0, -400.0, None), ("ok", 0.0));
    assert_eq!(reduce(-400.0, 300.0, None), ("ok", -100.0));
    assert_ne!(reduce(400.0, -401.0, None).0, "ok");
    assert_ne!(reduce(400.0, 1.0, None).0, "ok");
    for cause in HaltCause::ALL {
        let expected = if cause.lets_reduce() { "ok" } else { "TRADING_HALTED" };
        assert_eq!(reduce(400.0, -400.0, Some(cause)).0, expected, "{cause}");
        assert_ne!(reduce(400.0, 1.0, Some(cause)).0, "ok", "{cause}");
    }
}

#[test]
fn only_what_makes_both_the_position_and_its_future_smaller_is_a_reduction() {
    let limits = RiskLimits { order_quantity_max: Some(1.0), ..RiskLimits::default() };
    let sell = |quantity: f64, held: f64, protects: Option<OrderId>| {
        let mut book = book(held);
        book.lines[0].quantity = quantity;
        let request = OrderRequest { protects, ..order(2, -10.0) };
        say(&mut gate(limits.clone()), request, &mut book, at(0.0))
    };
    assert_eq!(sell(10.0, 10.0, None), "ok");
    // Open sales will close the position already.
    assert_eq!(sell(0.0, 10.0, None), "ORDER_QUANTITY");
    // The purchase may never be filled.
    assert_eq!(sell(10.0, 0.0, None), "ORDER_QUANTITY");
    // It becomes active with its entry only.
    assert_eq!(sell(10.0, 0.0, Some(OrderId(1))), "ok");
    // Rounding of the last digits turns nothing around.
    assert_eq!(sell(10.0 - 1e-12, 10.0 - 1e-12, None), "ok");
}

#[test]
fn protective_orders_are_not_counted_as_filled() {
    let mut gate = gate(RiskLimits::default());
    let mut book = book(10.0);
    let kind = OrderKind::Stop { stop_price: 80.0 };
    let stop = OrderRequest { protects: Some(OrderId(1)), kind, ..order(2, -10.0) };
    assert_eq!(say(&mut gate, stop, &mut book, at(0.0)), "ok");
    assert_eq!(book.lines[0].quantity, 10.0);
}

#[test]
fn a_protective_stop_may_be_far_away_and_a_limit_may_not_give_away() {
    let limits = RiskLimits { price_collar_frac: Some(0.03), ..RiskLimits::default() };
    let check = |request: OrderRequest, expected: &str| {
        assert_eq!(say(&mut gate(limits.clone()), request, &mut book(10.0), at(0.0)), expected);
    };
    let kind = OrderKind::Stop { stop_price: 80.0 };
    check(OrderRequest { protects: Some(OrderId(1)), kind, ..order(2, -10.0) }, "ok");
    check(limit_order(1, -10.0, 150.0), "ok");
    check(limit_order(1, -10.0, 96.0), "PRICE_COLLAR");
    check(limit_order(1, -20.0, 150.0), "PRICE_COLLAR");
}

#[test]
fn cleared_orders_count_as_filled() {
    let limits = RiskLimits { gross_exposure_max: Some(2.0), ..RiskLimits::default() };
    let mut gate = gate(limits);
    let mut book = book(0.0);
    assert_eq!(say(&mut gate, order(1, 120.0), &mut book, at(0.0)), "ok");
    assert_eq!(book.lines[0].quantity, 120.0);
    assert_eq!(book.cash, Some(1e4 - 120.0 * 100.1));
    assert_eq!(say(&mut gate, order(2, 120.0), &mut book, at(0.0)), "GROSS_EXPOSURE");
    assert_eq!(book.lines[0].quantity, 120.0);
}

#[test]
fn sales_make_room_for_purchases_of_the_same_decision() {
    let limits = RiskLimits {
        gross_exposure_max: Some(1.0),
        cash_frac_min: Some(0.0),
        ..RiskLimits::default()
    };
    let mut gate = gate(limits);
    let mut book = book(100.0);
    book.lines[0].top = None;
    book.lines[1].top = None;
    let buy = OrderRequest { symbol: symbol("QQQ"), ..order(1, 100.0) };
    assert_eq!(say(&mut gate, buy, &mut book, at(0.0)), "GROSS_EXPOSURE");
    assert_eq!(say(&mut gate, order(2, -100.0), &mut book, at(0.0)), "ok");
    let buy = OrderRequest { symbol: symbol("QQQ"), ..order(3, 100.0) };
    assert_eq!(say(&mut gate, buy, &mut book, at(0.0)), "ok");
    assert_eq!(book.cash, Some(0.0));
}

// fault: order_id_reuse
#[test]
fn an_order_number_is_used_once() {
    let mut gate = gate(RiskLimits::default());
    let mut book = book(0.0);
    let mut said = |id| say(&mut gate, order(id, 1.0), &mut book, at(0.0));
    // Those of one decision may come in any order.
    assert_eq!(
        [5, 5, 4, 4, 6].map(&mut said),
        ["ok", "ORDER_ID_USED", "ok", "ORDER_ID_USED", "ok"]
    );
    assert!((7..7 + 4096).all(|id| said(id) == "ok"));
    assert_eq!(said(4), "ORDER_ID_USED", "what is forgotten counts as used");
}

#[test]
fn orders_wait_five_seconds_at_most() {
    let limits = RiskLimits {
        orders_per_s_max: Some(2),
        orders_per_minute_max: Some(3),
        ..RiskLimits::default()
    };
    let mut gate = gate(limits);
    let mut book = book(0.0);
    assert_eq!(say(&mut gate, order(1, 1.0), &mut book, at(0.0)), "ok");
    assert_eq!(say(&mut gate, order(2, 1.0), &mut book, at(0.2)), "ok");
    let Verdict::Wait { request, until } = gate.review(order(3, 1.0), &mut book, at(0.5)) else {
        panic!("there is no room")
    };
    assert_eq!(until, at(1.0));
    assert_eq!(say(&mut gate, order(4, 1.0), &mut book, at(0.9)), "wait");
    assert_eq!(say(&mut gate, request, &mut book, until), "ok");
    // The minute is full until 60 s: too long to wait, but not for one that asks at 55 s.
    let verdict = gate.review(order(4, 1.0), &mut book, at(1.3));
    let denial = Denial::OrderRate { orders: 3, limit: 3, window_s: 60 };
    assert_eq!(verdict, Verdict::Denied(denial));
    assert_eq!(say(&mut gate, order(5, 1.0), &mut book, at(54.9)), "ORDER_RATE");
    assert_eq!(say(&mut gate, order(6, 1.0), &mut book, at(55.0)), "wait");
    // A reduction waits for its turn like any other.
    assert_eq!(say(&mut gate, order(7, -1.0), &mut book, at(55.0)), "wait");
    assert_eq!(say(&mut gate, order(6, 1.0), &mut book, at(60.0)), "ok");
    assert_eq!(say(&mut gate, order(7, -1.0), &mut book, at(60.0)), "ORDER_RATE");
}

#[test]
fn orders_that_were_given_up_hold_no_place_in_the_queue() {
    let limits = RiskLimits { orders_per_s_max: Some(1), ..RiskLimits::default() };
    let mut gate = gate(limits);
    let mut book = book(0.0);
    assert_eq!(say(&mut gate, order(1, 1.0), &mut book, at(0.0)), "ok");
    for id in 2..1002 {
        assert_eq!(say(&mut gate, order(id, 1.0), &mut book, at(0.5)), "wait");
    }
    assert_eq!(say(&mut gate, order(1002, 1.0), &mut book, at(0.5)), "ORDER_RATE");
    assert_eq!(say(&mut gate, order(1003, 1.0), &mut book, at(61.0)), "ok");
    assert_eq!(say(&mut gate, order(1004, 1.0), &mut book, at(61.5)), "wait");
}

#[test]
fn only_the_same_order_is_a_duplicate() {
    let limits = RiskLimits { duplicate_window_s: Some(2.0), ..RiskLimits::default() };
    let mut gate = gate(limits);
    let mut book = book(0.0);
    let mut said = |request| say(&mut gate, request, &mut book, at(0.0));
    assert_eq!(said(limit_order(1, 1.0, 99.0)), "ok");
    assert_eq!(said(limit_order(2, 1.0, 99.5)), "ok");
    assert_eq!(said(limit_order(3, 2.0, 99.0)), "ok");
    assert_eq!(said(limit_order(4, -1.0, 99.0)), "ok");
    assert_eq!(said(order(5, 1.0)), "ok");
    assert_eq!(said(OrderRequest { symbol: symbol("QQQ"), ..order(6, 1.0) }), "ok");
    assert_eq!(said(order(7, 1.0)), "DUPLICATE");
}

// fault: auction, market_closed
#[test]
fn auction_orders_and_what_waits_for_the_next_session_may_go_out_while_the_exchange_is_closed() {
    let limits = RiskLimits { outside_hours: Some(OutsideHours::Deny), ..RiskLimits::default() };
    let daily = Market { timeframe: Timeframe::Day, ..market() };
    let close: Timestamp = "2019-01-02T21:00:00Z".parse().unwrap();
    let check = |market: &Market, request: OrderRequest, expected: &str| {
        let mut gate = RiskGate::try_new(&limits, market, RiskState::default()).unwrap();
        assert_eq!(say(&mut gate, request, &mut book(0.0), close), expected);
    };
    check(&daily, order(1, 1.0), "ok");
    check(&market(), order(1, 1.0), "EXCHANGE_CLOSED");
    let day = OrderRequest { time_in_force: TimeInForce::Day, ..order(1, 1.0) };
    check(&daily, day.clone(), "EXCHANGE_CLOSED");
    check(&market(), OrderRequest { kind: OrderKind::MarketOnOpen, ..day.clone() }, "ok");
    check(&daily, OrderRequest { kind: OrderKind::MarketOnClose, ..day }, "EXCHANGE_CLOSED");
}

#[test]
fn limits_must_be_in_their_range() {
    let limits = RiskLimits { gross_exposure_max: Some(0.0), ..RiskLimits::default() };
    let error = RiskGate::try_new(&limits, &market(), RiskState::default()).unwrap_err();
    let text =
        "a risk limit must be above 0 and at most 100, was 0 (key `risk.gross_exposure_max`)";
    assert_eq!(error.to_string(), text);
}
