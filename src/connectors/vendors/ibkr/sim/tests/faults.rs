use ibapi::accounts::PositionUpdate;
use ibapi::orders::{ExecutionFilter, Executions, OrderOutcome, OrderUpdate};

use super::super::faults::{GatewayFaultPlan, GatewayFaults};
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
    let act = Act::Restart { down: 4000, id_rollback: 2 };
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
    let mut client = Err(ibapi::Error::Shutdown);
    for _ in 0..100 {
        client = within(try_connect(&gateway, 7)).await;
        if client.is_ok() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let client = client.unwrap();
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
    let faults = at_requests("market_data_type", vec![down, up]);
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_session_takes_the_data_and_gives_it_back() {
    let faults = at_requests("current_time", vec![Act::Competing, Act::DataBack]);
    let gateway = start(SimOptions { faults, ..options() });
    let client = connect(&gateway, 7).await;
    let contract = spy();
    let mut quotes = within(client.market_data(&contract).subscribe()).await.unwrap();
    within(quotes.next_data()).await.unwrap().unwrap();
    within(client.server_time()).await.unwrap();
    let error = loop {
        match within(quotes.next()).await {
            Some(Ok(SubscriptionItem::Notice(notice))) if notice.code == 10197 => {
                break String::new();
            }
            Some(Ok(_)) => {}
            Some(Err(error)) => break error.to_string(),
            None => panic!("an error was expected"),
        }
    };
    assert!(error.is_empty() || error.contains("10197"), "{error}");
    within(client.server_time()).await.unwrap();
    let mut quotes = within(client.market_data(&contract).subscribe()).await.unwrap();
    within(quotes.next_data()).await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_else_trades_on_the_account() {
    let act = Act::ForeignOrder { symbol: "SPY".to_owned(), quantity: -3.0 };
    let gateway = start(SimOptions { faults: at_request("current_time", act), ..options() });
    let client = connect(&gateway, 7).await;
    within(client.server_time()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(400)).await;
    let mut positions = within(client.positions()).await.unwrap();
    let PositionUpdate::Position(position) = within(positions.next_data()).await.unwrap().unwrap()
    else {
        panic!("a position was expected");
    };
    assert_eq!(position.position, -3.0);
    let mut executions = within(client.executions(ExecutionFilter::default())).await.unwrap();
    let Executions::ExecutionData(data) = within(executions.next_data()).await.unwrap().unwrap()
    else {
        panic!("an execution was expected");
    };
    assert_eq!((data.execution.client_id, data.execution.order_id), (0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_execution_is_corrected_afterwards() {
    let faults = at_reply("execution_data", Act::Correct { price_change: 0.25 });
    let gateway = start(SimOptions { faults, ..options() });
    let client = connect(&gateway, 7).await;
    let mut stream = within(client.order_update_stream()).await.unwrap();
    let contract = spy();
    within(client.order(&contract).buy(1).market().submit()).await.unwrap();
    let mut found = Vec::new();
    while found.len() < 2 {
        if let SubscriptionItem::Data(OrderUpdate::ExecutionData(data)) =
            within(stream.next()).await.unwrap().unwrap()
        {
            found.push((data.execution.execution_id, data.execution.price));
        }
    }
    assert!(found[0].0.ends_with(".01.01") && found[1].0.ends_with(".01.02"), "{found:?}");
    assert!((found[1].1 - found[0].1 - 0.25).abs() < 1e-9);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refusals_unknown_messages_and_many_notices() {
    let reject = Act::Reject { code: 203, text: "not allowed".to_owned() };
    let gateway = start(SimOptions { faults: at_request("place_order", reject), ..options() });
    let client = connect(&gateway, 7).await;
    let contract = spy();
    let id = within(client.order(&contract).buy(1).market().submit()).await.unwrap();
    let outcome = within(client.wait_for_fill(id, Duration::from_secs(10))).await.unwrap();
    assert!(matches!(outcome, OrderOutcome::Rejected(notice) if notice.code == 203));
    for act in [Act::UnknownMessage(190), Act::Burst(50)] {
        let gateway = start(SimOptions { faults: at_reply("current_time", act), ..options() });
        let client = connect(&gateway, 7).await;
        within(client.server_time()).await.unwrap();
    }
    // More notices than the library waits for: it connects without accounts.
    let gateway =
        start(SimOptions { faults: at_reply("managed_accounts", Act::Burst(200)), ..options() });
    let client = connect(&gateway, 7).await;
    assert!(client.handshake_managed_accounts().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stalled_connection_stays_open_and_says_nothing() {
    let faults = at_reply("current_time", Act::Stall(0));
    let gateway = start(SimOptions { faults, ..options() });
    let client = connect(&gateway, 7).await;
    within(client.server_time()).await.unwrap();
    let silent = timeout(Duration::from_millis(500), client.server_time_millis()).await;
    assert!(silent.is_err() && client.is_connected());
    let other = connect(&gateway, 8).await;
    within(other.server_time()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_id_that_lingers() {
    let when = |moment: &Moment| matches!(moment, Moment::Connected { .. });
    let acts = vec![Act::ClientIdInUse];
    let faults: Option<Box<dyn Faults>> = Some(Box::new(Once { when, acts, times: 1 }));
    let gateway = start(SimOptions { faults, ..options() });
    let error = within(try_connect(&gateway, 7)).await.err().unwrap();
    assert!(matches!(error, ibapi::Error::ClientIdInUse { .. }), "{error:?}");
    connect(&gateway, 7).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_script_of_faults_is_carried_out() {
    let script =
        GatewayFaults::parse("faults:\n- {at: {request: place_order, nth: 2}, do: drop}\n");
    let faults: Option<Box<dyn Faults>> = Some(Box::new(GatewayFaultPlan::new(&script.unwrap())));
    let gateway = start(SimOptions { faults, ..options() });
    let client = connect(&gateway, 7).await;
    let contract = spy();
    for _ in 0..3 {
        within(client.order(&contract).buy(1).limit(1.0).submit()).await.unwrap();
    }
    within(client.server_time()).await.unwrap();
    assert_eq!(gateway.with_house(|house| house.orders().count()), 2);
}
