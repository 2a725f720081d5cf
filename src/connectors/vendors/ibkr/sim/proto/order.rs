//! Orders and executions.

use super::super::message::{Execution, ExecutionFilter, OrderState, WireOrder};
use super::contract::Contract;
use super::define::{decimal, messages, number, text};

messages! {
    Order {
        "1" client_id: int32 i32,
        "2" order_id: int32 i32,
        "3" perm_id: int64 i64,
        "4" parent_id: int32 i32,
        "5" action: string String,
        "6" total_quantity: string String,
        "7" display_size: int32 i32,
        "8" order_type: string String,
        "9" limit_price: double f64,
        "10" aux_price: double f64,
        "11" tif: string String,
        "12" account: string String,
        "16" all_or_none: bool bool,
        "18" hidden: bool bool,
        "19" outside_rth: bool bool,
        "22" trailing_percent: double f64,
        "23" trail_stop_price: double f64,
        "24" min_quantity: int32 i32,
        "25" good_after_time: string String,
        "26" good_till_date: string String,
        "27" oca_group: string String,
        "28" order_ref: string String,
        "30" oca_type: int32 i32,
        "65" what_if: bool bool,
        "66" transmit: bool bool,
        "115" filled_quantity: string String,
        "121" parent_perm_id: int64 i64,
    }
    State {
        "1" status: string String,
        "2" init_margin_before: double f64,
        "3" maint_margin_before: double f64,
        "4" equity_with_loan_before: double f64,
        "5" init_margin_change: double f64,
        "6" maint_margin_change: double f64,
        "7" equity_with_loan_change: double f64,
        "8" init_margin_after: double f64,
        "9" maint_margin_after: double f64,
        "10" equity_with_loan_after: double f64,
        "11" commission: double f64,
        "12" min_commission: double f64,
        "13" max_commission: double f64,
        "14" commission_currency: string String,
        "26" reject_reason: string String,
        "28" warning_text: string String,
        "29" completed_time: string String,
        "30" completed_status: string String,
    }
    OpenOrder {
        "1" order_id: int32 i32,
        "2" contract: message Contract,
        "3" order: message Order,
        "4" state: message State,
    }
    OrderStatus {
        "1" order_id: int32 i32,
        "2" status: string String,
        "3" filled: string String,
        "4" remaining: string String,
        "5" average_price: double f64,
        "6" perm_id: int64 i64,
        "7" parent_id: int32 i32,
        "8" last_price: double f64,
        "9" client_id: int32 i32,
        "10" why_held: string String,
        "11" market_cap_price: double f64,
    }
    CompletedOrder {
        "1" contract: message Contract,
        "2" order: message Order,
        "3" state: message State,
    }
    OrderBound {
        "1" perm_id: int64 i64,
        "2" client_id: int32 i32,
        "3" order_id: int32 i32,
    }
    PlaceOrder {
        "1" order_id: int32 i32,
        "2" contract: message Contract,
        "3" order: message Order,
    }
    CancelOrder {
        "1" order_id: int32 i32,
    }
    Flag {
        "1" is_on: bool bool,
    }
    WireExecution {
        "1" order_id: int32 i32,
        "2" exec_id: string String,
        "3" time: string String,
        "4" account: string String,
        "5" exchange: string String,
        "6" side: string String,
        "7" shares: string String,
        "8" price: double f64,
        "9" perm_id: int64 i64,
        "10" client_id: int32 i32,
        "12" cumulative_quantity: string String,
        "13" average_price: double f64,
        "14" order_ref: string String,
        "18" last_liquidity: int32 i32,
    }
    ExecutionData {
        "1" id: int32 i32,
        "2" contract: message Contract,
        "3" execution: message WireExecution,
    }
    Filter {
        "1" client_id: int32 i32,
        "2" account: string String,
        "3" time: string String,
        "4" symbol: string String,
        "5" sec_type: string String,
        "6" exchange: string String,
        "7" side: string String,
        "8" last_n_days: int32 i32,
        ;
        "9" specific_dates: int32 i32,
    }
    ExecutionRequest {
        "1" id: int32 i32,
        "2" filter: message Filter,
    }
    CommissionReport {
        "1" exec_id: string String,
        "2" commission: double f64,
        "3" currency: string String,
        "4" realized_pnl: double f64,
    }
}

