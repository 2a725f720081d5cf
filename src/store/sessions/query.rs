//! Questions to the tables that ledgers fill.

use crate::base::Timestamp;
use crate::store::database::{Record, values};
use crate::store::{Store, StoreError};

/// An order of a session.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderRow {
    /// Our number.
    pub order_id: u64,
    /// What is traded.
    pub symbol: String,
    /// `buy` or `sell`.
    pub side: String,
    /// Shares or contracts.
    pub quantity: f64,
    /// At which price and when, as JSON.
    pub kind: String,
    /// The decision that asked for it.
    pub decided_at: Timestamp,
    /// How far it has come: the label of an [`super::OrderState`].
    pub state: String,
    /// The venue's reason, where it gave one.
    pub reason: Option<String>,
    /// Shares or contracts that have traded.
    pub filled: f64,
    /// The row of the ledger that asked for it.
    pub ledger_row: u64,
}

/// A fill of a session.
#[derive(Debug, Clone, PartialEq)]
pub struct FillRow {
    /// The venue's name of the execution.
    pub execution_id: String,
    /// The order that was filled.
    pub order_id: u64,
    /// What was traded.
    pub symbol: String,
    /// `buy` or `sell`.
    pub side: String,
    /// Shares or contracts.
    pub quantity: f64,
    /// Currency units per share.
    pub price: f64,
    /// Currency units.
    pub cost: f64,
    /// When it happened.
    pub time: Timestamp,
    /// The row of the ledger that told of it.
    pub ledger_row: u64,
}

/// What the fills of a session have made of a symbol.
#[derive(Debug, Clone, PartialEq)]
pub struct PositionRow {
    /// What is held.
    pub symbol: String,
    /// Shares or contracts bought by this session less those sold; shorts are negative.
    pub quantity: f64,
    /// The last fill.
    pub updated_at: Timestamp,
}

/// Something that a human should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertRow {
    /// The row of the ledger that told of it.
    pub ledger_row: u64,
    /// When.
    pub time: Timestamp,
    /// Its kind.
    pub kind: String,
    /// All of it, as JSON.
    pub detail: String,
}

impl Store {
    /// The orders of a session by number.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn session_orders(&self, session: &str) -> Result<Vec<OrderRow>, StoreError> {
        self.read(async |link| {
            let sql = "SELECT order_id, symbol, side, quantity, kind, decided_at, state, reason, filled, \
                       ledger_row FROM orders WHERE session = $1 ORDER BY order_id";
            link.rows("read orders", sql, values![session], order).await
        })
    }

    /// The fills of a session in the order of its ledger.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn session_fills(&self, session: &str) -> Result<Vec<FillRow>, StoreError> {
        self.read(async |link| {
            let sql = "SELECT execution_id, order_id, symbol, side, quantity, price, cost, time, ledger_row \
                       FROM fills WHERE session = $1 ORDER BY ledger_row, execution_id";
            link.rows("read fills", sql, values![session], fill).await
        })
    }

    /// What the fills of a session have made of every symbol.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn session_positions(&self, session: &str) -> Result<Vec<PositionRow>, StoreError> {
        self.read(async |link| {
            let sql = "SELECT symbol, quantity, updated_at FROM positions WHERE session = $1 ORDER BY symbol";
            let read = |row: &Record| {
                Ok(PositionRow {
                    symbol: row.text(0)?,
                    quantity: row.real(1)?,
                    updated_at: row.time(2)?,
                })
            };
            link.rows("read positions", sql, values![session], read).await
        })
    }

    /// The alerts of a session, oldest first.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn session_alerts(&self, session: &str) -> Result<Vec<AlertRow>, StoreError> {
        self.read(async |link| {
            let sql = "SELECT ledger_row, time, kind, detail FROM alerts WHERE session = $1 \
                       ORDER BY ledger_row, item";
            let read = |row: &Record| {
                Ok(AlertRow {
                    ledger_row: row.unsigned(0)?,
                    time: row.time(1)?,
                    kind: row.text(2)?,
                    detail: row.text(3)?,
                })
            };
            link.rows("read alerts", sql, values![session], read).await
        })
    }
}

fn order(row: &Record) -> Result<OrderRow, sqlx::Error> {
    Ok(OrderRow {
        order_id: row.unsigned(0)?,
        symbol: row.text(1)?,
        side: row.text(2)?,
        quantity: row.real(3)?,
        kind: row.text(4)?,
        decided_at: row.time(5)?,
        state: row.text(6)?,
        reason: row.text_or_none(7)?,
        filled: row.real(8)?,
        ledger_row: row.unsigned(9)?,
    })
}

fn fill(row: &Record) -> Result<FillRow, sqlx::Error> {
    Ok(FillRow {
        execution_id: row.text(0)?,
        order_id: row.unsigned(1)?,
        symbol: row.text(2)?,
        side: row.text(3)?,
        quantity: row.real(4)?,
        price: row.real(5)?,
        cost: row.real(6)?,
        time: row.time(7)?,
        ledger_row: row.unsigned(8)?,
    })
}
