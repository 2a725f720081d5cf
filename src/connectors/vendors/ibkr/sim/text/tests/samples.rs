//! One reply of every kind.

use super::super::super::message::{
    ContractDetails, ContractKey, Execution, HistoryBar, LiveTick, OrderState, PastTicks,
    PriceIncrement, Reply, WireOrder,
};

pub(super) fn contract() -> ContractKey {
    ContractKey {
        con_id: 265_598,
        symbol: "AAPL".to_owned(),
        sec_type: "STK".to_owned(),
        exchange: "SMART".to_owned(),
        primary_exchange: "NASDAQ".to_owned(),
        currency: "USD".to_owned(),
        local_symbol: "AAPL".to_owned(),
        trading_class: "NMS".to_owned(),
        ..ContractKey::default()
    }
}

pub(super) fn details() -> ContractDetails {
    let hours = "20260406:0930-20260406:1600";
    ContractDetails {
        contract: contract(),
        market_name: "NMS".to_owned(),
        min_tick: 0.01,
        order_types: "LMT,MKT".to_owned(),
        valid_exchanges: "SMART,NYSE".to_owned(),
        price_magnifier: 1,
        long_name: "CAFÉ INC".to_owned(),
        industry: "Technology".to_owned(),
        category: "Computers".to_owned(),
        subcategory: "Computers".to_owned(),
        time_zone: "US/Eastern".to_owned(),
        trading_hours: hours.to_owned(),
        liquid_hours: hours.to_owned(),
        market_rule_ids: "26,26".to_owned(),
        stock_type: "COMMON".to_owned(),
        min_size: 0.0001,
        size_increment: 0.0001,
        suggested_size_increment: 100.0,
    }
}

pub(super) fn order() -> WireOrder {
    WireOrder {
        client_id: 7,
        order_id: 12,
        perm_id: 1_234_567_890_123,
        parent_id: 11,
        action: "BUY".to_owned(),
        total_quantity: 300.0,
        order_type: "LMT".to_owned(),
        limit_price: Some(187.25),
        tif: "GTC".to_owned(),
        oca_group: "group".to_owned(),
        oca_type: 3,
        order_ref: "mine".to_owned(),
        account: "DU9000001".to_owned(),
        filled_quantity: 100.0,
        parent_perm_id: 99,
        ..WireOrder::default()
    }
}

fn state() -> OrderState {
    OrderState {
        status: "Submitted".to_owned(),
        init_margin_after: Some(1500.5),
        maint_margin_after: Some(1400.25),
        equity_with_loan_after: Some(99_000.0),
        commission: Some(1.5),
        commission_currency: "USD".to_owned(),
        warning_text: "a warning".to_owned(),
        completed_time: "20260413 15:27:04 US/Eastern".to_owned(),
        completed_status: "Filled Size: 300".to_owned(),
        ..OrderState::default()
    }
}

fn execution() -> Execution {
    Execution {
        order_id: 12,
        client_id: 7,
        perm_id: 1_234_567_890_123,
        exec_id: "0000e0d5.6575b4ab.01.01".to_owned(),
        time: "20260413 15:27:04 US/Eastern".to_owned(),
        account: "DU9000001".to_owned(),
        exchange: "IEX".to_owned(),
        side: "BOT".to_owned(),
        shares: 100.0,
        price: 187.2,
        cumulative_quantity: 100.0,
        average_price: 187.2,
        order_ref: "mine".to_owned(),
    }
}

fn bar() -> HistoryBar {
    HistoryBar {
        date: "20260402".to_owned(),
        open: 254.2,
        high: 254.8,
        low: 250.65,
        close: 252.53,
        volume: 2_829_736.0,
        average: 252.266,
        count: 13_633,
    }
}

/// One of every kind.
pub(super) fn replies() -> Vec<Reply> {
    let mut replies = account();
    replies.extend(market());
    replies.extend(orders());
    replies
}

