//! Lists in, snapshot out.

use std::collections::BTreeMap;

use ibapi::accounts::{AccountSummary, Position};
use ibapi::contracts::{Contract, SecurityType, Symbol as IbkrSymbol};
use ibapi::orders::{
    Action, CommissionReport, Execution, ExecutionData, Executions, Order, OrderData, OrderState,
    OrderStatus, OrderStatusKind, Orders,
};

use super::super::orders::{References, Tracker};
use super::{Answers, fold};
use crate::base::Timestamp;
use crate::domain::OrderId;
use crate::ports::OrderEnd;

fn tracker() -> Tracker {
    let symbols = BTreeMap::from([(756, "SPY".parse().unwrap())]);
    Tracker::new(References::new("s"), "DU1", "USD", 17, symbols)
}

fn contract(id: i32, name: &str) -> Contract {
    let (symbol, security_type) = (IbkrSymbol(name.to_owned()), SecurityType::Stock);
    Contract { contract_id: id, symbol, security_type, ..Contract::default() }
}

fn row(reference: &str, perm_id: i64, kind: OrderStatusKind) -> OrderData {
    let order = Order {
        order_ref: reference.to_owned(),
        account: "DU1".to_owned(),
        perm_id,
        action: Action::Sell,
        total_quantity: 10.0,
        ..Order::default()
    };
    let order_state = OrderState { status: kind, ..OrderState::default() };
    OrderData { order_id: 1, contract: contract(756, "SPY"), order, order_state }
}

fn trade(id: &str, reference: &str, shares: f64, price: f64) -> Executions {
    let execution = Execution {
        execution_id: id.to_owned(),
        account_number: "DU1".to_owned(),
        order_reference: reference.to_owned(),
        time: "20260105-15:00:00".to_owned(),
        shares,
        price,
        ..Execution::default()
    };
    let contract = contract(756, "SPY");
    Executions::ExecutionData(ExecutionData { request_id: 1, contract, execution })
}

fn cost(id: &str, commission: f64) -> Executions {
    let (execution_id, currency) = (id.to_owned(), "USD".to_owned());
    let report =
        CommissionReport { execution_id, commission, currency, ..CommissionReport::default() };
    Executions::CommissionReport(report)
}

fn summary(account: &str, tag: &str, value: &str, currency: &str) -> AccountSummary {
    AccountSummary {
        account: account.to_owned(),
        tag: tag.to_owned(),
        value: value.to_owned(),
        currency: currency.to_owned(),
    }
}

fn position(account: &str, id: i32, name: &str, held: f64) -> Position {
    let (account, contract) = (account.to_owned(), contract(id, name));
    Position { account, contract, position: held, average_cost: f64::MAX }
}

fn answers() -> Answers {
    Answers {
        time: Timestamp::from_seconds(9),
        open: Vec::new(),
        completed: Vec::new(),
        executions: Vec::new(),
        positions: Vec::new(),
        summary: vec![summary("DU1", "CashBalance", "1000.5", "USD")],
    }
}

#[test]
fn cash_of_the_right_account_and_currency() {
    let cash = |rows: Vec<AccountSummary>| {
        let answers = Answers { summary: rows, ..answers() };
        fold(&tracker(), answers, "USD").map(|learned| learned.snapshot.account.cash).ok()
    };
    let total = |value: &str| summary("DU1", "TotalCashValue", value, "USD");
    let euro = summary("DU1", "CashBalance", "7", "EUR");
    let other = summary("DU2", "CashBalance", "8", "USD");
    let ledger = summary("DU1", "CashBalance", "-12.5", "USD");
    assert_eq!(cash(vec![euro.clone(), other.clone(), total("9"), ledger]), Some(-12.5));
    assert_eq!(cash(vec![euro.clone(), other.clone(), total("9")]), Some(9.0));
    assert_eq!(cash(vec![euro, other]), None);
}

