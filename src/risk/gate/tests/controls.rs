//! Each control below, at and above its limit.

use super::*;

/// One control: what becomes of an order where the number that it looks at has some value.
struct Control {
    name: &'static str,
    run: fn(f64) -> &'static str,
    /// The number below, at and above the limit.
    numbers: [f64; 3],
    expected: [&'static str; 3],
}

const fn control(
    name: &'static str,
    run: fn(f64) -> &'static str,
    numbers: [f64; 3],
    expected: [&'static str; 3],
) -> Control {
    Control { name, run, numbers, expected }
}

/// What the gate with these limits says to one order.
fn one(limits: RiskLimits, request: OrderRequest, mut book: Book, now: Timestamp) -> &'static str {
    say(&mut gate(limits), request, &mut book, now)
}

fn none() -> RiskLimits {
    RiskLimits::default()
}

/// An order of one share, after something happened to the gate.
fn after(limits: RiskLimits, facts: impl FnOnce(&mut RiskGate)) -> &'static str {
    let mut gate = gate(limits);
    facts(&mut gate);
    say(&mut gate, order(1, 1.0), &mut book(0.0), at(0.0))
}

/// The book with a changed line of SPY.
fn with(change: impl FnOnce(&mut BookLine)) -> Book {
    let mut book = book(0.0);
    change(&mut book.lines[0]);
    book
}

fn order_quantity(quantity: f64) -> &'static str {
    let limits = RiskLimits { order_quantity_max: Some(10.0), ..none() };
    one(limits, order(1, quantity), book(0.0), at(0.0))
}

fn order_value(quantity: f64) -> &'static str {
    let limits = RiskLimits { order_notional_max: Some(1000.0), ..none() };
    one(limits, limit_order(1, quantity, 100.0), book(0.0), at(0.0))
}

fn order_notional(quantity: f64) -> &'static str {
    let limits = RiskLimits { order_notional_frac_max: Some(0.1), ..none() };
    one(limits, limit_order(1, -quantity, 100.0), book(0.0), at(0.0))
}

fn collar_above(price: f64) -> &'static str {
    let limits = RiskLimits { price_collar_frac: Some(0.03), ..none() };
    one(limits, limit_order(1, 1.0, price), book(0.0), at(0.0))
}

fn collar_of_stop(price: f64) -> &'static str {
    let limits = RiskLimits { price_collar_frac: Some(0.03), ..none() };
    let stop = OrderRequest { kind: OrderKind::Stop { stop_price: price }, ..order(1, -1.0) };
    one(limits, stop, book(0.0), at(0.0))
}

fn reference_age(age_s: f64) -> &'static str {
    let limits =
        RiskLimits { price_collar_frac: Some(0.03), reference_age_s_max: Some(5.0), ..none() };
    one(limits, limit_order(1, 1.0, 100.0), book(0.0), at(age_s))
}

fn spread(ask: f64) -> &'static str {
    let limits = RiskLimits { spread_frac_max: Some(0.01), ..none() };
    let book = with(|line| {
        let top = line.top.as_mut().unwrap();
        (top.bid, top.ask) = (199.0, ask);
    });
    one(limits, order(1, 1.0), book, at(0.0))
}

fn weight(quantity: f64) -> &'static str {
    let limits = RiskLimits { weight_abs_max: Some(0.5), ..none() };
    one(limits, order(1, -quantity), book(-20.0), at(0.0))
}

fn gross(quantity: f64) -> &'static str {
    let limits = RiskLimits { gross_exposure_max: Some(1.0), ..none() };
    let mut book = book(20.0);
    book.lines[1].quantity = -30.0;
    one(limits, order(1, quantity), book, at(0.0))
}

fn net(quantity: f64) -> &'static str {
    let limits = RiskLimits { net_exposure_max: Some(0.5), ..none() };
    let mut book = book(0.0);
    book.lines[1].quantity = 20.0;
    one(limits, order(1, quantity), book, at(0.0))
}