fn account() -> Vec<Reply> {
    let account = || "DU9000001".to_owned();
    let text = |text: &str| text.to_owned();
    vec![
        Reply::NextValidId { order_id: 5 },
        Reply::ManagedAccounts { accounts: vec![account(), text("DU9000002")] },
        Reply::CurrentTime { seconds: 1_781_163_646 },
        Reply::CurrentTimeMillis { millis: 1_783_641_780_497 },
        Reply::AccountSummary {
            id: 3,
            account: account(),
            tag: text("BuyingPower"),
            value: text("300000.00"),
            currency: text("EUR"),
        },
        Reply::AccountSummaryEnd { id: 3 },
        Reply::AccountValue {
            key: text("NetLiquidation"),
            value: text("100000.00"),
            currency: text("USD"),
            account: account(),
        },
        Reply::PortfolioValue {
            contract: contract(),
            position: -100.0,
            market_price: 291.5,
            market_value: -29_150.0,
            average_cost: 291.25,
            unrealized_pnl: Some(-35.75),
            realized_pnl: None,
            account: account(),
        },
        Reply::AccountUpdateTime { time: text("14:34") },
        Reply::AccountDownloadEnd { account: account() },
        Reply::AccountUpdateMulti {
            id: 4,
            account: account(),
            model: String::new(),
            key: text("Currency"),
            value: text("USD"),
            currency: text("USD"),
        },
        Reply::AccountUpdateMultiEnd { id: 4 },
        Reply::Position {
            account: account(),
            contract: contract(),
            position: 15.0,
            average_cost: 200.25,
        },
        Reply::PositionEnd,
        Reply::Pnl { id: 8, daily: 12.5, unrealized: Some(-3.0), realized: None },
        Reply::PnlSingle {
            id: 9,
            position: 15.0,
            daily: 12.5,
            unrealized: Some(-3.0),
            realized: None,
            value: 3000.0,
        },
        Reply::Error {
            id: -1,
            time: 1_775_425_766_350,
            code: 2104,
            text: text("Market data farm connection is OK:usfarm"),
            advanced_reject: String::new(),
        },
    ]
}

fn market() -> Vec<Reply> {
    let text = |text: &str| text.to_owned();
    let time = 1_775_174_157;
    let id = 21;
    let step = |low_edge, increment| PriceIncrement { low_edge, increment };
    let trade = LiveTick::Trade {
        all: true,
        price: 255.5,
        size: 100.0,
        exchange: text("IEX"),
        conditions: String::new(),
    };
    let quote = LiveTick::Quote { bid: 255.5, ask: 255.75, bid_size: 3.0, ask_size: 4.0 };
    vec![
        Reply::ContractDetails { id, details: Box::new(details()) },
        Reply::ContractDetailsEnd { id },
        Reply::MarketRule { rule: 26, increments: vec![step(0.0, 0.0001), step(1.0, 0.01)] },
        Reply::HistoricalData {
            id,
            start: text("20260406 07:37:52 US/Eastern"),
            end: text("20260406 08:37:52 US/Eastern"),
            bars: vec![bar(), bar()],
        },
        Reply::HistoricalDataUpdate { id, bar: bar() },
        Reply::HeadTimestamp { id, time: text("19801212 14:30:00") },
        Reply::HistoricalTicks {
            id,
            ticks: PastTicks::MidPoints(vec![(time, 255.5), (time + 1, 255.75)]),
            is_done: true,
        },
        Reply::HistoricalTicks {
            id,
            ticks: PastTicks::Quotes(vec![(time, 255.5, 255.75, 3.0, 4.0)]),
            is_done: false,
        },
        Reply::HistoricalTicks {
            id,
            ticks: PastTicks::Trades(vec![(time, 255.5, 100.0)]),
            is_done: true,
        },
        Reply::RealTimeBar {
            id,
            time,
            open: 254.25,
            high: 254.75,
            low: 250.5,
            close: 252.5,
            volume: 1200.0,
            average: 252.25,
            count: 17,
        },
        Reply::MarketDataType { id, kind: 3 },
        Reply::TickReqParams {
            id,
            min_tick: 0.01,
            bbo_exchange: text("9c0001"),
            snapshot_permissions: 4,
        },
        Reply::TickPrice { id, field: 1, price: 255.5, size: 200.0, attributes: 1 },
        Reply::TickSize { id, field: 8, size: 312_894.0 },
        Reply::TickGeneric { id, field: 46, value: 3.0 },
        Reply::TickString { id, field: 88, value: text("1775174157") },
        Reply::TickSnapshotEnd { id },
        Reply::TickByTick { id, time, tick: trade },
        Reply::TickByTick { id, time, tick: quote },
        Reply::TickByTick { id, time, tick: LiveTick::MidPoint { price: 255.5 } },
    ]
}

fn orders() -> Vec<Reply> {
    let text = |text: &str| text.to_owned();
    vec![
        Reply::OpenOrder {
            contract: contract(),
            order: Box::new(order()),
            state: Box::new(state()),
        },
        Reply::OrderStatus {
            order_id: 12,
            status: text("Submitted"),
            filled: 100.0,
            remaining: 200.0,
            average_price: 187.25,
            perm_id: 1_234_567_890_123,
            parent_id: 11,
            last_price: 187.5,
            client_id: 7,
            why_held: String::new(),
            market_cap_price: 0.0,
        },
        Reply::OpenOrderEnd,
        Reply::OrderBound { perm_id: 99, client_id: 0, order_id: -3 },
        Reply::ExecutionData { id: -1, contract: contract(), execution: Box::new(execution()) },
        Reply::ExecutionDataEnd { id: 3 },
        Reply::CommissionReport {
            exec_id: execution().exec_id,
            commission: 1.25,
            currency: text("USD"),
            realized_pnl: None,
        },
        Reply::CompletedOrder {
            contract: contract(),
            order: Box::new(order()),
            state: Box::new(state()),
        },
        Reply::CompletedOrdersEnd,
    ]
}
