use super::*;
use crate::base::SeedStream;
use crate::domain::Side;

fn time(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(seconds)
}

fn fill(id: &str, order: u64, signed: f64) -> Fill {
    Fill {
        execution_id: id.to_owned(),
        order_id: OrderId(order),
        symbol: "SPY".parse().unwrap(),
        side: Side::of(signed),
        quantity: signed.abs(),
        price: 10.0,
        cost: 1.0,
        time: time(5),
    }
}

/// A desk with one sale of 10.
fn desk() -> OrderDesk {
    let mut desk = OrderDesk::default();
    let id = desk.number();
    desk.send(&OrderRequest::market(id, "SPY".parse().unwrap(), -10.0, time(0)), time(0));
    desk
}

fn check(fills: &[f64], state: OrderState, open: f64, excess: f64) {
    let mut desk = desk();
    let mut over = 0.0;
    for (number, &signed) in fills.iter().enumerate() {
        if let Outcome::Traded { excess, .. } = desk.fill(fill(&number.to_string(), 1, signed)) {
            over = excess;
        }
    }
    let order = desk.get(OrderId(1)).unwrap();
    assert_eq!((order.state, order.open_quantity(), over), (state, open, excess), "{fills:?}");
}

#[test]
fn fills_close_orders_and_an_excess_is_told() {
    check(&[], OrderState::Sending, -10.0, 0.0);
    check(&[-4.0], OrderState::PartlyFilled, -6.0, 0.0);
    check(&[-4.0, -6.0], OrderState::Filled, 0.0, 0.0);
    check(&[-10.0], OrderState::Filled, 0.0, 0.0);
    check(&[-11.0], OrderState::Filled, 0.0, 1.0);
    check(&[-10.0, -1.0], OrderState::Filled, 0.0, 1.0);
}

// fault: report_repeated
#[test]
fn an_execution_counts_once_whatever_is_repeated() {
    let mut desk = desk();
    assert!(matches!(desk.fill(fill("a", 1, -4.0)), Outcome::Traded { .. }));
    assert_eq!(desk.fill(fill("a", 1, -4.0)), Outcome::Known);
    assert_eq!(desk.get(OrderId(1)).unwrap().open_quantity(), -6.0);
    let wrong = Fill { quantity: f64::NAN, ..fill("b", 1, -1.0) };
    assert!(matches!(desk.fill(wrong), Outcome::Refused(_)));
}

// fault: commission_first
#[test]
fn costs_may_come_before_after_and_twice() {
    let mut desk = desk();
    assert_eq!(desk.cost("a", 3.0), None);
    let Outcome::Traded { fill: with_cost, .. } = desk.fill(fill("a", 1, -4.0)) else { panic!() };
    assert_eq!(with_cost.cost, 3.0);
    assert_eq!(desk.cost("a", 3.0), Some((0.0, with_cost.time)));
    assert_eq!(desk.cost("a", 2.5), Some((0.5, with_cost.time)));
    assert!(!desk.is_without_cost("a"));
}

// fault: correction
#[test]
fn a_correction_replaces_once() {
    let mut desk = desk();
    assert!(desk.correct("a", fill("a.2", 1, -3.0)).is_none());
    desk.fill(fill("a", 1, -4.0));
    let (old, new) = desk.correct("a", fill("a.2", 1, -3.0)).unwrap();
    assert_eq!((old.quantity, new.quantity), (4.0, 3.0));
    assert!(desk.correct("a", fill("a.2", 1, -3.0)).is_none());
    assert_eq!(desk.fill(fill("a", 1, -4.0)), Outcome::Known);
    assert_eq!(desk.get(OrderId(1)).unwrap().filled, 3.0);
}

#[test]
fn what_was_never_sent_is_refused_and_a_trade_of_it_is_told() {
    let mut desk = desk();
    assert!(matches!(desk.apply(OrderId(7), Happening::Accepted), Outcome::Refused(_)));
    assert!(matches!(desk.fill(fill("x", 7, 2.0)), Outcome::Traded { .. }));
}

// fault: partial_then_canceled
#[test]
fn a_partly_filled_order_that_is_gone_was_canceled() {
    let mut desk = desk();
    desk.fill(fill("a", 1, -4.0));
    desk.apply(OrderId(1), Happening::AnswerLost);
    assert_eq!(desk.get(OrderId(1)).unwrap().state, OrderState::Unknown);
    desk.apply(OrderId(1), Happening::SeenNowhere);
    assert_eq!(desk.get(OrderId(1)).unwrap().state, OrderState::Canceled);
}

#[test]
fn what_is_old_and_over_is_forgotten() {
    let mut desk = desk();
    desk.fill(fill("a", 1, -4.0));
    desk.forget_before(time(100));
    assert!(desk.get(OrderId(1)).is_some(), "an open order is kept");
    assert!(!desk.has("a"));
    desk.apply(OrderId(1), Happening::Canceled);
    desk.forget_before(time(100));
    assert_eq!(desk.orders().count(), 0);
    assert_eq!(desk.number(), OrderId(2));
}

/// 100,000 random histories: nothing panics, and what has traded is the sum of distinct executions.
#[test]
fn random_histories_keep_the_sum_of_their_executions() {
    let happenings = [
        Happening::Accepted,
        Happening::CancelAsked,
        Happening::CancelRefused,
        Happening::Canceled,
        Happening::Expired,
        Happening::Rejected,
        Happening::SendFailed,
        Happening::AnswerLost,
        Happening::SeenOpen,
        Happening::SeenNowhere,
    ];
    let mut rng = SeedStream::new(1).child("orders").rng();
    for _ in 0..100_000 {
        let mut desk = desk();
        let mut sum = 0.0;
        for _ in 0..12 {
            if rng.below(3) > 0 {
                desk.apply(OrderId(1), happenings[rng.below(happenings.len())]);
                continue;
            }
            let quantity = (1 + rng.below(6)) as f64;
            let id = format!("e{}", rng.below(6));
            if let Outcome::Traded { fill, .. } = desk.fill(fill(&id, 1, -quantity)) {
                sum += fill.quantity;
            }
        }
        let order = desk.get(OrderId(1)).unwrap();
        assert_eq!(order.filled, sum);
        assert!(order.open_quantity() <= 0.0 && order.open_quantity() >= -10.0);
        assert!(sum < 10.0 || !matches!(order.state, OrderState::Sending | OrderState::NotSent));
    }
}
