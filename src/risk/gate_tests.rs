use super::*;
use crate::base::{SeedStream, Timestamp};
use crate::domain::{OrderId, Side, Symbol};
use crate::risk::BookLine;

const LIMITS: Trade = Trade { max_order_frac: 1.5, max_gross_exposure: 2.0 };

fn symbol(name: &str) -> Symbol {
    name.parse().unwrap()
}

fn line(name: &str, quantity: f64, price: Option<f64>) -> BookLine {
    BookLine { symbol: symbol(name), quantity, price }
}

fn book(equity: Option<f64>, spy: f64) -> Book {
    Book { equity, lines: vec![line("SPY", spy, Some(100.0)), line("QQQ", 0.0, None)] }
}

fn order(name: &str, signed: f64) -> OrderRequest {
    OrderRequest {
        id: OrderId(1),
        symbol: symbol(name),
        side: if signed < 0.0 { Side::Sell } else { Side::Buy },
        quantity: signed.abs(),
        decided_at: Timestamp::from_seconds(0),
    }
}

fn check(mut book: Book, order: OrderRequest, expected: &str) {
    let found = match RiskGate::try_new(&LIMITS).unwrap().review(order, &mut book) {
        Verdict::Approved(_) => "ok",
        Verdict::Denied(denial) => denial.code(),
    };
    assert_eq!(found, expected, "{book:?}");
}

#[test]
fn each_limit_below_at_and_above() {
    let flat = || book(Some(1e4), 0.0);
    check(flat(), order("SPY", 149.9), "ok");
    check(flat(), order("SPY", 150.0), "ok");
    check(flat(), order("SPY", 150.1), "ORDER_NOTIONAL");
    check(flat(), order("SPY", -150.1), "ORDER_NOTIONAL");
    check(book(Some(1e4), 100.0), order("SPY", 99.9), "ok");
    check(book(Some(1e4), 100.0), order("SPY", 100.0), "ok");
    check(book(Some(1e4), 100.0), order("SPY", 100.1), "GROSS_EXPOSURE");
    check(book(Some(1e4), -100.0), order("SPY", -100.1), "GROSS_EXPOSURE");
}

#[test]
fn a_reduction_passes_above_every_limit() {
    check(book(Some(1e4), 400.0), order("SPY", -400.0), "ok");
    check(book(Some(1e4), -400.0), order("SPY", 300.0), "ok");
    check(book(Some(1e4), 400.0), order("SPY", -401.0), "ORDER_NOTIONAL");
}

#[test]
fn what_is_not_known_denies() {
    check(book(None, 0.0), order("SPY", 1.0), "EQUITY_UNKNOWN");
    check(book(Some(f64::NAN), 0.0), order("SPY", 1.0), "EQUITY_UNKNOWN");
    check(book(Some(0.0), 0.0), order("SPY", 1.0), "EQUITY_NOT_POSITIVE");
    check(book(Some(f64::INFINITY), 0.0), order("SPY", 1.0), "EQUITY_NOT_POSITIVE");
    check(book(Some(1e4), 0.0), order("QQQ", 1.0), "PRICE_UNKNOWN");
    check(book(Some(1e4), 0.0), order("IWM", 1.0), "PRICE_UNKNOWN");
    for price in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let lines = vec![line("SPY", 0.0, Some(price))];
        check(Book { equity: Some(1e4), lines }, order("SPY", 1.0), "PRICE_INVALID");
    }
    let lines = vec![line("SPY", 0.0, Some(100.0)), line("QQQ", 1.0, None)];
    check(Book { equity: Some(1e4), lines }, order("SPY", 1.0), "PRICE_UNKNOWN");
}

#[test]
fn a_quantity_is_a_positive_number() {
    for quantity in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let request = OrderRequest { quantity, ..order("SPY", 1.0) };
        check(book(Some(1e4), 0.0), request, "QUANTITY_INVALID");
    }
}

#[test]
fn cleared_orders_count_as_filled() {
    let gate = RiskGate::try_new(&LIMITS).unwrap();
    let mut book = book(Some(1e4), 0.0);
    assert!(matches!(gate.review(order("SPY", 120.0), &mut book), Verdict::Approved(_)));
    assert_eq!(book.lines[0].quantity, 120.0);
    assert!(matches!(gate.review(order("SPY", 120.0), &mut book), Verdict::Denied(_)));
    assert_eq!(book.lines[0].quantity, 120.0);
}

#[test]
fn no_random_order_is_cleared_beyond_a_limit() {
    let gate = RiskGate::try_new(&LIMITS).unwrap();
    let mut rng = SeedStream::new(3).rng();
    for _ in 0..100_000 {
        let mut book = book(Some(1e4), 400.0 * (rng.uniform() - 0.5));
        let before = book.lines[0].quantity;
        let request = order("SPY", 800.0 * (rng.uniform() - 0.5));
        let quantity = request.quantity;
        if matches!(gate.review(request, &mut book), Verdict::Approved(_)) {
            let after = book.lines[0].quantity;
            let reduced = after.abs() < before.abs() && after * before >= 0.0;
            assert!(reduced || quantity <= 150.0, "{before} {quantity}");
            assert!(after.abs() <= before.abs() || after.abs() <= 200.0, "{before} {after}");
        }
    }
}

#[test]
fn limits_must_be_positive() {
    let error = RiskGate::try_new(&Trade { max_order_frac: 0.0, ..LIMITS }).unwrap_err();
    assert!(error.to_string().ends_with("was 0 (key `trade.max_order_frac`)"), "{error}");
    assert!(RiskGate::try_new(&Trade { max_gross_exposure: f64::NAN, ..LIMITS }).is_err());
}
