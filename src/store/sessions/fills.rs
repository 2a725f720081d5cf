//! The tables of fills and positions.

use super::orders::{add_filled, side_label};
use crate::base::Timestamp;
use crate::domain::Fill;
use crate::store::StoreError;
use crate::store::database::{Link, values};

/// Notes a fill of an order of this session, once.
pub(super) async fn fill(
    link: &mut Link<'_>,
    session: &str,
    row: u64,
    fill: &Fill,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO fills (session, execution_id, order_id, symbol, side, quantity, price, cost, time, \
               ledger_row) SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10 \
               WHERE EXISTS (SELECT 1 FROM orders WHERE session = $1 AND order_id = $3) \
               ON CONFLICT (session, execution_id) DO NOTHING";
    let values = values![
        session,
        &*fill.execution_id,
        fill.order_id.0,
        fill.symbol.as_str(),
        side_label(fill.side),
        fill.quantity,
        fill.price,
        fill.cost,
        fill.time,
        row,
    ];
    if link.run("note a fill", sql, values).await? == 0 {
        return Ok(());
    }
    // A protective rule closes under the number of the order that entered; that order has not traded more.
    let is_of_order = order_side(link, session, fill).await? == Some(side_label(fill.side).into());
    if is_of_order {
        add_filled(link, session, fill.order_id, (fill.quantity, fill.time)).await?;
    }
    shift(link, session, fill.symbol.as_str(), (fill.signed_quantity(), fill.time)).await
}

/// Puts the costs of a fill right.
pub(super) async fn known_cost(
    link: &mut Link<'_>,
    session: &str,
    execution_id: &str,
    cost: f64,
) -> Result<(), StoreError> {
    let sql = "UPDATE fills SET cost = $3 WHERE session = $1 AND execution_id = $2";
    link.run("note a cost", sql, values![session, execution_id, cost]).await.map(drop)
}

/// Takes a fill back and notes the right one.
pub(super) async fn correct(
    link: &mut Link<'_>,
    session: &str,
    row: u64,
    (wrong, right): (&str, &Fill),
) -> Result<(), StoreError> {
    let sql = "SELECT quantity, side, symbol FROM fills WHERE session = $1 AND execution_id = $2";
    let kept = link
        .row("read a fill", sql, values![session, wrong], |row| {
            Ok((row.real(0)?, row.text(1)?, row.text(2)?))
        })
        .await?;
    if let Some((quantity, side, symbol)) = kept {
        let is_of_order = order_side(link, session, right).await?.as_deref() == Some(&*side);
        let sql = "DELETE FROM fills WHERE session = $1 AND execution_id = $2";
        link.run("take a fill back", sql, values![session, wrong]).await?;
        let signed = if side == "buy" { quantity } else { -quantity };
        shift(link, session, &symbol, (-signed, right.time)).await?;
        if is_of_order {
            add_filled(link, session, right.order_id, (-quantity, right.time)).await?;
        }
    }
    if right.quantity > 0.0 { fill(link, session, row, right).await } else { Ok(()) }
}

async fn order_side(
    link: &mut Link<'_>,
    session: &str,
    fill: &Fill,
) -> Result<Option<String>, StoreError> {
    let sql = "SELECT side FROM orders WHERE session = $1 AND order_id = $2";
    link.row("read an order", sql, values![session, fill.order_id.0], |row| row.text(0)).await
}

async fn shift(
    link: &mut Link<'_>,
    session: &str,
    symbol: &str,
    (signed, time): (f64, Timestamp),
) -> Result<(), StoreError> {
    let sql = "INSERT INTO positions (session, symbol, quantity, updated_at) VALUES ($1, $2, $3, $4) \
               ON CONFLICT (session, symbol) DO UPDATE SET \
               quantity = positions.quantity + excluded.quantity, updated_at = excluded.updated_at";
    link.run("note a position", sql, values![session, symbol, signed, time]).await.map(drop)
}