fn cash(quantity: f64) -> &'static str {
    let limits = RiskLimits { cash_frac_min: Some(0.0), ..none() };
    one(limits, limit_order(1, quantity, 100.0), book(60.0), at(0.0))
}

fn duplicate(seconds_left: f64) -> &'static str {
    let limits = RiskLimits { duplicate_window_s: Some(2.0), ..none() };
    let mut gate = gate(limits);
    let mut book = book(0.0);
    assert_eq!(say(&mut gate, limit_order(1, 1.0, 99.0), &mut book, at(0.0)), "ok");
    say(&mut gate, limit_order(2, 1.0, 99.0), &mut book, at(2.0 - seconds_left))
}

/// The last of a number of orders in a second that has room for five.
fn orders_per_second(orders: f64) -> &'static str {
    let mut gate = gate(RiskLimits { orders_per_s_max: Some(5), ..none() });
    let mut book = book(0.0);
    let said = |id| say(&mut gate, order(id, 1.0), &mut book, at(0.1 * id as f64));
    (1..=orders as u64).map(said).last().unwrap()
}

/// The last of a number of orders in a minute that has room for 120: one every 0.4 s.
fn orders_per_minute(orders: f64) -> &'static str {
    let mut gate = gate(RiskLimits { orders_per_minute_max: Some(120), ..none() });
    let mut book = book(0.0);
    let said = |id| say(&mut gate, order(id, 1.0), &mut book, at(0.4 * id as f64));
    (1..=orders as u64).map(said).last().unwrap()
}

fn round_trips(trips: f64) -> &'static str {
    after(RiskLimits { round_trips_per_hour_max: Some(10), ..none() }, |gate| {
        for trip in 0..trips as u64 {
            let _ = gate.filled(&fill(3.0, at(60.0 * trip as f64 - 3000.0)));
            let _ = gate.filled(&fill(-3.0, at(60.0 * trip as f64 - 2999.0)));
        }
    })
}

fn quote_age(age_s: f64) -> &'static str {
    let limits = RiskLimits { quote_age_s_max: Some(15.0), ..none() };
    one(limits, order(1, 1.0), book(0.0), at(age_s))
}

fn bar_age(intervals: f64) -> &'static str {
    let limits = RiskLimits { bar_age_intervals_max: Some(2.0), ..none() };
    one(limits, order(1, 1.0), book(0.0), at(60.0 * intervals))
}

fn clock_skew(skew_s: f64) -> &'static str {
    after(RiskLimits { clock_skew_s_max: Some(2.0), ..none() }, |gate| {
        gate.clock(at(0.0), at(-skew_s));
    })
}

/// An order some seconds after the open at 09:30, which is 1800 s before 10:00.
fn opening(seconds: f64) -> &'static str {
    let limits = RiskLimits { outside_hours: Some(OutsideHours::Deny), ..none() };
    one(limits, order(1, 1.0), book(0.0), at(seconds - 1800.0))
}

/// An order some seconds after the early close at 13:00 on the day after Thanksgiving.
fn early_close(seconds: f64) -> &'static str {
    let limits = RiskLimits { outside_hours: Some(OutsideHours::Deny), ..none() };
    let close: Timestamp = "2019-11-29T18:00:00Z".parse().unwrap();
    one(limits, order(1, 1.0), book(0.0), close.saturating_add_nanos((seconds * 1e9) as i64))
}

fn daily_loss(equity: f64) -> &'static str {
    after(RiskLimits { daily_loss_frac_max: Some(0.02), ..none() }, |gate| {
        let _ = gate.value(at(-3600.0), 1e4);
        let _ = gate.value(at(0.0), equity);
    })
}

fn drawdown(equity: f64) -> &'static str {
    after(RiskLimits { drawdown_frac_max: Some(0.1), ..none() }, |gate| {
        let _ = gate.value(at(-86_400.0 * 9.0), 1e4);
        let _ = gate.value(at(0.0), equity);
    })
}

