//! What all tests of the gate begin with.

mod controls;
mod facts;
mod random;
mod restart;
mod review;

use std::sync::LazyLock;

use super::*;
use crate::base::Timestamp;
use crate::config::{OutsideHours, RiskLimits};
use crate::domain::{
    BookTop, Calendar, CalendarName, Fill, OrderId, OrderKind, OrderRequest, Side, Symbol,
    Timeframe,
};
use crate::risk::{Book, BookLine, HaltCause, Market, RiskState, TradingState};

/// 10:00 in New York on a Wednesday.
const NOW: &str = "2019-01-02T15:00:00Z";

fn symbol(name: &str) -> Symbol {
    name.parse().unwrap()
}

fn at(seconds: f64) -> Timestamp {
    NOW.parse::<Timestamp>().unwrap().saturating_add_nanos((seconds * 1e9).round() as i64)
}

static MARKET: LazyLock<Market> = LazyLock::new(|| Market {
    symbols: vec![symbol("SPY"), symbol("QQQ")],
    timeframe: Timeframe::Seconds(60),
    calendar: Calendar::new(CalendarName::Xnys),
});

fn market() -> Market {
    MARKET.clone()
}

fn line(name: &str, quantity: f64) -> BookLine {
    let top =
        BookTop { time: at(0.0), bid: 99.9, ask: 100.1, bid_quantity: 1.0, ask_quantity: 1.0 };
    BookLine {
        symbol: symbol(name),
        quantity,
        held: quantity,
        price: Some(100.0),
        top: Some(top),
        bar_time: Some(at(0.0)),
    }
}

/// An account of 10,000 that holds some SPY and no QQQ; prices are 100.
fn book(spy: f64) -> Book {
    let cash = 1e4 - 100.0 * spy;
    Book { equity: Some(1e4), cash: Some(cash), lines: vec![line("SPY", spy), line("QQQ", 0.0)] }
}

fn order(id: u64, signed: f64) -> OrderRequest {
    OrderRequest::market(OrderId(id), symbol("SPY"), signed, at(0.0))
}

fn limit_order(id: u64, signed: f64, limit_price: f64) -> OrderRequest {
    OrderRequest { kind: OrderKind::Limit { limit_price }, ..order(id, signed) }
}

fn fill(signed: f64, time: Timestamp) -> Fill {
    Fill {
        execution_id: "x".to_owned(),
        order_id: OrderId(1),
        symbol: symbol("SPY"),
        side: Side::of(signed),
        quantity: signed.abs(),
        price: 100.0,
        cost: 0.0,
        time,
    }
}

#[expect(clippy::needless_pass_by_value, reason = "limits are written where they are used")]
fn gate(limits: RiskLimits) -> RiskGate {
    RiskGate::try_new(&limits, &market(), RiskState::default()).unwrap()
}

/// The code of what the gate says.
fn say(
    gate: &mut RiskGate,
    request: OrderRequest,
    book: &mut Book,
    now: Timestamp,
) -> &'static str {
    match gate.review(request, book, now) {
        Verdict::Approved(_) => "ok",
        Verdict::Denied(denial) => denial.code(),
        Verdict::Wait { .. } => "wait",
    }
}

/// Limits that all bind somewhere.
fn all_limits() -> RiskLimits {
    RiskLimits {
        order_quantity_max: Some(120.0),
        order_notional_max: Some(11_000.0),
        order_notional_frac_max: Some(1.0),
        price_collar_frac: Some(0.03),
        reference_age_s_max: Some(5.0),
        spread_frac_max: Some(0.01),
        weight_abs_max: Some(1.5),
        gross_exposure_max: Some(2.0),
        net_exposure_max: Some(1.8),
        cash_frac_min: Some(-1.0),
        duplicate_window_s: Some(2.0),
        orders_per_s_max: Some(5),
        orders_per_minute_max: Some(120),
        round_trips_per_hour_max: Some(10),
        quote_age_s_max: Some(15.0),
        bar_age_intervals_max: Some(2.0),
        clock_skew_s_max: Some(2.0),
        outside_hours: Some(OutsideHours::Deny),
        daily_loss_frac_max: Some(0.02),
        drawdown_frac_max: Some(0.1),
        var_frac_max: Some(0.05),
        cvar_frac_max: Some(0.06),
        rejects_per_minute_max: Some(5),
        reconcile_gap_s_max: Some(30.0),
        bad_signals_max: Some(3),
        heartbeat_s_max: Some(30.0),
        ..RiskLimits::default()
    }
}

/// SPY, if it differs.
fn differing(differs: bool) -> &'static [Symbol] {
    if differs { &MARKET.symbols[..1] } else { &[] }
}
