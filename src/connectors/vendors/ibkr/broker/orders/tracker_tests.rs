//! Messages in, events out.

use std::collections::BTreeMap;

use ibapi::contracts::Contract;
use ibapi::orders::{
    CommissionReport, Execution, ExecutionData, ExecutionSide, Order, OrderData, OrderState,
    OrderStatus, OrderStatusKind,
};

use super::super::values::Moment;
use super::{References, Tracker, stem};
use crate::base::Timestamp;
use crate::domain::{OrderId, OrderRequest};
use crate::ports::{BrokerEvent, OrderEnd};

const WIRE: i32 = 41;
const NOW: Moment = Moment { time: Timestamp::from_seconds(7), at: 0.0 };

fn tracker() -> Tracker {
    let symbols = BTreeMap::from([(756, "SPY".parse().unwrap())]);
    Tracker::new(References::new("s"), "DU1", "USD", 17, symbols)
}

fn with_order(quantity: f64) -> Tracker {
    let mut tracker = tracker();
    let symbol = "SPY".parse().unwrap();
    let request = OrderRequest::market(OrderId(3), symbol, quantity, Timestamp::default());
    tracker.submitting(&request, WIRE);
    tracker
}

fn status(kind: OrderStatusKind, filled: f64) -> OrderStatus {
    OrderStatus { order_id: WIRE, status: kind, filled, client_id: 17, ..OrderStatus::default() }
}

fn execution(id: &str, shares: f64, price: f64) -> ExecutionData {
    let execution = Execution {
        order_id: WIRE,
        client_id: 17,
        execution_id: id.to_owned(),
        time: "20260102-15:30:00".to_owned(),
        account_number: "DU1".to_owned(),
        side: ExecutionSide::Bought,
        shares,
        price,
        order_reference: "releat-s-3".to_owned(),
        ..Execution::default()
    };
    let contract = Contract { contract_id: 756, ..Contract::default() };
    ExecutionData { request_id: -1, contract, execution }
}

fn commission(id: &str, commission: f64) -> CommissionReport {
    let (execution_id, currency) = (id.to_owned(), "USD".to_owned());
    CommissionReport { execution_id, commission, currency, ..CommissionReport::default() }
}

fn open_order(reference: &str, wire: i32, kind: OrderStatusKind) -> OrderData {
    OrderData {
        order_id: wire,
        contract: Contract { contract_id: 756, ..Contract::default() },
        order: Order {
            order_ref: reference.to_owned(),
            account: "DU1".to_owned(),
            client_id: 17,
            total_quantity: 10.0,
            ..Order::default()
        },
        order_state: OrderState { status: kind, ..OrderState::default() },
    }
}

fn names(events: &[BrokerEvent]) -> Vec<String> {
    events
        .iter()
        .map(|event| match event {
            BrokerEvent::Accepted { .. } => "accepted".to_owned(),
            BrokerEvent::Filled(fill) => format!("filled {} at {}", fill.quantity, fill.price),
            BrokerEvent::Corrected { fill, .. } => {
                format!("corrected {} at {}", fill.quantity, fill.price)
            }
            BrokerEvent::CostKnown { execution_id, cost, .. } => {
                format!("{execution_id} cost {cost}")
            }
            BrokerEvent::Canceled { .. } => "canceled".to_owned(),
            BrokerEvent::Expired { .. } => "expired".to_owned(),
            BrokerEvent::CancelRefused { .. } => "cancel refused".to_owned(),
            BrokerEvent::Rejected { reason, .. } => format!("rejected {reason:?}"),
            other => format!("{other:?}"),
        })
        .collect()
}

// fault: status_missing
#[test]
fn guard_status_quantities_come_from_executions_only() {
    let mut tracker = with_order(10.0);
    let told = tracker.status(&status(OrderStatusKind::Filled, 10.0), NOW);
    assert!(told.is_empty(), "a status fills nothing");
    assert_eq!(tracker.filled(OrderId(3)), 0.0);
    let told = tracker.execution(&execution("a.b.01.01", 10.0, 100.0), NOW);
    assert_eq!(names(&told), ["filled 10 at 100"]);
    assert_eq!(tracker.end(OrderId(3)), Some(OrderEnd::Filled));
    assert!(tracker.open().is_empty());
}

