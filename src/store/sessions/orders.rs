//! The table of orders.

use super::fact::OrderState;
use crate::base::Timestamp;
use crate::domain::{OrderId, OrderRequest, Side};
use crate::store::StoreError;
use crate::store::database::{Link, decode, values};

/// Notes an order that is about to be sent.
pub(super) async fn sent(
    link: &mut Link<'_>,
    session: &str,
    row: u64,
    order: &OrderRequest,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO orders (session, order_id, symbol, side, quantity, kind, time_in_force, protects, \
               decided_at, state, filled, ledger_row, updated_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'sent', $10, $11, $9) \
               ON CONFLICT (session, order_id) DO NOTHING";
    let values = values![
        session,
        order.id.0,
        order.symbol.as_str(),
        side_label(order.side),
        order.quantity,
        json(link, &order.kind)?,
        json(link, &order.time_in_force)?.trim_matches('"'),
        order.protects.map(|id| id.0),
        order.decided_at,
        0.0,
        row,
    ];
    link.run("note an order", sql, values).await.map(drop)
}

/// Moves an order to another state, unless it is past that.
pub(super) async fn turn(
    link: &mut Link<'_>,
    session: &str,
    order_id: OrderId,
    state: OrderState,
    (reason, time): (Option<&str>, Timestamp),
) -> Result<(), StoreError> {
    let sql = format!(
        "UPDATE orders SET state = $3, reason = COALESCE($4, reason), updated_at = $5 \
         WHERE session = $1 AND order_id = $2 AND state IN {}",
        state.before()
    );
    let values = values![session, order_id.0, state.label(), reason, time];
    link.run("note an order", &sql, values).await.map(drop)
}

/// Adds to what has traded of an order; a sum within rounding of the quantity is all of it.
pub(super) async fn add_filled(
    link: &mut Link<'_>,
    session: &str,
    order_id: OrderId,
    (quantity, time): (f64, Timestamp),
) -> Result<(), StoreError> {
    let sql = "UPDATE orders SET filled = filled + $3, updated_at = $4, state = CASE \
               WHEN state IN ('sent', 'unknown', 'accepted') \
               AND filled + $3 >= quantity * (1.0 - 1e-9) THEN 'filled' ELSE state END \
               WHERE session = $1 AND order_id = $2";
    let values = values![session, order_id.0, quantity, time];
    link.run("note a fill", sql, values).await.map(drop)
}

pub(super) const fn side_label(side: Side) -> &'static str {
    match side {
        Side::Buy => "buy",
        Side::Sell => "sell",
    }
}

fn json(link: &Link<'_>, value: &impl serde::Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Database {
        url: link.url().to_owned(),
        what: "note an order",
        source: decode(0, error.into()),
    })
}
