//! Names and numbers of replies, for scripts and records.

use super::{PastTicks, Reply};

impl Reply {
    /// Stable name, as fault scripts and records have it, and the protocol's number.
    pub(crate) fn name(&self) -> (&'static str, i32) {
        match self {
            Self::NextValidId { .. } => ("next_valid_id", 9),
            Self::ManagedAccounts { .. } => ("managed_accounts", 15),
            Self::CurrentTime { .. } => ("current_time", 49),
            Self::CurrentTimeMillis { .. } => ("current_time_millis", 109),
            Self::AccountSummary { .. } => ("account_summary", 63),
            Self::AccountSummaryEnd { .. } => ("account_summary_end", 64),
            Self::AccountValue { .. } => ("account_value", 6),
            Self::PortfolioValue { .. } => ("portfolio_value", 7),
            Self::AccountUpdateTime { .. } => ("account_update_time", 8),
            Self::AccountDownloadEnd { .. } => ("account_download_end", 54),
            Self::AccountUpdateMulti { .. } => ("account_update_multi", 73),
            Self::AccountUpdateMultiEnd { .. } => ("account_update_multi_end", 74),
            Self::Position { .. } => ("position", 61),
            Self::PositionEnd => ("position_end", 62),
            Self::ContractDetails { .. } => ("contract_details", 10),
            Self::ContractDetailsEnd { .. } => ("contract_details_end", 52),
            Self::MarketRule { .. } => ("market_rule", 93),
            Self::HistoricalData { .. } => ("historical_data", 17),
            Self::HistoricalDataUpdate { .. } => ("historical_data_update", 90),
            Self::HeadTimestamp { .. } => ("head_timestamp", 88),
            Self::Pnl { .. } => ("pnl", 94),
            Self::PnlSingle { .. } => ("pnl_single", 95),
            Self::Error { .. } => ("error", 4),
            Self::Unknown { number } => ("unknown", *number),
            other => other.market_name().or_else(|| other.order_name()).unwrap_or(("unknown", 0)),
        }
    }

    fn market_name(&self) -> Option<(&'static str, i32)> {
        Some(match self {
            Self::HistoricalTicks { ticks: PastTicks::MidPoints(_), .. } => {
                ("historical_ticks_mid_point", 96)
            }
            Self::HistoricalTicks { ticks: PastTicks::Quotes(_), .. } => {
                ("historical_ticks_bid_ask", 97)
            }
            Self::HistoricalTicks { ticks: PastTicks::Trades(_), .. } => {
                ("historical_ticks_last", 98)
            }
            Self::RealTimeBar { .. } => ("real_time_bar", 50),
            Self::MarketDataType { .. } => ("market_data_type", 58),
            Self::TickReqParams { .. } => ("tick_req_params", 81),
            Self::TickPrice { .. } => ("tick_price", 1),
            Self::TickSize { .. } => ("tick_size", 2),
            Self::TickGeneric { .. } => ("tick_generic", 45),
            Self::TickString { .. } => ("tick_string", 46),
            Self::TickSnapshotEnd { .. } => ("tick_snapshot_end", 57),
            Self::TickByTick { .. } => ("tick_by_tick", 99),
            _ => return None,
        })
    }

    fn order_name(&self) -> Option<(&'static str, i32)> {
        Some(match self {
            Self::OpenOrder { .. } => ("open_order", 5),
            Self::OrderStatus { .. } => ("order_status", 3),
            Self::OpenOrderEnd => ("open_order_end", 53),
            Self::OrderBound { .. } => ("order_bound", 100),
            Self::ExecutionData { .. } => ("execution_data", 11),
            Self::ExecutionDataEnd { .. } => ("execution_data_end", 55),
            Self::CommissionReport { .. } => ("commission_report", 59),
            Self::CompletedOrder { .. } => ("completed_order", 101),
            Self::CompletedOrdersEnd => ("completed_orders_end", 102),
            _ => return None,
        })
    }
}