// fault: report_repeated
#[test]
fn guard_repeated_status_and_executions_count_once() {
    let mut tracker = with_order(10.0);
    let submitted = status(OrderStatusKind::Submitted, 0.0);
    assert_eq!(names(&tracker.status(&submitted, NOW)), ["accepted"]);
    assert!(tracker.status(&submitted, NOW).is_empty());
    let trade = execution("a.b.01.01", 4.0, 100.0);
    assert_eq!(tracker.execution(&trade, NOW).len(), 1);
    for _ in 0..3 {
        assert!(tracker.execution(&trade, NOW).is_empty());
    }
    assert_eq!(tracker.filled(OrderId(3)), 4.0);
}

// fault: fill_before_acceptance
#[test]
fn guard_fill_before_acceptance() {
    let mut tracker = with_order(10.0);
    let first = tracker.execution(&execution("a.b.01.01", 4.0, 100.0), NOW);
    let second = tracker.status(&status(OrderStatusKind::Submitted, 4.0), NOW);
    assert_eq!(names(&first), ["filled 4 at 100"]);
    assert_eq!(names(&second), ["accepted"]);
}

// fault: correction
#[test]
fn guard_execution_revision_corrects_the_stem() {
    assert_eq!(stem("0000e0d5.6123ab12.01.02"), ("0000e0d5.6123ab12.01", 2));
    assert_eq!(stem("plain"), ("plain", 1));
    assert_eq!(stem("two.01"), ("two.01", 1));
    let mut tracker = with_order(10.0);
    tracker.execution(&execution("a.b.01.01", 10.0, 100.0), NOW);
    let told = tracker.execution(&execution("a.b.01.02", 10.0, 99.5), NOW);
    assert_eq!(names(&told), ["corrected 10 at 99.5"]);
    let BrokerEvent::Corrected { execution_id, fill } = &told[0] else { panic!() };
    assert_eq!((&**execution_id, &*fill.execution_id), ("a.b.01", "a.b.01"));
    let late = tracker.execution(&execution("a.b.01.01", 10.0, 100.0), NOW);
    assert!(late.is_empty(), "the last revision wins");
    let told = tracker.execution(&execution("a.b.01.03", 0.0, 0.0), NOW);
    assert_eq!(names(&told), ["corrected 0 at 0"], "a bust");
    assert_eq!(tracker.filled(OrderId(3)), 0.0);
    let told = with_order(10.0).execution(&execution("c.d.01.02", 1.0, 5.0), NOW);
    assert_eq!(names(&told), ["filled 1 at 5", "corrected 1 at 5"], "seen by its revision first");
}

// fault: numbers_unset
#[test]
fn guard_sentinels_never_reach_fills() {
    let unset = [f64::MAX, -f64::MAX, f64::NAN, f64::INFINITY, f64::NEG_INFINITY];
    for bad in unset {
        let mut tracker = with_order(10.0);
        assert!(tracker.execution(&execution("a.b.01.01", bad, 100.0), NOW).is_empty());
        assert!(tracker.execution(&execution("a.b.01.01", 10.0, bad), NOW).is_empty());
        assert_eq!(tracker.take_doubts().len(), 2, "what cannot be read is looked up");
        tracker.execution(&execution("a.b.01.01", 10.0, 100.0), NOW);
        assert_eq!(tracker.commission(&commission("a.b.01.01", bad), NOW), None);
        let told = tracker.status(&status(OrderStatusKind::Submitted, bad), NOW);
        assert!(names(&told).len() < 2);
        assert!(tracker.executions().fills().all(|fill| fill.cost == 0.0));
    }
    let mut tracker = with_order(10.0);
    assert!(tracker.execution(&execution("a.b.01.01", 2_147_483_647.0, 1.0), NOW).is_empty());
}

