//! Orders and executions.
//!
//! Fields for what the simulator does not trade have the values that a recorded session at version 200 shows.

use super::super::message::{ContractKey, Execution, OrderState, Reply, WireOrder};
use super::row::{OrEmpty, OrUnset, Row};
use super::version;
use super::write::since;
use super::write_account::named;

/// How gateways write a whole number that is not set.
const UNSET_INT: i32 = i32::MAX;
/// How they write a decimal number that is not set.
const UNSET_DECIMAL: i64 = i64::MIN;
/// Layout of open orders before the server version took its place.
const OPEN_ORDER_LAYOUT: i32 = 34;

/// The bodies, or `None` if the message is of another family.
pub(super) fn reply(reply: &Reply, version: i32) -> Option<Vec<Vec<u8>>> {
    let row = |number: i32| Row::new(number, version);
    let row = match reply {
        Reply::OpenOrder { contract, order, state } => open_order(contract, order, state, version),
        Reply::OrderStatus { .. } => status(reply, row(3))?,
        Reply::OpenOrderEnd => row(53).put(1),
        Reply::OrderBound { perm_id, client_id, order_id } => {
            let row = row(100).put(*perm_id).put(*client_id).put(*order_id);
            return Some(since(version::BOUND_ORDERS, version, row));
        }
        Reply::ExecutionData { id, contract, execution } => {
            execution_data(*id, contract, execution, version)
        }
        Reply::ExecutionDataEnd { id } => row(55).put(1).put(*id),
        Reply::CommissionReport { exec_id, commission, currency, realized_pnl } => {
            let row = row(59).put(1).put(exec_id).put(*commission).put(currency);
            // Yield of a bond and the day of its redemption.
            row.put(OrUnset(*realized_pnl)).put(OrUnset(None)).put("")
        }
        Reply::CompletedOrder { contract, order, state } => {
            let row = completed_order(contract, order, state, version);
            return Some(since(version::COMPLETED_ORDERS, version, row));
        }
        Reply::CompletedOrdersEnd => {
            return Some(since(version::COMPLETED_ORDERS, version, row(102)));
        }
        _ => return None,
    };
    Some(vec![row.body()])
}

fn status(reply: &Reply, row: Row) -> Option<Row> {
    let Reply::OrderStatus {
        order_id,
        status,
        filled,
        remaining,
        average_price,
        perm_id,
        parent_id,
        last_price,
        client_id,
        why_held,
        market_cap_price,
    } = reply
    else {
        return None;
    };
    let row = row
        .until(version::MARKET_CAP_PRICE, 6)
        .put(*order_id)
        .put(status)
        .size(version::FRACTIONAL_POSITIONS, *filled)
        .size(version::FRACTIONAL_POSITIONS, *remaining)
        .put(*average_price)
        .put(*perm_id)
        .put(*parent_id)
        .put(*last_price)
        .put(*client_id)
        .put(why_held)
        .from(version::MARKET_CAP_PRICE, *market_cap_price);
    Some(row)
}

fn execution_data(id: i32, contract: &ContractKey, execution: &Execution, version: i32) -> Row {
    let row = Row::new(11, version).until(version::LAST_LIQUIDITY, 10).put(id);
    named(row.put(execution.order_id), contract, &contract.exchange)
        .put(&execution.exec_id)
        .put(&execution.time)
        .put(&execution.account)
        .put(&execution.exchange)
        .put(&execution.side)
        .size(version::FRACTIONAL_POSITIONS, execution.shares)
        .put(execution.price)
        .put(execution.perm_id)
        .put(execution.client_id)
        .put(false)
        .put(execution.cumulative_quantity)
        .put(execution.average_price)
        .put(&execution.order_ref)
        .repeat(2, "")
        .from(version::MODELS, "")
        .from(version::LAST_LIQUIDITY, 2)
        .from(version::PENDING_REVISION, false)
        .from(version::SUBMITTER, "")
}

fn open_order(contract: &ContractKey, order: &WireOrder, state: &OrderState, version: i32) -> Row {
    let row = Row::new(5, version).until(version::ORDER_CONTAINER, OPEN_ORDER_LAYOUT);
    let row = named(row.put(order.order_id), contract, &contract.exchange);
    let row = terms(row, order)
        .put(order.client_id)
        .put(order.perm_id)
        .put(order.outside_rth)
        .put(order.hidden)
        .put(0)
        .put(&order.good_after_time)
        .put("");
    let row = allocation(row, order).put(0);
    let row = row
        .repeat(5, "")
        .put(shown(order))
        .put(false)
        .put(false)
        .put(order.all_or_none)
        .put(OrEmpty(order.min_quantity))
        .put(order.oca_type)
        // Electronic only, firm quotes only, price cap.
        .put(false)
        .put(false)
        .put("")
        .put(order.parent_id)
        .put(0)
        // Volatility, its kind, and a hedge of kind `None`, which has eight fields more.
        .put("")
        .put(0)
        .put("None")
        .put("")
        .put(0)
        .repeat(3, "")
        .put("?")
        .put(false)
        .put(0)
        .put("");
    let row = trail(row, order).repeat(2, "");
    let row = structure(row).put(false).put("").put("IB").put(false).put(false).put("");
    // Solicited.
    let row = row.put(false).put(order.what_if);
    let row = preview(row, state, version).put(false).put(false);
    let row = row.from(version::PEGGED_TO_BENCHMARK, 0);
    let row = adjusted(row, order);
    newest(row)
}

