use ibapi::orders::{OrderOutcome, OrderUpdate};
use ibapi::subscriptions::SubscriptionItem;

use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_request_never_arrives_and_a_double_one_counts_once() {
    let gateway = start(SimOptions { faults: at_request("place_order", Act::Drop), ..options() });
    let client = connect(&gateway, 7).await;
    let contract = spy();
    within(client.order(&contract).buy(1).market().submit()).await.unwrap();
    let second = within(client.order(&contract).buy(1).market().submit()).await.unwrap();
    let outcome = within(client.wait_for_fill(second, Duration::from_secs(10))).await.unwrap();
    assert!(matches!(outcome, OrderOutcome::Filled(_)));
    assert_eq!(gateway.with_house(|house| house.orders().count()), 1);

    let gateway =
        start(SimOptions { faults: at_request("place_order", Act::Duplicate), ..options() });
    let client = connect(&gateway, 7).await;
    let id = within(client.order(&contract).buy(1).limit(1.0).submit()).await.unwrap();
    within(client.server_time()).await.unwrap();
    assert_eq!(id.value(), 1);
    assert_eq!(gateway.with_house(|house| house.orders().count()), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn frames_split_doubled_and_late_are_read_all_the_same() {
    for act in [Act::Split { at: 3, pause: 50 }, Act::Duplicate, Act::Delay(100), Act::Reorder(1)] {
        let gateway = start(SimOptions { faults: at_reply("managed_accounts", act), ..options() });
        let client = connect(&gateway, 7).await;
        assert_eq!(client.handshake_managed_accounts(), [ACCOUNT]);
        within(client.server_time()).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_connection_closes_in_the_middle_of_a_message() {
    let faults = at_reply("current_time", Act::Close { after: 5 });
    let gateway = start(SimOptions { faults, ..options() });
    let client = connect(&gateway, 7).await;
    assert!(within(client.server_time()).await.is_err());
    let again = connect(&gateway, 8).await;
    within(again.server_time()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_restart_numbers_go_back_and_orders_are_still_there() {
    let act = Act::Restart { down: 300, id_rollback: 2 };
    let gateway = start(SimOptions { faults: at_request("market_data_type", act), ..options() });
    let client = connect(&gateway, 7).await;
    let contract = spy();
    for _ in 0..3 {
        within(client.order(&contract).buy(1).limit(1.0).submit()).await.unwrap();
    }
    within(client.server_time()).await.unwrap();
    let kind = ibapi::market_data::MarketDataType::Delayed;
    within(client.switch_market_data_type(kind)).await.unwrap();
    for _ in 0..100 {
        if !client.is_connected() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(try_connect(&gateway, 7).await.is_err(), "the gateway is away");
    tokio::time::sleep(Duration::from_millis(400)).await;
    let client = connect(&gateway, 7).await;
    assert_eq!(client.next_order_id(), 2);
    assert_eq!(
        gateway.with_house(|house| house.orders().filter(|r| r.status.is_open()).count()),
        3
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sentinels_and_too_many_shares() {
    let faults = at_reply("commission_report", Act::Sentinels);
    let gateway = start(SimOptions { faults, ..options() });
    let client = connect(&gateway, 7).await;
    let mut stream = within(client.order_update_stream()).await.unwrap();
    let contract = spy();
    within(client.order(&contract).buy(1).market().submit()).await.unwrap();
    loop {
        if let SubscriptionItem::Data(OrderUpdate::CommissionReport(report)) =
            within(stream.next()).await.unwrap().unwrap()
        {
            assert_eq!(report.commission, f64::MAX);
            break;
        }
    }
    let faults = at_request("place_order", Act::OverFill(4.0));
    let gateway = start(SimOptions { faults, ..options() });
    let client = connect(&gateway, 7).await;
    let mut stream = within(client.order_update_stream()).await.unwrap();
    within(client.order(&contract).buy(1).market().submit()).await.unwrap();
    let mut shares = 0.0;
    while shares < 5.0 {
        if let SubscriptionItem::Data(OrderUpdate::ExecutionData(data)) =
            within(stream.next()).await.unwrap().unwrap()
        {
            shares += data.execution.shares;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_link_breaks_and_what_happened_meanwhile_is_told() {
    let down = Act::Link { is_down: true, keeps_data: true };
    let up = Act::Link { is_down: false, keeps_data: true };
    let mut step = 0;
    let when = move |moment: &Moment| matches!(moment, Moment::Received { name, .. } if *name == "market_data_type");
    struct Steps<F> {
        when: F,
        acts: Vec<Act>,
    }
    impl<F: Fn(&Moment) -> bool + Send> Faults for Steps<F> {
        fn strike(&mut self, _now: Timestamp, moment: Moment) -> Vec<Act> {
            if (self.when)(&moment) && !self.acts.is_empty() {
                return vec![self.acts.remove(0)];
            }
            Vec::new()
        }
    }
    step += 1;
    assert_eq!(step, 1);
    let faults: Option<Box<dyn Faults>> = Some(Box::new(Steps { when, acts: vec![down, up] }));
    let gateway = start(SimOptions { faults, ..options() });
    let client = connect(&gateway, 7).await;
    let mut notices = client.notice_stream().unwrap();
    let contract = spy();
    let kind = ibapi::market_data::MarketDataType::Realtime;
    within(client.switch_market_data_type(kind)).await.unwrap();
    let id = within(client.order(&contract).buy(1).market().submit()).await.unwrap();
    within(client.server_time()).await.unwrap();
    assert_eq!(gateway.with_house(|house| house.orders().count()), 0);
    within(client.switch_market_data_type(kind)).await.unwrap();
    let outcome = within(client.wait_for_fill(id, Duration::from_secs(10))).await.unwrap();
    assert!(matches!(outcome, OrderOutcome::Filled(_)));
    let mut codes = Vec::new();
    while !codes.contains(&1102) {
        codes.push(within(notices.next()).await.unwrap().code);
    }
    assert!(codes.contains(&1100));
}