// fault: commission_first
#[test]
fn guard_commission_before_after_and_absent() {
    let mut tracker = with_order(10.0);
    assert_eq!(tracker.commission(&commission("a.b.01.01", 1.25), NOW), None);
    let told = tracker.execution(&execution("a.b.01.01", 10.0, 100.0), NOW);
    let BrokerEvent::Filled(fill) = &told[0] else { panic!() };
    assert_eq!(fill.cost, 1.25);
    assert_eq!(tracker.commission(&commission("a.b.01.01", 1.25), NOW), None, "once");
    tracker.execution(&execution("a.b.02.01", 1.0, 100.0), NOW);
    let absent = CommissionReport { currency: String::new(), ..commission("a.b.02.01", 0.0) };
    assert_eq!(tracker.commission(&absent, NOW), None, "absent is not free");
    let other = CommissionReport { currency: "EUR".to_owned(), ..commission("a.b.02.01", 1.0) };
    assert_eq!(tracker.commission(&other, NOW), None, "another currency");
    let told = tracker.commission(&commission("a.b.02.01", 1.0), NOW).unwrap();
    assert_eq!(names(&[told]), ["a.b.02 cost 1"]);
}

// fault: code_110, codes_201_203
#[test]
fn guard_201_203_110_10243_end_an_order() {
    for code in [201, 203, 110, 10_243, 321, 9_999] {
        let mut tracker = with_order(10.0);
        let told = tracker.notice(WIRE, code, "no", NOW);
        assert_eq!(names(&told), [format!("rejected Venue(\"{code} no\")")]);
        let told = tracker.status(&status(OrderStatusKind::Inactive, 0.0), NOW);
        assert!(told.is_empty(), "once");
        assert!(tracker.open().is_empty());
    }
}

// fault: code_202, fill_after_cancel
#[test]
fn guard_202_cancels_unless_filled() {
    let mut tracker = with_order(10.0);
    assert_eq!(names(&tracker.notice(WIRE, 202, "Order Canceled - reason:", NOW)), ["canceled"]);
    assert!(tracker.status(&status(OrderStatusKind::Cancelled, 0.0), NOW).is_empty());
    let late = tracker.execution(&execution("a.b.01.01", 4.0, 100.0), NOW);
    assert_eq!(names(&late), ["filled 4 at 100"], "a late fill is real");
    let mut tracker = with_order(10.0);
    tracker.execution(&execution("a.b.01.01", 10.0, 100.0), NOW);
    assert!(tracker.notice(WIRE, 202, "Order Canceled - reason:", NOW).is_empty());
    assert_eq!(tracker.end(OrderId(3)), Some(OrderEnd::Filled));
    let mut tracker = with_order(10.0);
    assert_eq!(names(&tracker.notice(WIRE, 202, "Order expired", NOW)), ["expired"]);
}

// fault: code_399
#[test]
fn guard_399_keeps_an_order_open() {
    let mut tracker = with_order(10.0);
    let text = "Order Message: Warning: your order will not be placed at the exchange until \
                2026-01-05 09:30:00 US/Eastern";
    assert_eq!(names(&tracker.notice(WIRE, 399, text, NOW)), ["accepted"]);
    assert!(tracker.status(&status(OrderStatusKind::Inactive, 0.0), NOW).is_empty());
    assert_eq!(tracker.open(), [(OrderId(3), WIRE)]);
}

// fault: code_321, unknown_words
#[test]
fn guard_321_on_a_working_order_and_unknown_codes_leave_it_alone() {
    for code in [321, 9_999] {
        let mut tracker = with_order(10.0);
        tracker.status(&status(OrderStatusKind::Submitted, 0.0), NOW);
        assert!(tracker.notice(WIRE, code, "Error validating request", NOW).is_empty());
        assert_eq!(tracker.open().len(), 1);
    }
}

