//! What clients ask. The shape of this file and of `reply.rs` is final.

use super::{ContractKey, ExecutionFilter, WireOrder};

/// One message of a client. `id` is the client's number of the request.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Request {
    StartApi {
        client_id: i32,
        capabilities: String,
    },
    NextId {
        count: i32,
    },
    ManagedAccounts,
    CurrentTime,
    CurrentTimeMillis,
    AccountSummary {
        id: i32,
        group: String,
        /// Comma-separated.
        tags: String,
    },
    CancelAccountSummary {
        id: i32,
    },
    /// On, or off.
    AccountUpdates {
        subscribe: bool,
        account: String,
    },
    AccountUpdatesMulti {
        id: i32,
        account: String,
        model: String,
        ledger_and_nlv: bool,
    },
    CancelAccountUpdatesMulti {
        id: i32,
    },
    Positions,
    CancelPositions,
    ContractDetails {
        id: i32,
        contract: ContractKey,
    },
    CancelContractDetails {
        id: i32,
    },
    MarketRule {
        rule: i32,
    },
    HistoricalData {
        id: i32,
        contract: ContractKey,
        /// Empty is now.
        end: String,
        bar_size: String,
        duration: String,
        use_rth: bool,
        what: String,
        /// 1: text in the exchange's zone, 2: seconds since 1970 (days are dates in both).
        format_date: i32,
        keep_up_to_date: bool,
    },
    CancelHistoricalData {
        id: i32,
    },
    HeadTimestamp {
        id: i32,
        contract: ContractKey,
        use_rth: bool,
        what: String,
        format_date: i32,
    },
    CancelHeadTimestamp {
        id: i32,
    },
    HistoricalTicks {
        id: i32,
        contract: ContractKey,
        start: String,
        end: String,
        count: i32,
        what: String,
        use_rth: bool,
    },
    CancelHistoricalTicks {
        id: i32,
    },
    RealTimeBars {
        id: i32,
        contract: ContractKey,
        bar_size: i32,
        what: String,
        use_rth: bool,
    },
    CancelRealTimeBars {
        id: i32,
    },
    /// 1 live, 2 frozen, 3 delayed, 4 delayed and frozen.
    MarketDataType {
        kind: i32,
    },
    MarketData {
        id: i32,
        contract: ContractKey,
        generic_ticks: String,
        snapshot: bool,
        regulatory_snapshot: bool,
    },
    CancelMarketData {
        id: i32,
    },
    TickByTick {
        id: i32,
        contract: ContractKey,
        /// `Last`, `AllLast`, `BidAsk` or `MidPoint`.
        kind: String,
        count: i32,
        ignore_size: bool,
    },
    CancelTickByTick {
        id: i32,
    },
    /// Also a change of an order: then the id is that of a working one.
    PlaceOrder {
        id: i32,
        contract: ContractKey,
        order: Box<WireOrder>,
    },
    CancelOrder {
        id: i32,
    },
    GlobalCancel,
    OpenOrders,
    AllOpenOrders,
    AutoOpenOrders {
        bind: bool,
    },
    Executions {
        id: i32,
        filter: ExecutionFilter,
    },
    CompletedOrders {
        api_only: bool,
    },
    Pnl {
        id: i32,
        account: String,
        model: String,
    },
    CancelPnl {
        id: i32,
    },
    PnlSingle {
        id: i32,
        account: String,
        model: String,
        con_id: i32,
    },
    CancelPnlSingle {
        id: i32,
    },
    /// A message that the simulator does not carry out; it is counted and answered by nothing.
    Other {
        number: i32,
    },
}