/// Side, quantity, kind, prices, validity, group, account and the client's own words.
fn terms(row: Row, order: &WireOrder) -> Row {
    row.put(&order.action)
        .size(version::FRACTIONAL_POSITIONS, order.total_quantity)
        .put(&order.order_type)
        .put(order.limit_price.unwrap_or(0.0))
        .put(order.aux_price.unwrap_or(0.0))
        .put(if order.tif.is_empty() { "DAY" } else { &order.tif })
        .put(&order.oca_group)
        .put(&order.account)
        .put("")
        .put(0)
        .put(&order.order_ref)
}

/// Advisor fields, model, validity, rule 80A, offset, settling firm, short shares.
fn allocation(row: Row, order: &WireOrder) -> Row {
    row.repeat(3, "")
        .until(version::NO_FA_PROFILE, "")
        .from(version::MODELS, "")
        .put(&order.good_till_date)
        .put(0)
        .repeat(2, "")
        .put(0)
        .put("")
        .put(-1)
}

const fn shown(order: &WireOrder) -> i32 {
    if order.display_size == 0 { UNSET_INT } else { order.display_size }
}

fn trail(row: Row, order: &WireOrder) -> Row {
    row.put(false).put(0).put(OrEmpty(order.trail_stop_price)).put(OrEmpty(order.trailing_percent))
}

/// Legs and their prices, routing, a scale, a hedge: none of them.
fn structure(row: Row) -> Row {
    row.put("").repeat(3, 0).repeat(2, UNSET_INT).repeat(2, "")
}

/// What the order would cost.
fn preview(row: Row, state: &OrderState, version: i32) -> Row {
    let row = row.put(&state.status);
    let extended = version::WHAT_IF_BEFORE_AND_CHANGE;
    let row = row
        .from(extended, OrUnset(state.init_margin_before))
        .from(extended, OrUnset(state.maint_margin_before))
        .from(extended, OrUnset(state.equity_with_loan_before))
        .from(extended, OrUnset(state.init_margin_change))
        .from(extended, OrUnset(state.maint_margin_change))
        .from(extended, OrUnset(state.equity_with_loan_change))
        .put(OrUnset(state.init_margin_after))
        .put(OrUnset(state.maint_margin_after))
        .put(OrUnset(state.equity_with_loan_after))
        .put(OrEmpty(state.commission))
        .put(OrEmpty(state.min_commission))
        .put(OrEmpty(state.max_commission))
        .put(&state.commission_currency);
    let row = if version < version::FULL_PREVIEW {
        row
    } else {
        // The same outside of regular hours, a suggested size, and no allocation to several accounts.
        row.put("").repeat(9, OrUnset(None)).put(UNSET_DECIMAL).put(&state.reject_reason).put(0)
    };
    row.words(&state.warning_text)
}

/// What the order becomes when it is adjusted, soft dollars, cash quantity and flags.
fn adjusted(row: Row, order: &WireOrder) -> Row {
    let pegged = version::PEGGED_TO_BENCHMARK;
    row.from(pegged, "None")
        .from(pegged, OrUnset(None))
        .from(pegged, OrUnset(order.trail_stop_price))
        .repeat_from(pegged, 4, OrUnset(None))
        .from(pegged, 0)
        .repeat_from(version::SOFT_DOLLAR_TIER, 3, "")
        .from(version::CASH_QUANTITY, 0)
        .from(version::AUTO_PRICE_FOR_HEDGE, true)
        .from(version::ORDER_CONTAINER, false)
        .from(version::D_PEG_ORDERS, false)
        .from(version::PRICE_MANAGEMENT, false)
}

fn newest(row: Row) -> Row {
    row.from(version::DURATION, "")
        .from(version::POST_TO_ATS, "")
        .from(version::AUTO_CANCEL_PARENT, false)
        .repeat_from(version::PEG_OFFSETS, 5, "")
        .from(version::CUSTOMER_ACCOUNT, "")
        .from(version::PROFESSIONAL, false)
        .from(version::BOND_ACCRUED_INTEREST, "")
        .from(version::INCLUDE_OVERNIGHT, false)
        .from(version::CME_TAGS_IN_OPEN_ORDERS, "")
        .from(version::CME_TAGS_IN_OPEN_ORDERS, UNSET_INT)
        .from(version::SUBMITTER, "")
        .from(version::IMBALANCE_ONLY, false)
}

fn completed_order(
    contract: &ContractKey,
    order: &WireOrder,
    state: &OrderState,
    version: i32,
) -> Row {
    let row = named(Row::new(101, version), contract, &contract.exchange);
    let row = terms(row, order)
        .put(order.perm_id)
        .put(order.outside_rth)
        .put(order.hidden)
        .put(0)
        .put(&order.good_after_time);
    let row = allocation(row, order)
        .repeat(5, "")
        .put(shown(order))
        .put(false)
        .put(order.all_or_none)
        .put(OrEmpty(order.min_quantity))
        .put(order.oca_type)
        .put(0)
        // Volatility, its kind, and a hedge of kind `None`, which has four fields more.
        .put("")
        .put(0)
        .put("None")
        .put("")
        .put(0)
        .put(false)
        .put(0)
        .put("");
    let row = structure(trail(row, order)).put("").put("IB").put(false).put(false).put("");
    // Solicited, status, random size and price, no conditions.
    let row = row.put(false).put(&state.status).put(false).put(false).put(0);
    row.put(OrUnset(order.trail_stop_price))
        .put(OrUnset(None))
        .put(0)
        .put(true)
        .put(false)
        .put("")
        .put(order.filled_quantity)
        .put(0)
        .put(false)
        .put("")
        .put(false)
        .put(false)
        .put(order.parent_perm_id)
        .put(&state.completed_time)
        .words(&state.completed_status)
        .repeat_from(version::PEG_OFFSETS, 5, "")
        .from(version::CUSTOMER_ACCOUNT, "")
        .from(version::PROFESSIONAL, false)
        .from(version::SUBMITTER, "")
}
