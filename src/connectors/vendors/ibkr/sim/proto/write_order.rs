//! What the gateway says of orders and executions.

use super::super::message::Reply;
use super::account::{Nothing, Number};
use super::codec::body;
use super::define::{decimal, text};
use super::order::{
    CommissionReport, CompletedOrder, ExecutionData, OpenOrder, OrderBound, OrderStatus,
};
use super::write::unset;

pub(super) fn write_order(reply: &Reply) -> Option<Vec<u8>> {
    let (_, number) = reply.name();
    Some(match reply {
        Reply::OpenOrder { contract, order, state } => {
            let message = OpenOrder {
                order_id: Some(order.order_id),
                contract: Some(contract.into()),
                order: Some(order.as_ref().into()),
                state: Some(state.as_ref().into()),
            };
            body(number, &message)
        }
        Reply::CompletedOrder { contract, order, state } => {
            let (order, state) = (Some(order.as_ref().into()), Some(state.as_ref().into()));
            body(number, &CompletedOrder { contract: Some(contract.into()), order, state })
        }
        Reply::OpenOrderEnd | Reply::CompletedOrdersEnd => body(number, &Nothing {}),
        Reply::OrderBound { perm_id, client_id, order_id } => {
            let (perm_id, client_id) = (Some(*perm_id), Some(*client_id));
            body(number, &OrderBound { perm_id, client_id, order_id: Some(*order_id) })
        }
        Reply::ExecutionData { id, contract, execution } => {
            let execution = Some(execution.as_ref().into());
            let contract = Some(contract.into());
            body(number, &ExecutionData { id: Some(*id), contract, execution })
        }
        Reply::ExecutionDataEnd { id } => body(number, &Number { number: Some(*id) }),
        Reply::CommissionReport { exec_id, commission, currency, realized_pnl } => {
            let message = CommissionReport {
                exec_id: text(exec_id),
                commission: Some(*commission),
                currency: text(currency),
                realized_pnl: unset(*realized_pnl),
            };
            body(number, &message)
        }
        Reply::OrderStatus { .. } => body(number, &status(reply)),
        _ => return None,
    })
}

fn status(reply: &Reply) -> OrderStatus {
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
        return OrderStatus::default();
    };
    OrderStatus {
        order_id: Some(*order_id),
        status: text(status),
        filled: decimal(*filled),
        remaining: decimal(*remaining),
        average_price: Some(*average_price),
        perm_id: Some(*perm_id),
        parent_id: Some(*parent_id),
        last_price: Some(*last_price),
        client_id: Some(*client_id),
        why_held: text(why_held),
        market_cap_price: Some(*market_cap_price),
    }
}