// fault: numbers_unset
#[test]
fn guard_sentinels_make_no_snapshot() {
    for bad in ["1.7976931348623157E308", "", "2147483647", "9223372036854775807", "NaN", "inf"] {
        let summary = vec![summary("DU1", "CashBalance", bad, "USD")];
        assert!(fold(&tracker(), Answers { summary, ..answers() }, "USD").is_err(), "{bad}");
    }
    for bad in [f64::MAX, f64::NAN, f64::INFINITY, -f64::MAX, 2_147_483_647.0] {
        let positions = vec![position("DU1", 756, "SPY", bad)];
        assert!(fold(&tracker(), Answers { positions, ..answers() }, "USD").is_err(), "{bad}");
        let executions = vec![trade("a.b.01.01", "releat-s-1", bad, 1.0)];
        assert!(fold(&tracker(), Answers { executions, ..answers() }, "USD").is_err(), "{bad}");
        let mut open = row("releat-s-1", 1, OrderStatusKind::Submitted);
        open.order.total_quantity = bad;
        let open = vec![Orders::OrderData(open)];
        assert!(fold(&tracker(), Answers { open, ..answers() }, "USD").is_err(), "{bad}");
    }
    let executions = vec![trade("a.b.01.01", "releat-s-1", 1.0, 5.0), cost("a.b.01.01", f64::MAX)];
    let learned = fold(&tracker(), Answers { executions, ..answers() }, "USD").unwrap();
    assert_eq!(learned.snapshot.executions[0].cost, 0.0, "unknown");
}

// fault: foreign_order
#[test]
fn orders_of_others_are_listed_without_a_number() {
    let status = |perm_id, filled| {
        Orders::OrderStatus(OrderStatus { perm_id, filled, ..OrderStatus::default() })
    };
    let open = vec![
        Orders::OrderData(row("releat-s-3", 1, OrderStatusKind::Submitted)),
        status(1, 9.0),
        Orders::OrderData(row("manual", 2, OrderStatusKind::PreSubmitted)),
        status(2, 4.0),
        Orders::OrderData(row("releat-s-4", 3, OrderStatusKind::Filled)),
    ];
    let executions = vec![trade("a.b.01.01", "releat-s-3", 2.0, 5.0)];
    let learned = fold(&tracker(), Answers { open, executions, ..answers() }, "USD").unwrap();
    let listed: Vec<_> =
        learned.snapshot.open_orders.iter().map(|order| (order.order_id, order.filled)).collect();
    assert_eq!(listed, [(Some(OrderId(3)), 2.0), (None, 4.0)], "ours by executions alone");
    assert_eq!(learned.snapshot.ended_orders, [(OrderId(4), OrderEnd::Filled)]);
}

#[test]
fn completed_orders_tell_how_they_ended() {
    let completed = |number: u64, kind, text: &str| {
        let mut row = row(&format!("releat-s-{number}"), number as i64, kind);
        row.order_state.completed_status = text.to_owned();
        Orders::OrderData(row)
    };
    let completed = vec![
        completed(1, OrderStatusKind::Filled, "Filled Size: 10"),
        completed(2, OrderStatusKind::Cancelled, "Cancelled by Trader"),
        completed(3, OrderStatusKind::Cancelled, "Expired"),
        completed(4, OrderStatusKind::Inactive, "Rejected: margin"),
        completed(5, OrderStatusKind::Submitted, ""),
    ];
    let learned = fold(&tracker(), Answers { completed, ..answers() }, "USD").unwrap();
    let ends: Vec<String> =
        learned.snapshot.ended_orders.iter().map(|(id, end)| format!("{id} {end:?}")).collect();
    let rejected = "4 Rejected(Venue(\"Rejected: margin\"))";
    assert_eq!(ends, ["1 Filled", "2 Canceled", "3 Expired", rejected]);
}

#[test]
fn executions_count_in_their_last_edition_and_with_their_cost() {
    let executions = vec![
        trade("a.b.01.02", "releat-s-3", 2.0, 4.5),
        trade("a.b.01.01", "releat-s-3", 2.0, 5.0),
        cost("a.b.01.01", 1.25),
        trade("c.d.01.01", "manual", 2.0, 5.0),
    ];
    let learned = fold(&tracker(), Answers { executions, ..answers() }, "USD").unwrap();
    let fills = &learned.snapshot.executions;
    assert_eq!(fills.len(), 1);
    assert_eq!((fills[0].price, fills[0].cost, &*fills[0].execution_id), (4.5, 1.25, "a.b.01"));
}

#[test]
fn positions_of_the_account_that_are_held() {
    let mut bond = position("DU1", 9, "IBM", 3.0);
    bond.contract.security_type = SecurityType::Bond;
    let positions = vec![
        position("DU1", 756, "SPY", -3.0),
        position("DU1", 7, "BRK B", 2.0),
        position("DU1", 8, "QQQ", 0.0),
        position("DU2", 756, "SPY", 99.0),
        bond,
    ];
    let learned = fold(&tracker(), Answers { positions, ..answers() }, "USD").unwrap();
    let found: Vec<String> = learned
        .snapshot
        .account
        .positions
        .iter()
        .map(|(symbol, held)| format!("{symbol} {held}"))
        .collect();
    assert_eq!(found, ["BRK.B 2", "SPY -3"]);
}
