//! Every message that the gateway sends, with its fields.

use super::super::sentinel::Field;
use super::account::{
    AccountMulti, AccountSummary, AccountValue, BigNumber, ErrorMessage, Nothing, Number, Pnl,
    PnlSingle, PortfolioValue, Position, Words,
};
use super::contract::{ContractData, MarketRule};
use super::define::Fields;
use super::market::{
    DataType, Head, History, HistoryEnd, HistoryUpdate, MidPoints, Quotes, RealTimeBar, TickByTick,
    TickGeneric, TickParams, TickPrice, TickText, Trades,
};
use super::order::{
    CommissionReport, CompletedOrder, ExecutionData, OpenOrder, OrderBound, OrderStatus,
};

/// Name, number and fields of a message; history has a second frame for its end.
pub(crate) type Row = (&'static str, i32, &'static [Field]);

/// All of them.
pub(crate) const MESSAGES: [Row; 46] = [
    ("next_valid_id", 9, Number::FIELDS),
    ("managed_accounts", 15, Words::FIELDS),
    ("current_time", 49, BigNumber::FIELDS),
    ("current_time_millis", 109, BigNumber::FIELDS),
    ("account_summary", 63, AccountSummary::FIELDS),
    ("account_summary_end", 64, Number::FIELDS),
    ("account_value", 6, AccountValue::FIELDS),
    ("portfolio_value", 7, PortfolioValue::FIELDS),
    ("account_update_time", 8, Words::FIELDS),
    ("account_download_end", 54, Words::FIELDS),
    ("account_update_multi", 73, AccountMulti::FIELDS),
    ("account_update_multi_end", 74, Number::FIELDS),
    ("position", 61, Position::FIELDS),
    ("position_end", 62, Nothing::FIELDS),
    ("contract_details", 10, ContractData::FIELDS),
    ("contract_details_end", 52, Number::FIELDS),
    ("market_rule", 93, MarketRule::FIELDS),
    ("historical_data", 17, History::FIELDS),
    ("historical_data", 108, HistoryEnd::FIELDS),
    ("historical_data_update", 90, HistoryUpdate::FIELDS),
    ("head_timestamp", 88, Head::FIELDS),
    ("pnl", 94, Pnl::FIELDS),
    ("pnl_single", 95, PnlSingle::FIELDS),
    ("error", 4, ErrorMessage::FIELDS),
    ("historical_ticks_mid_point", 96, MidPoints::FIELDS),
    ("historical_ticks_bid_ask", 97, Quotes::FIELDS),
    ("historical_ticks_last", 98, Trades::FIELDS),
    ("real_time_bar", 50, RealTimeBar::FIELDS),
    ("market_data_type", 58, DataType::FIELDS),
    ("tick_req_params", 81, TickParams::FIELDS),
    ("tick_price", 1, TickPrice::FIELDS),
    ("tick_size", 2, TickText::FIELDS),
    ("tick_generic", 45, TickGeneric::FIELDS),
    ("tick_string", 46, TickText::FIELDS),
    ("tick_snapshot_end", 57, Number::FIELDS),
    ("tick_by_tick", 99, TickByTick::FIELDS),
    ("open_order", 5, OpenOrder::FIELDS),
    ("order_status", 3, OrderStatus::FIELDS),
    ("open_order_end", 53, Nothing::FIELDS),
    ("order_bound", 100, OrderBound::FIELDS),
    ("execution_data", 11, ExecutionData::FIELDS),
    ("execution_data_end", 55, Number::FIELDS),
    ("commission_report", 59, CommissionReport::FIELDS),
    ("completed_order", 101, CompletedOrder::FIELDS),
    ("completed_orders_end", 102, Nothing::FIELDS),
    ("unknown", 0, Words::FIELDS),
];

/// The fields of a message.
pub(super) fn fields(number: i32) -> &'static [Field] {
    let row = MESSAGES.iter().find(|(_, of, _)| *of == number);
    row.map_or(&[], |(_, _, fields)| fields)
}

/// Every number in every message: the message, the names of the field, and what can stand there.
#[cfg(test)]
pub(crate) fn numeric_fields() -> Vec<(&'static str, String, Vec<super::super::Sentinel>)> {
    let of = |&(message, _, fields): &Row| {
        let with_name = move |(field, values)| (message, field, values);
        super::super::sentinel::numeric(fields).into_iter().map(with_name)
    };
    MESSAGES.iter().flat_map(of).collect()
}
