//! What the gateway says. The shape of this file and of `request.rs` is final.

use super::{ContractDetails, ContractKey, Execution, OrderState, PriceIncrement, WireOrder};

/// One message of the gateway. `id` is the client's number of the request; an absent number is what the wire calls unset.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Reply {
    NextValidId {
        order_id: i32,
    },
    ManagedAccounts {
        accounts: Vec<String>,
    },
    /// Seconds since 1970.
    CurrentTime {
        seconds: i64,
    },
    CurrentTimeMillis {
        millis: i64,
    },
    AccountSummary {
        id: i32,
        account: String,
        tag: String,
        value: String,
        currency: String,
    },
    AccountSummaryEnd {
        id: i32,
    },
    AccountValue {
        key: String,
        value: String,
        currency: String,
        account: String,
    },
    PortfolioValue {
        contract: ContractKey,
        position: f64,
        market_price: f64,
        market_value: f64,
        average_cost: f64,
        unrealized_pnl: Option<f64>,
        realized_pnl: Option<f64>,
        account: String,
    },
    /// `15:04`.
    AccountUpdateTime {
        time: String,
    },
    AccountDownloadEnd {
        account: String,
    },
    AccountUpdateMulti {
        id: i32,
        account: String,
        model: String,
        key: String,
        value: String,
        currency: String,
    },
    AccountUpdateMultiEnd {
        id: i32,
    },
    Position {
        account: String,
        contract: ContractKey,
        position: f64,
        average_cost: f64,
    },
    PositionEnd,
    ContractDetails {
        id: i32,
        details: Box<ContractDetails>,
    },
    ContractDetailsEnd {
        id: i32,
    },
    MarketRule {
        rule: i32,
        increments: Vec<PriceIncrement>,
    },
    /// All bars and their end: messages 17 and 108, or 17 alone before version 196.
    HistoricalData {
        id: i32,
        start: String,
        end: String,
        bars: Vec<HistoryBar>,
    },
    HistoricalDataUpdate {
        id: i32,
        bar: HistoryBar,
    },
    HeadTimestamp {
        id: i32,
        time: String,
    },
    /// Messages 96, 97 or 98.
    HistoricalTicks {
        id: i32,
        ticks: PastTicks,
        is_done: bool,
    },
    RealTimeBar {
        id: i32,
        /// Seconds since 1970.
        time: i64,
        open: f64,
        high: f64,
        low: f64,
        close: f64,
        volume: f64,
        average: f64,
        count: i32,
    },
    MarketDataType {
        id: i32,
        kind: i32,
    },
    TickReqParams {
        id: i32,
        min_tick: f64,
        bbo_exchange: String,
        snapshot_permissions: i32,
    },
    TickPrice {
        id: i32,
        field: i32,
        price: f64,
        /// Also sent as a size of its own by servers that do so.
        size: f64,
        /// Bits: 1 can auto-execute, 2 past limit, 4 pre-open.
        attributes: i32,
    },
    TickSize {
        id: i32,
        field: i32,
        size: f64,
    },
    TickGeneric {
        id: i32,
        field: i32,
        value: f64,
    },
    TickString {
        id: i32,
        field: i32,
        value: String,
    },
    TickSnapshotEnd {
        id: i32,
    },
    TickByTick {
        id: i32,
        /// Seconds since 1970.
        time: i64,
        tick: LiveTick,
    },
    OpenOrder {
        contract: ContractKey,
        order: Box<WireOrder>,
        state: Box<OrderState>,
    },
    OrderStatus {
        order_id: i32,
        status: String,
        filled: f64,
        remaining: f64,
        average_price: f64,
        perm_id: i64,
        parent_id: i32,
        last_price: f64,
        client_id: i32,
        /// Such as `locate`; empty if nothing holds it.
        why_held: String,
        market_cap_price: f64,
    },
    OpenOrderEnd,
    OrderBound {
        perm_id: i64,
        client_id: i32,
        order_id: i32,
    },
    /// `id` is −1 if nobody asked.
    ExecutionData {
        id: i32,
        contract: ContractKey,
        execution: Box<Execution>,
    },
    ExecutionDataEnd {
        id: i32,
    },
    CommissionReport {
        exec_id: String,
        /// `f64::MAX` is what real gateways send for unset.
        commission: f64,
        currency: String,
        realized_pnl: Option<f64>,
    },
    CompletedOrder {
        contract: ContractKey,
        order: Box<WireOrder>,
        state: Box<OrderState>,
    },
    CompletedOrdersEnd,
    Pnl {
        id: i32,
        daily: f64,
        unrealized: Option<f64>,
        realized: Option<f64>,
    },
    PnlSingle {
        id: i32,
        position: f64,
        daily: f64,
        unrealized: Option<f64>,
        realized: Option<f64>,
        value: f64,
    },
    /// An error of a request or order, or a notice (`id` −1).
    Error {
        id: i32,
        /// Milliseconds since 1970.
        time: i64,
        code: i32,
        text: String,
        /// JSON; empty if none.
        advanced_reject: String,
    },
    /// A message of a kind that no client knows.
    Unknown {
        number: i32,
    },
}

/// One bar of the past. A volume of −1 is unknown.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct HistoryBar {
    /// As the request wants it: `20240110`, `20240110 15:00:00 US/Eastern` or seconds since 1970.
    pub date: String,
    pub open: f64,
    pub high: f64,
    pub low: f64,
    pub close: f64,
    pub volume: f64,
    pub average: f64,
    pub count: i32,
}

/// A tick as it happens.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum LiveTick {
    Trade {
        /// Whether all trades were asked for (`AllLast`, 2), not only those that count (`Last`, 1).
        all: bool,
        price: f64,
        size: f64,
        exchange: String,
        conditions: String,
    },
    Quote {
        bid: f64,
        ask: f64,
        bid_size: f64,
        ask_size: f64,
    },
    MidPoint {
        price: f64,
    },
}

/// Ticks of the past, each with seconds since 1970.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum PastTicks {
    /// Time and price: message 96.
    MidPoints(Vec<(i64, f64)>),
    /// Time, bid, ask, size at the bid, size at the ask: message 97.
    Quotes(Vec<(i64, f64, f64, f64, f64)>),
    /// Time, price, size: message 98.
    Trades(Vec<(i64, f64, f64)>),
}