/// A hundred days, each of which loses one basis point more than the one before.
fn fall(gate: &mut RiskGate) {
    let (mut close, mut time) = (100.0, at(-86_400.0 * 200.0));
    gate.closes(time, &[close, 1.0]);
    for day in 0..100 {
        close *= 1.0 - 1e-4 * f64::from(day);
        time = time.saturating_add_nanos(86_400_000_000_000);
        gate.closes(time, &[close, 1.0]);
    }
}

/// The second largest loss of 100 days is 0.98 %.
fn value_at_risk(quantity: f64) -> &'static str {
    let mut gate = gate(RiskLimits { var_frac_max: Some(0.0049), ..none() });
    fall(&mut gate);
    say(&mut gate, order(1, quantity), &mut book(0.0), at(0.0))
}

/// The largest is 0.99 %.
fn expected_shortfall(quantity: f64) -> &'static str {
    let mut gate = gate(RiskLimits { cvar_frac_max: Some(0.00495), ..none() });
    fall(&mut gate);
    say(&mut gate, order(1, quantity), &mut book(0.0), at(0.0))
}

fn reject_storm(rejects: f64) -> &'static str {
    after(RiskLimits { rejects_per_minute_max: Some(5), ..none() }, |gate| {
        for reject in 0..rejects as u64 {
            let _ = gate.rejected(at(reject as f64 - 60.0));
        }
    })
}

fn reconcile_gap(seconds: f64) -> &'static str {
    after(RiskLimits { reconcile_gap_s_max: Some(30.0), ..none() }, |gate| {
        let _ = gate.compared(at(-seconds), differing(true));
        let _ = gate.compared(at(0.0), differing(true));
        // They agree again; a halt stays.
        let _ = gate.compared(at(0.0), differing(false));
    })
}

fn bad_signals(bad: f64) -> &'static str {
    after(RiskLimits { bad_signals_max: Some(3), ..none() }, |gate| {
        for _ in 0..bad as u64 {
            let _ = gate.signal_was(at(0.0), false);
        }
    })
}

/// The causes that somebody else finds: none, one, and a second one.
fn told(cause: HaltCause, number: f64) -> &'static str {
    after(none(), |gate| {
        for _ in 0..number as u64 {
            let _ = gate.halt(cause, None, at(0.0));
        }
    })
}

fn killed(number: f64) -> &'static str {
    told(HaltCause::Killed, number)
}

fn dead_man(number: f64) -> &'static str {
    told(HaltCause::DeadMan, number)
}

fn stray(number: f64) -> &'static str {
    told(HaltCause::Stray, number)
}

fn over_fill(number: f64) -> &'static str {
    after(none(), |gate| {
        for _ in 0..number as u64 {
            let _ = gate.over_filled(&symbol("SPY"), at(0.0));
        }
    })
}