impl From<&WireOrder> for Order {
    fn from(order: &WireOrder) -> Self {
        Self {
            client_id: Some(order.client_id),
            order_id: Some(order.order_id),
            perm_id: Some(order.perm_id),
            parent_id: Some(order.parent_id),
            action: text(&order.action),
            total_quantity: decimal(order.total_quantity),
            display_size: (order.display_size != 0).then_some(order.display_size),
            order_type: text(&order.order_type),
            limit_price: order.limit_price,
            aux_price: order.aux_price,
            tif: text(&order.tif),
            account: text(&order.account),
            all_or_none: Some(order.all_or_none),
            hidden: Some(order.hidden),
            outside_rth: Some(order.outside_rth),
            trailing_percent: order.trailing_percent,
            trail_stop_price: order.trail_stop_price,
            min_quantity: order.min_quantity,
            good_after_time: text(&order.good_after_time),
            good_till_date: text(&order.good_till_date),
            oca_group: text(&order.oca_group),
            order_ref: text(&order.order_ref),
            oca_type: (order.oca_type != 0).then_some(order.oca_type),
            what_if: Some(order.what_if),
            transmit: Some(order.transmit),
            filled_quantity: decimal(order.filled_quantity),
            parent_perm_id: (order.parent_perm_id != 0).then_some(order.parent_perm_id),
        }
    }
}

impl From<Order> for WireOrder {
    fn from(order: Order) -> Self {
        let set = |number: Option<f64>| number.filter(|number| *number != f64::MAX);
        Self {
            client_id: order.client_id.unwrap_or_default(),
            order_id: order.order_id.unwrap_or_default(),
            perm_id: order.perm_id.unwrap_or_default(),
            parent_id: order.parent_id.unwrap_or_default(),
            action: order.action.unwrap_or_default(),
            total_quantity: number(order.total_quantity.as_ref()),
            order_type: order.order_type.unwrap_or_default(),
            limit_price: set(order.limit_price),
            aux_price: set(order.aux_price),
            tif: order.tif.unwrap_or_default(),
            oca_group: order.oca_group.unwrap_or_default(),
            oca_type: order.oca_type.unwrap_or_default(),
            order_ref: order.order_ref.unwrap_or_default(),
            // An order that says nothing of it is not transmitted: so protobuf reads what is absent.
            transmit: order.transmit.unwrap_or_default(),
            what_if: order.what_if.unwrap_or_default(),
            outside_rth: order.outside_rth.unwrap_or_default(),
            all_or_none: order.all_or_none.unwrap_or_default(),
            hidden: order.hidden.unwrap_or_default(),
            display_size: order.display_size.unwrap_or_default(),
            account: order.account.unwrap_or_default(),
            good_after_time: order.good_after_time.unwrap_or_default(),
            good_till_date: order.good_till_date.unwrap_or_default(),
            trail_stop_price: set(order.trail_stop_price),
            trailing_percent: set(order.trailing_percent),
            min_quantity: order.min_quantity.filter(|quantity| *quantity != i32::MAX),
            filled_quantity: number(order.filled_quantity.as_ref()),
            parent_perm_id: order.parent_perm_id.unwrap_or_default(),
        }
    }
}

impl From<&OrderState> for State {
    fn from(state: &OrderState) -> Self {
        Self {
            status: text(&state.status),
            init_margin_before: state.init_margin_before,
            maint_margin_before: state.maint_margin_before,
            equity_with_loan_before: state.equity_with_loan_before,
            init_margin_change: state.init_margin_change,
            maint_margin_change: state.maint_margin_change,
            equity_with_loan_change: state.equity_with_loan_change,
            init_margin_after: state.init_margin_after,
            maint_margin_after: state.maint_margin_after,
            equity_with_loan_after: state.equity_with_loan_after,
            commission: state.commission,
            min_commission: state.min_commission,
            max_commission: state.max_commission,
            commission_currency: text(&state.commission_currency),
            reject_reason: text(&state.reject_reason),
            warning_text: text(&state.warning_text),
            completed_time: text(&state.completed_time),
            completed_status: text(&state.completed_status),
        }
    }
}

impl From<&Execution> for WireExecution {
    fn from(execution: &Execution) -> Self {
        Self {
            order_id: Some(execution.order_id),
            exec_id: text(&execution.exec_id),
            time: text(&execution.time),
            account: text(&execution.account),
            exchange: text(&execution.exchange),
            side: text(&execution.side),
            shares: decimal(execution.shares),
            price: Some(execution.price),
            perm_id: Some(execution.perm_id),
            client_id: Some(execution.client_id),
            cumulative_quantity: decimal(execution.cumulative_quantity),
            average_price: Some(execution.average_price),
            order_ref: text(&execution.order_ref),
            last_liquidity: Some(2),
        }
    }
}

impl From<Filter> for ExecutionFilter {
    fn from(filter: Filter) -> Self {
        Self {
            client_id: filter.client_id.unwrap_or_default(),
            account: filter.account.unwrap_or_default(),
            time: filter.time.unwrap_or_default(),
            symbol: filter.symbol.unwrap_or_default(),
            sec_type: filter.sec_type.unwrap_or_default(),
            exchange: filter.exchange.unwrap_or_default(),
            side: filter.side.unwrap_or_default(),
            last_n_days: filter.last_n_days.filter(|days| *days > 0 && *days != i32::MAX),
            specific_dates: filter.specific_dates,
        }
    }
}
