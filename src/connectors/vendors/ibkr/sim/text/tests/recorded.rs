//! What real gateways sent: our rows for the same values are the same rows.

use std::collections::BTreeMap;

use serde_json::Value;

use super::super::super::codec::Codec;
use super::super::super::message::{
    ContractDetails, ContractKey, Execution, HistoryBar, OrderState, PriceIncrement, Reply,
    Request, WireOrder,
};
use super::super::TextCodec;
use crate::base::recorded as recorded_files;

/// A frame of a recorded session.
struct Frame {
    name: String,
    is_of_client: bool,
    fields: Vec<String>,
    body: Vec<u8>,
}

pub(super) fn base64(text: &str) -> Vec<u8> {
    const SIGNS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bytes, mut bits, mut held) = (Vec::new(), 0_u32, 0);
    for sign in text.bytes().filter(|sign| *sign != b'=') {
        bits = (bits << 6) | SIGNS.iter().position(|known| *known == sign).unwrap() as u32;
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
        }
    }
    bytes
}

fn json_lines(name: &str) -> Option<Vec<Value>> {
    let text = std::fs::read_to_string(recorded_files("api/tws")?.join(name)).unwrap();
    Some(text.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

/// The session at version 200, by name.
fn session() -> Option<BTreeMap<String, Frame>> {
    let frame = |value: &Value| {
        let text = |key: &str| value[key].as_str().unwrap().to_owned();
        let fields = value["fields"].as_array().unwrap();
        let frame = Frame {
            name: text("name"),
            is_of_client: text("direction") == "client",
            fields: fields.iter().map(|field| field.as_str().unwrap().to_owned()).collect(),
            body: base64(&text("payload_base64")),
        };
        (frame.name.clone(), frame)
    };
    Some(json_lines("ibkr-go_sv200_frames.jsonl")?.iter().map(frame).collect())
}

fn split(body: &[u8]) -> Vec<String> {
    let text = std::str::from_utf8(body).unwrap();
    text.strip_suffix('\0').unwrap().split('\0').map(str::to_owned).collect()
}

/// The same text, or the same number.
fn is_same(one: &str, other: &str) -> bool {
    one == other || one.parse::<f64>().is_ok_and(|value| other.parse() == Ok(value))
}

/// Our fields against recorded ones; `except` are positions whose words the simulator does not know.
#[track_caller]
fn same_row(name: &str, ours: &[String], recorded: &[String], except: &[usize]) {
    assert_eq!(ours.len(), recorded.len(), "{name}: {ours:?}\n{recorded:?}");
    for (index, (one, other)) in ours.iter().zip(recorded).enumerate() {
        let is_good = except.contains(&index) || is_same(one, other);
        assert!(is_good, "{name}: field {index} is `{one}`, recorded `{other}`");
    }
}

fn text(text: &str) -> String {
    text.to_owned()
}

fn amazon() -> ContractKey {
    ContractKey {
        con_id: 3_691_937,
        symbol: text("AMZN"),
        sec_type: text("STK"),
        exchange: text("NASDAQ"),
        currency: text("USD"),
        local_symbol: text("AMZN"),
        trading_class: text("NMS"),
        ..ContractKey::default()
    }
}

fn apple(exchange: &str) -> ContractKey {
    ContractKey {
        con_id: 265_598,
        symbol: text("AAPL"),
        exchange: text(exchange),
        primary_exchange: text("NASDAQ"),
        local_symbol: text("AAPL"),
        ..amazon()
    }
}

fn apple_details(recorded: &[String]) -> ContractDetails {
    let hours = |open: &str, close: &str| {
        let day = |day: u32| format!(";202604{day:02}:{open}-202604{day:02}:{close}");
        (6..=10).fold(text("20260405:CLOSED"), |text, number| text + &day(number))
    };
    ContractDetails {
        contract: apple("SMART"),
        market_name: text("NMS"),
        min_tick: 0.01,
        order_types: recorded[16].clone(),
        valid_exchanges: recorded[17].clone(),
        price_magnifier: 1,
        long_name: text("APPLE INC"),
        industry: text("Technology"),
        category: text("Computers"),
        subcategory: text("Computers"),
        time_zone: text("US/Eastern"),
        trading_hours: hours("0400", "2000"),
        liquid_hours: hours("0930", "1600"),
        market_rule_ids: ["26"; 26].join(","),
        stock_type: text("COMMON"),
        min_size: 0.0001,
        size_increment: 0.0001,
        suggested_size_increment: 100.0,
    }
}

fn hour(row: &[&str; 8]) -> HistoryBar {
    let number = |index: usize| row[index].parse().unwrap();
    HistoryBar {
        date: format!("20260402 {} US/Eastern", row[0]),
        open: number(1),
        high: number(2),
        low: number(3),
        close: number(4),
        volume: number(5),
        average: number(6),
        count: row[7].parse().unwrap(),
    }
}

fn hours() -> Reply {
    let rows = [
        ["09:30:00", "254.20", "254.80", "250.65", "252.53", "2829736", "252.266", "13633"],
        ["10:00:00", "252.52", "255.40", "251.19", "255.38", "2797972", "252.971", "16541"],
        ["11:00:00", "255.40", "255.73", "254.36", "254.57", "1400669", "255.002", "7744"],
        ["12:00:00", "254.57", "255.00", "254.00", "254.42", "983738", "254.453", "5662"],
        ["13:00:00", "254.42", "255.49", "254.17", "254.61", "1024324", "254.878", "5832"],
        ["14:00:00", "254.58", "255.46", "254.58", "255.28", "1399189", "255.101", "7342"],
        ["15:00:00", "255.29", "256.13", "254.80", "255.89", "2938382", "255.576", "17376"],
    ];
    Reply::HistoricalData {
        id: 1001,
        start: text("20260406 07:37:52 US/Eastern"),
        end: text("20260406 08:37:52 US/Eastern"),
        bars: rows.iter().map(hour).collect(),
    }
}

fn option_order() -> Reply {
    let contract = ContractKey {
        con_id: 853_200_900,
        symbol: text("OBDC"),
        sec_type: text("OPT"),
        last_trade_date: text("20261120"),
        strike: 10.0,
        right: text("P"),
        multiplier: text("100"),
        exchange: text("SMART"),
        currency: text("USD"),
        local_symbol: text("OBDC  261120P00010000"),
        trading_class: text("OBDC"),
        ..ContractKey::default()
    };
    let order = WireOrder {
        perm_id: 9000,
        action: text("SELL"),
        total_quantity: 1.0,
        order_type: text("LMT"),
        limit_price: Some(1.2),
        tif: text("GTC"),
        oca_type: 3,
        account: text("DU9000001"),
        ..WireOrder::default()
    };
    let state = OrderState { status: text("PreSubmitted"), ..OrderState::default() };
    Reply::OpenOrder { contract, order: Box::new(order), state: Box::new(state) }
}

fn one_share() -> Reply {
    let execution = Execution {
        order_id: 1,
        client_id: 94,
        perm_id: 900_001,
        exec_id: text("sanitized-native-exec-001"),
        time: text("20260413 15:27:04 US/Eastern"),
        account: text("DU9000001"),
        exchange: text("IEX"),
        side: text("BOT"),
        shares: 1.0,
        price: 257.95,
        cumulative_quantity: 1.0,
        average_price: 257.95,
        order_ref: String::new(),
    };
    Reply::ExecutionData { id: -1, contract: apple("IEX"), execution: Box::new(execution) }
}

/// What the recorded frames about accounts say, by their names.
fn account_replies() -> Vec<(&'static str, Reply)> {
    let account = || text("DU9000001");
    vec![
        ("managed_accounts", Reply::ManagedAccounts { accounts: vec![account()] }),
        ("next_valid_id", Reply::NextValidId { order_id: 1 }),
        (
            "error_2104_farm_ok",
            Reply::Error {
                id: -1,
                time: 1_775_425_766_350,
                code: 2104,
                text: text("Market data farm connection is OK:usfarm"),
                advanced_reject: String::new(),
            },
        ),
        ("current_time", Reply::CurrentTime { seconds: 1_781_163_646 }),
        ("current_time_millis", Reply::CurrentTimeMillis { millis: 1_783_641_780_497 }),
        (
            "account_summary_value",
            Reply::AccountSummary {
                id: 1001,
                account: account(),
                tag: text("BuyingPower"),
                value: text("300000.00"),
                currency: text("EUR"),
            },
        ),
        ("account_summary_end", Reply::AccountSummaryEnd { id: 1001 }),
        (
            "position",
            Reply::Position {
                account: account(),
                contract: amazon(),
                position: 15.0,
                average_cost: 200.25,
            },
        ),
        ("position_end", Reply::PositionEnd),
        (
            "account_value",
            Reply::AccountValue {
                key: text("AccountCode"),
                value: account(),
                currency: String::new(),
                account: account(),
            },
        ),
        (
            "portfolio_value_short",
            Reply::PortfolioValue {
                contract: ContractKey { right: text("0"), ..apple("SMART") },
                position: -100.0,
                market_price: 291.623_443_6,
                market_value: -29_162.34,
                average_cost: 291.266_081_2,
                unrealized_pnl: Some(-35.74),
                realized_pnl: Some(-71.44),
                account: account(),
            },
        ),
        ("account_update_time", Reply::AccountUpdateTime { time: text("14:34") }),
        ("account_download_end", Reply::AccountDownloadEnd { account: account() }),
    ]
}

/// What the recorded frames about markets and orders say, by their names.
fn market_replies() -> Vec<(&'static str, Reply)> {
    let id = 1001;
    let step = PriceIncrement { low_edge: 0.0, increment: 0.01 };
    let status = Reply::OrderStatus {
        order_id: 0,
        status: text("PreSubmitted"),
        filled: 0.0,
        remaining: 1.0,
        average_price: 0.0,
        perm_id: 9000,
        parent_id: 0,
        last_price: 0.0,
        client_id: 0,
        why_held: String::new(),
        market_cap_price: 0.0,
    };
    let commission = Reply::CommissionReport {
        exec_id: text("sanitized-commission-exec-001"),
        commission: 1.0003,
        currency: text("USD"),
        realized_pnl: Some(-68.051_912),
    };
    let last = Reply::TickPrice { id, field: 68, price: 255.45, size: 200.0, attributes: 0 };
    let params = Reply::TickReqParams {
        id,
        min_tick: 0.01,
        bbo_exchange: text("9c0001"),
        snapshot_permissions: 4,
    };
    let stamp = text("1775174157");
    vec![
        ("contract_details_end", Reply::ContractDetailsEnd { id }),
        ("market_data_type_delayed", Reply::MarketDataType { id, kind: 3 }),
        ("tick_price_delayed_last", last),
        ("tick_size_delayed_volume", Reply::TickSize { id, field: 74, size: 312_894.0 }),
        ("tick_snapshot_end", Reply::TickSnapshotEnd { id }),
        ("tick_req_params", params),
        ("tick_generic", Reply::TickGeneric { id, field: 46, value: 3.0 }),
        ("tick_string", Reply::TickString { id, field: 88, value: stamp }),
        ("order_status_presubmitted", status),
        ("open_order_end", Reply::OpenOrderEnd),
        ("execution_details", one_share()),
        ("commission_report", commission),
        ("executions_end", Reply::ExecutionDataEnd { id: 3 }),
        ("market_rule", Reply::MarketRule { rule: 26, increments: vec![step] }),
    ]
}

#[test]
fn replies_of_a_session_at_version_200_are_written_alike() {
    let Some(mut session) = session() else { return };
    let codec = TextCodec::new(200).unwrap();
    for frame in session.values() {
        assert_eq!(split(&frame.body), frame.fields, "{}", frame.name);
    }
    for (name, reply) in account_replies().into_iter().chain(market_replies()) {
        let bodies = codec.write(&reply);
        assert_eq!(bodies.len(), 1);
        same_row(name, &split(&bodies[0]), &session.remove(name).unwrap().fields, &[]);
    }
    let bodies = codec.write(&hours());
    let bars = session.remove("historical_data_7_hourly_bars").unwrap();
    same_row("bars", &split(&bodies[0]), &bars.fields, &[]);
    same_row(
        "end",
        &split(&bodies[1]),
        &session.remove("historical_data_end").unwrap().fields,
        &[],
    );
    // The number of shares in which an advisor would split the order.
    let order = session.remove("open_order_option_presubmitted").unwrap();
    let ours = split(&codec.write(&option_order())[0]);
    assert_eq!(ours.len(), 156);
    same_row("open order", &ours, &order.fields, &[30]);
    session.retain(|_, frame| !frame.is_of_client);
    let left: Vec<&String> = session.keys().collect();
    assert_eq!(left, ["contract_details_stock"]);
}

#[test]
fn contract_details_at_version_200_are_written_alike() {
    let Some(session) = session() else { return };
    let mut recorded = session["contract_details_stock"].fields.clone();
    let details = Box::new(apple_details(&recorded));
    // One other identifier, which the simulator does not know.
    let count = recorded.iter().position(|field| field == "ISIN").unwrap() - 1;
    assert_eq!(recorded[count], "1");
    recorded.splice(count..count + 3, [text("0")]);
    let ours = TextCodec::new(200).unwrap().write(&Reply::ContractDetails { id: 1001, details });
    same_row("contract details", &split(&ours[0]), &recorded, &[]);
}

#[test]
fn requests_of_a_session_at_version_200_are_read() {
    let Some(session) = session() else { return };
    let codec = TextCodec::new(200).unwrap();
    let read = |name: &str| codec.read(&session[name].body).unwrap();
    let start = Request::StartApi { client_id: 1, capabilities: String::new() };
    assert_eq!(read("start_api"), start);
    assert_eq!(read("positions_request"), Request::Positions);
    assert_eq!(read("open_orders_request"), Request::AllOpenOrders);
    assert_eq!(session.values().filter(|frame| frame.is_of_client).count(), 3);
}

#[test]
fn a_greeting_at_version_176_is_read_and_its_answers_are_written_alike() {
    let Some(lines) = json_lines("handshake_sv176.jsonl") else { return };
    let codec = TextCodec::new(176).unwrap();
    let frames = |index: usize| {
        let mut rest = base64(lines[index]["bytes_base64"].as_str().unwrap());
        let mut frames = Vec::new();
        while !rest.is_empty() {
            let length = u32::from_be_bytes(rest[..4].try_into().unwrap()) as usize;
            frames.push(rest[4..4 + length].to_vec());
            rest.drain(..4 + length);
        }
        frames
    };
    let start = Request::StartApi { client_id: 1, capabilities: String::new() };
    assert_eq!(codec.read(&frames(2)[0]).unwrap(), start);
    let notice = |code: i32, words: &str| Reply::Error {
        id: -1,
        time: 0,
        code,
        text: text(words),
        advanced_reject: String::new(),
    };
    let ours = [
        Reply::NextValidId { order_id: 530 },
        notice(2104, "Market data farm connection is OK:usfarm"),
        notice(2106, "HMDS data farm connection is OK:ushmds"),
    ];
    let ours: Vec<Vec<u8>> = ours.iter().flat_map(|reply| codec.write(reply)).collect();
    assert_eq!(ours, frames(3));
}

/// Requests and replies of the session at version 173, in order, by the name of their exchange.
fn interactions() -> Option<BTreeMap<String, (Vec<u8>, Vec<Vec<u8>>)>> {
    let path = recorded_files("api/tws")?.join("rust-ibapi_sv173_tws_interactions.yaml");
    let value: serde_yaml::Value =
        serde_yaml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let value = serde_json::to_value(&value).unwrap();
    let raw = |value: &Value| value["raw"].as_str().unwrap().as_bytes().to_vec();
    let exchange = |value: &Value| {
        let replies = value["responses"].as_array().unwrap().iter().map(raw).collect();
        (value["name"].as_str().unwrap().to_owned(), (raw(&value["request"]), replies))
    };
    Some(value["interactions"].as_array().unwrap().iter().map(exchange).collect())
}

#[test]
fn a_session_at_version_173_is_read_and_written_alike() {
    let Some(session) = interactions() else { return };
    let codec = TextCodec::new(173).unwrap();
    let account = || text("ACCOUNT_ID");
    let check = |name: &str, request: Request, replies: &[Reply]| {
        let (asked, answered) = &session[name];
        assert_eq!(codec.read(asked).unwrap(), request);
        let ours: Vec<Vec<u8>> = replies.iter().flat_map(|reply| codec.write(reply)).collect();
        assert_eq!(ours.len(), answered.len(), "{name}");
        for (one, other) in ours.iter().zip(answered) {
            same_row(name, &split(one), &split(other), &[]);
        }
    };
    check("server_time", Request::CurrentTime, &[Reply::CurrentTime { seconds: 1_752_606_307 }]);
    let accounts = Reply::ManagedAccounts { accounts: vec![account()] };
    check("managed_accounts", Request::ManagedAccounts, &[accounts]);
    let future = ContractKey {
        con_id: 637_533_641,
        symbol: text("ES"),
        sec_type: text("FUT"),
        last_trade_date: text("20250919"),
        multiplier: text("50"),
        currency: text("USD"),
        local_symbol: text("ESU5"),
        trading_class: text("ES"),
        ..ContractKey::default()
    };
    let position = |contract: ContractKey, position: f64, average_cost: f64| Reply::Position {
        account: account(),
        contract,
        position,
        average_cost,
    };
    let positions = [
        position(apple("NASDAQ"), -110.0, 201.882_970_9),
        position(future, 1.0, 315_114.75),
        Reply::PositionEnd,
    ];
    check("positions", Request::Positions, &positions);
    let tags = text("NetLiquidation,TotalCashValue,GrossPositionValue");
    let summary = Request::AccountSummary { id: 9000, group: text("All"), tags };
    let value = |tag: &str, value: &str| Reply::AccountSummary {
        id: 9000,
        account: account(),
        tag: text(tag),
        value: text(value),
        currency: text("USD"),
    };
    let values = [
        value("GrossPositionValue", "23172.60"),
        value("NetLiquidation", "246447.83"),
        value("TotalCashValue", "269339.33"),
        Reply::AccountSummaryEnd { id: 9000 },
    ];
    check("account_summary", summary, &values);
    check("pnl", Request::CancelPnl { id: 9001 }, &[]);
}