// fault: code_100, codes_103_104_105
#[test]
fn guard_103_104_105_are_looked_up() {
    for code in [103, 104, 105, 100] {
        let mut tracker = with_order(10.0);
        assert!(tracker.notice(WIRE, code, "Duplicate order id", NOW).is_empty());
        assert_eq!(tracker.take_doubts().len(), 1);
        assert_eq!(tracker.open().len(), 1, "it may be there or not");
    }
}

// fault: codes_10147_10148
#[test]
fn guard_10147_10148_161_are_no_failures() {
    for code in [10_147, 10_148, 161, 136] {
        let told = with_order(10.0).notice(WIRE, code, "cannot be cancelled", NOW);
        assert_eq!(names(&told), ["cancel refused"]);
    }
}

#[test]
fn guard_135_refuses_an_order_whose_entry_is_unknown() {
    let mut tracker = with_order(10.0);
    let told = tracker.notice(WIRE, 135, "Can't find order with id =7", NOW);
    assert_eq!(names(&told), ["rejected Venue(\"135 Can't find order with id =7\")"]);
    let mut tracker = with_order(10.0);
    tracker.status(&status(OrderStatusKind::Submitted, 0.0), NOW);
    assert_eq!(names(&tracker.notice(WIRE, 135, "x", NOW)), ["cancel refused"]);
}

// fault: status_missing
#[test]
fn guard_a_promised_fill_that_never_comes_is_looked_up_once() {
    let mut tracker = with_order(10.0);
    tracker.status(&status(OrderStatusKind::Filled, 10.0), NOW);
    tracker.tick(4.9);
    assert!(tracker.take_doubts().is_empty());
    tracker.tick(5.1);
    assert_eq!(tracker.take_doubts().len(), 1);
    tracker.tick(60.0);
    assert!(tracker.take_doubts().is_empty());
}

// fault: foreign_order
#[test]
fn orders_of_others_are_nobodys_here() {
    let mut tracker = tracker();
    for reference in ["", "releat-other-3", "manual"] {
        let data = open_order(reference, 9, OrderStatusKind::Submitted);
        assert!(tracker.open_order(&data, NOW).is_empty());
    }
    let mut foreign = execution("x.y.01.01", 5.0, 1.0);
    foreign.execution.order_reference = "manual".to_owned();
    assert!(tracker.execution(&foreign, NOW).is_empty());
    let mut account = execution("x.y.01.01", 5.0, 1.0);
    account.execution.account_number = "DU2".to_owned();
    assert!(tracker.execution(&account, NOW).is_empty());
    assert!(tracker.open().is_empty());
    assert!(tracker.notice(9, 201, "not ours", NOW).is_empty());
}

// fault: order_id_and_perm_id
#[test]
fn a_new_process_finds_its_orders_by_reference() {
    let mut tracker = tracker();
    let told = tracker.open_order(&open_order("releat-s-3", WIRE, OrderStatusKind::Submitted), NOW);
    assert_eq!(names(&told), ["accepted"]);
    assert_eq!((tracker.wire(OrderId(3)), tracker.last()), (Some(WIRE), Some(OrderId(3))));
    let told = tracker.status(&status(OrderStatusKind::Cancelled, 0.0), NOW);
    assert_eq!(names(&told), ["canceled"]);
    let mut what_if = open_order("releat-s-4", 42, OrderStatusKind::PreSubmitted);
    what_if.order.what_if = true;
    assert!(tracker.open_order(&what_if, NOW).is_empty());
    let mut other_client = open_order("releat-s-5", 43, OrderStatusKind::Submitted);
    other_client.order.client_id = 18;
    tracker.open_order(&other_client, NOW);
    assert_eq!(tracker.wire(OrderId(5)), None, "an id is good for its client alone");
}

#[test]
fn an_order_that_the_venue_does_not_know_is_waited_for_once() {
    let mut tracker = with_order(10.0);
    assert_eq!(tracker.expected().count(), 1);
    tracker.missing(OrderId(3));
    assert_eq!((tracker.expected().count(), tracker.open().len()), (0, 1));
    tracker.status(&status(OrderStatusKind::Submitted, 0.0), NOW);
    assert_eq!(tracker.expected().count(), 1, "it is there after all");
}
