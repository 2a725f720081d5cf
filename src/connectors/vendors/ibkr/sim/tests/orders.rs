use ibapi::orders::{
    ExecutionFilter, Executions, OrderOutcome, OrderStatusKind, OrderUpdate, Orders,
};
use ibapi::subscriptions::SubscriptionItem;

use super::*;
use crate::connectors::simulated::brokerage::HouseStatus;

/// What `SPY` costs now.
fn price(gateway: &GatewaySim) -> f64 {
    gateway.with_house(|house| house.market().last(&"SPY".parse().unwrap(), house.now()))
}

async fn wait(client: &Client, id: impl Into<ibapi::orders::OrderId>) -> OrderOutcome {
    within(client.wait_for_fill(id, Duration::from_secs(10))).await.unwrap()
}

async fn list(orders: ibapi::subscriptions::Subscription<Orders>) -> Vec<ibapi::orders::OrderData> {
    let mut orders = orders;
    let mut found = Vec::new();
    while let Some(item) = within(orders.next_data()).await {
        if let Orders::OrderData(data) = item.unwrap() {
            found.push(data);
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn orders_of_every_kind_and_what_becomes_of_them() {
    let gateway = start(options());
    let client = connect(&gateway, 7).await;
    let contract = spy();
    let now = price(&gateway);
    let market = within(client.order(&contract).buy(10).market().submit()).await.unwrap();
    assert!(matches!(wait(&client, market).await, OrderOutcome::Filled(_)));
    let limit = client.order(&contract).buy(10).limit(now + 2.0).submit();
    let limit = within(limit).await.unwrap();
    assert!(matches!(wait(&client, limit).await, OrderOutcome::Filled(_)));
    let stop = within(client.order(&contract).sell(5).stop(now + 5.0).submit()).await.unwrap();
    assert!(matches!(wait(&client, stop).await, OrderOutcome::Filled(_)));
    let far = client.order(&contract).sell(5).stop_limit(now - 10.0, now - 11.0);
    let far = within(far.good_till_canceled().submit()).await.unwrap();
    let resting = within(client.order(&contract).buy(3).limit(now - 10.0).submit()).await.unwrap();
    let mut open = list(within(client.open_orders()).await.unwrap()).await;
    open.sort_by_key(|order| order.order_id);
    // News of an order may come between.
    open.dedup_by_key(|order| order.order_id);
    assert_eq!(
        open.iter().map(|order| order.order_id).collect::<Vec<_>>(),
        [far.value(), resting.value()]
    );
    assert_eq!(open[0].order.aux_price, Some((now - 10.0).round_to_cents()));
    let mut canceled = within(client.cancel_order(resting, "")).await.unwrap();
    let status = within(canceled.next_data()).await;
    assert!(status.is_some());
    let completed = list(within(client.completed_orders(false)).await.unwrap()).await;
    assert_eq!(completed.len(), 4);
    assert_eq!(gateway.with_house(|house| house.positions().len()), 1);
    // Off the tick, and nothing at all.
    let off = within(client.order(&contract).buy(1).limit(now + 0.001).submit()).await.unwrap();
    let OrderOutcome::Rejected(notice) = wait(&client, off).await else { panic!("rejected") };
    assert_eq!(notice.code, 110);
    within(client.global_cancel()).await.unwrap();
    for _ in 0..100 {
        let none = gateway.with_house(|house| {
            house.orders().filter(|record| record.status.is_open()).count() == 0
        });
        if none {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("a global cancel cancels all");
}

trait Cents {
    fn round_to_cents(self) -> f64;
}

impl Cents for f64 {
    fn round_to_cents(self) -> f64 {
        (self * 100.0).round() / 100.0
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn partial_fills_come_with_commissions() {
    let gateway = start(options());
    let client = connect(&gateway, 7).await;
    let contract = spy();
    let mut stream = within(client.order_update_stream()).await.unwrap();
    let (mut shares, mut costs, mut reports) = (0.0, 0.0, 0);
    let mut executions = std::collections::BTreeSet::new();
    // Some order of several comes in parts.
    for _ in 0..6 {
        within(client.order(&contract).buy(200).market().submit()).await.unwrap();
    }
    let mut statuses = Vec::new();
    while shares < 1200.0 || reports < executions.len() {
        let SubscriptionItem::Data(update) = within(stream.next()).await.unwrap().unwrap() else {
            continue;
        };
        match update {
            OrderUpdate::ExecutionData(data) => {
                shares += data.execution.shares;
                assert_eq!(data.execution.account_number, ACCOUNT);
                assert!(executions.insert(data.execution.execution_id));
            }
            OrderUpdate::CommissionReport(report) => {
                assert!(executions.contains(&report.execution_id));
                assert_eq!(report.realized_pnl, None);
                costs += report.commission;
                reports += 1;
            }
            OrderUpdate::OrderStatus(status) => statuses.push(status.status),
            _ => {}
        }
    }
    assert_eq!(shares, 1200.0);
    assert!((costs - 6.0).abs() < 1e-9, "{costs}");
    assert!(executions.len() > 6, "{}", executions.len());
    assert!(statuses.contains(&OrderStatusKind::Filled));
    let mut again = within(client.executions(ExecutionFilter::default())).await.unwrap();
    let mut listed = std::collections::BTreeSet::new();
    while let Some(item) = within(again.next_data()).await {
        if let Executions::ExecutionData(data) = item.unwrap() {
            listed.insert(data.execution.execution_id);
        }
    }
    assert_eq!(listed, executions);
    let cash = gateway.with_house(|house| house.cash());
    let paid = gateway.with_house(|house| {
        house.executions().iter().map(|e| e.quantity * e.price + e.commission).sum::<f64>()
    });
    assert!((cash - (100_000.0 - paid)).abs() < 0.005);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bracket_is_sent_whole() {
    let gateway = start(options());
    let client = connect(&gateway, 7).await;
    let contract = spy();
    let now = price(&gateway);
    let bracket = client.order(&contract).buy(10).bracket();
    let bracket = bracket.entry_limit(now + 3.0).take_profit(now + 60.0).stop_loss(now - 60.0);
    let ids = within(bracket.submit_all()).await.unwrap();
    assert!(matches!(wait(&client, ids.parent).await, OrderOutcome::Filled(_)));
    let mut open = list(within(client.open_orders()).await.unwrap()).await;
    open.retain(|order| order.order_id != ids.parent.value());
    open.sort_by_key(|order| order.order_id);
    open.dedup_by_key(|order| order.order_id);
    assert_eq!(open.len(), 2);
    assert!(open.iter().all(|order| order.order.parent_id == ids.parent.value()));
    // Changing the target so that it trades ends the other leg.
    let mut target =
        open.iter().find(|o| o.order_id == ids.take_profit.value()).unwrap().order.clone();
    target.limit_price = Some((now - 3.0).round_to_cents());
    within(client.submit_order(ids.take_profit, &contract, &target)).await.unwrap();
    assert!(matches!(wait(&client, ids.take_profit).await, OrderOutcome::Filled(_)));
    assert!(matches!(wait(&client, ids.stop_loss).await, OrderOutcome::Ended(_)));
    assert!(gateway.with_house(|house| house.positions().is_empty()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_if_tells_the_margin_and_places_nothing() {
    let gateway = start(options());
    let client = connect(&gateway, 7).await;
    let contract = spy();
    let state = within(client.order(&contract).buy(100).market().analyze()).await.unwrap();
    assert!(state.initial_margin_after.unwrap() > 0.0);
    assert_eq!(state.commission, Some(1.0));
    assert_eq!(gateway.with_house(|house| house.orders().count()), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_client_has_its_own_numbers() {
    let gateway = start(options());
    let (one, two) = (connect(&gateway, 1).await, connect(&gateway, 2).await);
    let contract = spy();
    let now = price(&gateway);
    for client in [&one, &two] {
        within(client.order(&contract).buy(1).limit(now - 10.0).submit()).await.unwrap();
    }
    for _ in 0..50 {
        let all = list(within(one.all_open_orders()).await.unwrap()).await;
        let clients: std::collections::BTreeSet<i32> =
            all.iter().map(|order| order.order.client_id).collect();
        if clients.len() == 2 {
            let own = list(within(one.open_orders()).await.unwrap()).await;
            assert!(own.iter().all(|order| order.order.client_id == 1));
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("both orders are listed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gateway_that_only_reads_takes_no_orders() {
    let gateway = start(SimOptions { is_read_only: true, ..options() });
    let client = connect(&gateway, 7).await;
    let contract = spy();
    let id = within(client.order(&contract).buy(1).market().submit()).await.unwrap();
    let OrderOutcome::Rejected(notice) = wait(&client, id).await else { panic!("rejected") };
    assert_eq!(notice.code, 321);
    assert!(notice.message.contains("Read-Only"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn orders_of_the_night_are_held() {
    let clock = Some("2024-01-10T14:29:00Z".parse().unwrap());
    let gateway = start(SimOptions { clock, ..options() });
    let client = connect(&gateway, 7).await;
    let contract = spy();
    let mut stream = within(client.order_update_stream()).await.unwrap();
    let id = within(client.order(&contract).buy(1).market().submit()).await.unwrap();
    let mut is_held = false;
    loop {
        match within(stream.next()).await.unwrap().unwrap() {
            SubscriptionItem::Notice(notice) => is_held |= notice.code == 399,
            SubscriptionItem::Data(OrderUpdate::ExecutionData(_)) => break,
            SubscriptionItem::Data(_) => {}
        }
    }
    assert!(is_held);
    let number = u64::try_from(id.value()).unwrap();
    let record = gateway.with_house(|house| house.order(number).cloned()).unwrap();
    assert_eq!(record.status, HouseStatus::Filled);
}
