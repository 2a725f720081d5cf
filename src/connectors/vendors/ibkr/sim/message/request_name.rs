//! Names and numbers of requests, for scripts and records.

use super::Request;

impl Request {
    /// Stable name, as fault scripts and records have it, and the protocol's number.
    pub(crate) fn name(&self) -> (&'static str, i32) {
        match self {
            Self::StartApi { .. } => ("start_api", 71),
            Self::NextId { .. } => ("next_id", 8),
            Self::ManagedAccounts => ("managed_accounts", 17),
            Self::CurrentTime => ("current_time", 49),
            Self::CurrentTimeMillis => ("current_time_millis", 105),
            Self::AccountSummary { .. } => ("account_summary", 62),
            Self::CancelAccountSummary { .. } => ("cancel_account_summary", 63),
            Self::AccountUpdates { .. } => ("account_updates", 6),
            Self::AccountUpdatesMulti { .. } => ("account_updates_multi", 76),
            Self::CancelAccountUpdatesMulti { .. } => ("cancel_account_updates_multi", 77),
            Self::Positions => ("positions", 61),
            Self::CancelPositions => ("cancel_positions", 64),
            Self::ContractDetails { .. } => ("contract_details", 9),
            Self::CancelContractDetails { .. } => ("cancel_contract_details", 106),
            Self::MarketRule { .. } => ("market_rule", 91),
            Self::PlaceOrder { .. } => ("place_order", 3),
            Self::CancelOrder { .. } => ("cancel_order", 4),
            Self::GlobalCancel => ("global_cancel", 58),
            Self::OpenOrders => ("open_orders", 5),
            Self::AllOpenOrders => ("all_open_orders", 16),
            Self::AutoOpenOrders { .. } => ("auto_open_orders", 15),
            Self::Executions { .. } => ("executions", 7),
            Self::CompletedOrders { .. } => ("completed_orders", 99),
            Self::Pnl { .. } => ("pnl", 92),
            Self::CancelPnl { .. } => ("cancel_pnl", 93),
            Self::PnlSingle { .. } => ("pnl_single", 94),
            Self::CancelPnlSingle { .. } => ("cancel_pnl_single", 95),
            Self::Other { number } => ("other", *number),
            other => other.market_name().unwrap_or(("other", 0)),
        }
    }

    fn market_name(&self) -> Option<(&'static str, i32)> {
        Some(match self {
            Self::HistoricalData { .. } => ("historical_data", 20),
            Self::CancelHistoricalData { .. } => ("cancel_historical_data", 25),
            Self::HeadTimestamp { .. } => ("head_timestamp", 87),
            Self::CancelHeadTimestamp { .. } => ("cancel_head_timestamp", 90),
            Self::HistoricalTicks { .. } => ("historical_ticks", 96),
            Self::CancelHistoricalTicks { .. } => ("cancel_historical_ticks", 107),
            Self::RealTimeBars { .. } => ("real_time_bars", 50),
            Self::CancelRealTimeBars { .. } => ("cancel_real_time_bars", 51),
            Self::MarketDataType { .. } => ("market_data_type", 59),
            Self::MarketData { .. } => ("market_data", 1),
            Self::CancelMarketData { .. } => ("cancel_market_data", 2),
            Self::TickByTick { .. } => ("tick_by_tick", 97),
            Self::CancelTickByTick { .. } => ("cancel_tick_by_tick", 98),
            _ => return None,
        })
    }
}