const CONTROLS: [Control; 32] = [
    control("order quantity", order_quantity, [9.9, 10.0, 10.1], ["ok", "ok", "ORDER_QUANTITY"]),
    control("order value", order_value, [9.9, 10.0, 10.1], ["ok", "ok", "ORDER_VALUE"]),
    control("order notional", order_notional, [9.9, 10.0, 10.1], ["ok", "ok", "ORDER_NOTIONAL"]),
    control("collar", collar_above, [102.9, 103.0, 103.1], ["ok", "ok", "PRICE_COLLAR"]),
    control("collar below", collar_above, [97.1, 97.0, 96.9], ["ok", "ok", "PRICE_COLLAR"]),
    control("collar of a stop", collar_of_stop, [97.1, 97.0, 96.9], ["ok", "ok", "PRICE_COLLAR"]),
    control("reference age", reference_age, [4.9, 5.0, 5.1], ["ok", "ok", "REFERENCE_STALE"]),
    control("spread", spread, [200.9, 201.0, 201.1], ["ok", "ok", "SPREAD"]),
    control("symbol weight", weight, [29.9, 30.0, 30.1], ["ok", "ok", "SYMBOL_WEIGHT"]),
    control("gross", gross, [49.9, 50.0, 50.1], ["ok", "ok", "GROSS_EXPOSURE"]),
    control("net", net, [29.9, 30.0, 30.1], ["ok", "ok", "NET_EXPOSURE"]),
    control("net short", net, [-69.9, -70.0, -70.1], ["ok", "ok", "NET_EXPOSURE"]),
    control("buying power", cash, [39.9, 40.0, 40.1], ["ok", "ok", "CASH"]),
    control("duplicate", duplicate, [-0.1, 0.0, 0.1], ["ok", "ok", "DUPLICATE"]),
    control("orders a second", orders_per_second, [4.0, 5.0, 6.0], ["ok", "ok", "wait"]),
    control(
        "orders a minute",
        orders_per_minute,
        [119.0, 120.0, 121.0],
        ["ok", "ok", "ORDER_RATE"],
    ),
    control("round trips", round_trips, [9.0, 10.0, 11.0], ["ok", "ok", "SYMBOL_HALTED"]),
    control("quote age", quote_age, [14.9, 15.0, 15.1], ["ok", "ok", "QUOTE_STALE"]),
    control("bar age", bar_age, [1.9, 2.0, 2.1], ["ok", "ok", "BAR_STALE"]),
    control("clock behind", clock_skew, [1.9, 2.0, 2.1], ["ok", "ok", "CLOCK_SKEW"]),
    control("clock ahead", clock_skew, [-1.9, -2.0, -2.1], ["ok", "ok", "CLOCK_SKEW"]),
    control("open", opening, [0.1, 0.0, -0.1], ["ok", "ok", "EXCHANGE_CLOSED"]),
    control(
        "early close",
        early_close,
        [-0.1, 0.0, 0.1],
        ["ok", "EXCHANGE_CLOSED", "EXCHANGE_CLOSED"],
    ),
    control(
        "daily loss",
        daily_loss,
        [9801.0, 9800.0, 9799.0],
        ["ok", "TRADING_REDUCING", "TRADING_REDUCING"],
    ),
    control(
        "drawdown",
        drawdown,
        [9001.0, 9000.0, 8999.0],
        ["ok", "TRADING_HALTED", "TRADING_HALTED"],
    ),
    control("value at risk", value_at_risk, [49.9, 50.0, 50.1], ["ok", "ok", "VALUE_AT_RISK"]),
    control(
        "shortfall",
        expected_shortfall,
        [49.9, 50.0, 50.1],
        ["ok", "ok", "EXPECTED_SHORTFALL"],
    ),
    control(
        "reject storm",
        reject_storm,
        [4.0, 5.0, 6.0],
        ["ok", "TRADING_HALTED", "TRADING_HALTED"],
    ),
    control("reconcile gap", reconcile_gap, [29.9, 30.0, 30.1], ["ok", "ok", "SYMBOL_HALTED"]),
    control(
        "bad signals",
        bad_signals,
        [2.0, 3.0, 4.0],
        ["ok", "TRADING_HALTED", "TRADING_HALTED"],
    ),
    control("kill", killed, [0.0, 1.0, 2.0], ["ok", "TRADING_HALTED", "TRADING_HALTED"]),
    control("over-fill", over_fill, [0.0, 1.0, 2.0], ["ok", "SYMBOL_HALTED", "SYMBOL_HALTED"]),
];

#[test]
fn each_control_below_at_and_above_its_limit() {
    for Control { name, run, numbers, expected } in CONTROLS {
        assert_eq!(numbers.map(run), expected, "{name} at {numbers:?}");
    }
    for run in [dead_man, stray] {
        assert_eq!([0.0, 1.0, 2.0].map(run), ["ok", "TRADING_HALTED", "TRADING_HALTED"]);
    }
}

#[test]
fn without_limits_only_unsound_numbers_deny() {
    let request = OrderRequest { quantity: 1e9, ..order(1, 1.0) };
    let mut alone = with(|line| (line.top, line.bar_time) = (None, None));
    alone.cash = None;
    let sunday: Timestamp = "2019-01-06T03:00:00Z".parse().unwrap();
    assert_eq!(one(none(), request, alone, sunday), "ok");
}
