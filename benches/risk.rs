//! One review by the risk gate with every limit set. Prints one JSON document: microseconds at the middle and in the tail.
//!
//! Each review is of a new order against the account as the orders before have left it. Numbers hold for a book of a
//! given size with 252 days of history, for each way to estimate the tail.
#![expect(clippy::expect_used, reason = "a benchmark that cannot be set up should stop")]
#![expect(clippy::print_stdout, reason = "the answer of a benchmark")]

use releat::base::{SeedStream, Stopwatch, Timestamp};
use releat::config::{OutsideHours, RiskLimits, VarMethod};
use releat::domain::{
    BookTop, Calendar, CalendarName, OrderId, OrderKind, OrderRequest, Symbol, Timeframe,
};
use releat::risk::{Book, BookLine, Market, RiskGate, RiskState, Verdict};

const REVIEWS: u64 = 200_000;
const DAY_NANOS: i64 = 86_400_000_000_000;

fn limits(method: VarMethod) -> RiskLimits {
    RiskLimits {
        order_quantity_max: Some(1e4),
        order_notional_max: Some(1e5),
        order_notional_frac_max: Some(0.1),
        price_collar_frac: Some(0.03),
        reference_age_s_max: Some(5.0),
        spread_frac_max: Some(0.01),
        weight_abs_max: Some(0.5),
        gross_exposure_max: Some(1.0),
        net_exposure_max: Some(1.0),
        cash_frac_min: Some(0.0),
        duplicate_window_s: Some(2.0),
        orders_per_s_max: Some(1000),
        orders_per_minute_max: Some(60_000),
        round_trips_per_hour_max: Some(10),
        quote_age_s_max: Some(15.0),
        bar_age_intervals_max: Some(2.0),
        clock_skew_s_max: Some(2.0),
        outside_hours: Some(OutsideHours::Deny),
        daily_loss_frac_max: Some(0.02),
        drawdown_frac_max: Some(0.1),
        var_frac_max: Some(0.5),
        cvar_frac_max: Some(0.5),
        var_method: Some(method),
        rejects_per_minute_max: Some(5),
        reconcile_gap_s_max: Some(30.0),
        bad_signals_max: Some(3),
        heartbeat_s_max: Some(30.0),
        ..RiskLimits::default()
    }
}

fn market(symbols: usize) -> Market {
    let symbol = |index: usize| format!("SYM{index}").parse().expect("a symbol");
    Market {
        symbols: (0..symbols).map(symbol).collect::<Vec<Symbol>>(),
        timeframe: Timeframe::Seconds(60),
        calendar: Calendar::new(CalendarName::Xnys),
    }
}

fn book(market: &Market, now: Timestamp) -> Book {
    let top = BookTop { time: now, bid: 99.99, ask: 100.01, bid_quantity: 1.0, ask_quantity: 1.0 };
    let line = |symbol: &Symbol| BookLine {
        symbol: symbol.clone(),
        quantity: 1.0,
        held: 1.0,
        price: Some(100.0),
        top: Some(top),
        // So that the hours between bar and order have to be looked up.
        bar_time: Some(now.saturating_add_nanos(-30_000_000_000)),
    };
    let lines = market.symbols.iter().map(line).collect();
    Book { equity: Some(1e6), cash: Some(9e5), lines }
}

/// Microseconds of each review, sorted, and how many orders were cleared.
fn measure(symbols: usize, method: VarMethod) -> (Vec<f64>, usize) {
    let market = market(symbols);
    let open: Timestamp = "2019-01-02T15:00:00Z".parse().expect("a time");
    let mut gate =
        RiskGate::try_new(&limits(method), &market, RiskState::default()).expect("a gate");
    let mut rng = SeedStream::new(1).child("risk").rng();
    for day in 0..260 {
        let closes: Vec<f64> = (0..symbols).map(|_| 100.0 * (0.01 * rng.normal()).exp()).collect();
        gate.closes(open.saturating_add_nanos(DAY_NANOS * (day - 300)), &closes);
    }
    gate.clock(open, open);
    let (mut micros, mut cleared) = (Vec::new(), 0);
    let (mut now, mut account) = (open, book(&market, open));
    for id in 0..REVIEWS {
        if id % 200 == 0 {
            // The next 2 s: as many orders as fill the windows that the checks walk through.
            now = open.saturating_add_nanos(i64::try_from(id).expect("small") * 10_000_000);
            account = book(&market, now);
        }
        let symbol = market.symbols[rng.below(symbols)].clone();
        let signed = (1.0 + 9.0 * rng.uniform()) * [1.0, -1.0][rng.below(2)];
        let mut request = OrderRequest::market(OrderId(id + 1), symbol, signed, now);
        if id % 2 == 0 {
            request.kind = OrderKind::Limit { limit_price: 100.0 + rng.normal() };
        }
        let clock = Stopwatch::start();
        let verdict = gate.review(request, &mut account, now);
        micros.push(clock.seconds() * 1e6);
        cleared += usize::from(matches!(verdict, Verdict::Approved(_)));
    }
    micros.sort_by(f64::total_cmp);
    (micros, cleared)
}

fn main() {
    let methods = [
        ("historical", VarMethod::Historical),
        ("parametric", VarMethod::Parametric),
        ("monte_carlo", VarMethod::MonteCarlo),
    ];
    let mut rows = Vec::new();
    for symbols in [3, 50] {
        for (name, method) in methods {
            let (micros, cleared) = measure(symbols, method);
            let at = |share: f64| micros[(share * (micros.len() - 1) as f64) as usize];
            rows.push(format!(
                r#"{{"symbols":{symbols},"var_method":"{name}","reviews":{REVIEWS},"cleared":{cleared},"p50_us":{:.2},"p99_us":{:.2},"p999_us":{:.2},"most_us":{:.1}}}"#,
                at(0.5),
                at(0.99),
                at(0.999),
                at(1.0)
            ));
        }
    }
    println!(r#"{{"schema_version":1,"bench":"risk","rows":[{}]}}"#, rows.join(","));
}
