//! Orders.

/// An order as clients send it and replies repeat it.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct WireOrder {
    /// Number of the client that sent it.
    pub client_id: i32,
    /// That client's number; 0 for orders that no client sent.
    pub order_id: i32,
    /// The broker's number, never used twice; 0 in requests.
    pub perm_id: i64,
    /// Order id of the entry that this order protects; 0 if none.
    pub parent_id: i32,
    /// `BUY`, `SELL` or `SSHORT`.
    pub action: String,
    /// Shares.
    pub total_quantity: f64,
    /// `MKT`, `LMT`, `STP`, `STP LMT`, `MOC` and so on.
    pub order_type: String,
    /// Absent if unset.
    pub limit_price: Option<f64>,
    /// The trigger of stops; absent if unset.
    pub aux_price: Option<f64>,
    /// `DAY`, `GTC`, `IOC`, `FOK`, `OPG`, `GTD`; empty is `DAY`.
    pub tif: String,
    /// Orders of one group cancel each other.
    pub oca_group: String,
    /// How they do so; 0 if unset.
    pub oca_type: i32,
    /// The client's own words.
    pub order_ref: String,
    /// An order that is not transmitted waits for one of its family that is.
    pub transmit: bool,
    /// Only margin and commission are asked for.
    pub what_if: bool,
    /// Whether it may trade outside regular hours.
    pub outside_rth: bool,
    /// Whether it trades whole or not at all.
    pub all_or_none: bool,
    /// Not shown in the book.
    pub hidden: bool,
    /// Shares shown; 0 if all.
    pub display_size: i32,
    /// Account; empty if the client has one only.
    pub account: String,
    /// Such as `20240110 15:00:00 US/Eastern`; empty if none.
    pub good_after_time: String,
    /// The same, for `GTD`.
    pub good_till_date: String,
    /// Absent if unset.
    pub trail_stop_price: Option<f64>,
    /// Absent if unset.
    pub trailing_percent: Option<f64>,
    /// Absent if unset.
    pub min_quantity: Option<i32>,
    /// Shares that have traded; completed orders say so.
    pub filled_quantity: f64,
    /// Perm id of the parent; completed orders say so.
    pub parent_perm_id: i64,
}

/// Where an order stands, and what it would cost. An absent number is unset on the wire.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct OrderState {
    /// `PreSubmitted`, `Submitted`, `Filled`, `Cancelled`, `Inactive`.
    pub status: String,
    /// Currency units.
    pub init_margin_before: Option<f64>,
    /// Currency units.
    pub maint_margin_before: Option<f64>,
    /// Currency units.
    pub equity_with_loan_before: Option<f64>,
    /// Currency units.
    pub init_margin_change: Option<f64>,
    /// Currency units.
    pub maint_margin_change: Option<f64>,
    /// Currency units.
    pub equity_with_loan_change: Option<f64>,
    /// Currency units.
    pub init_margin_after: Option<f64>,
    /// Currency units.
    pub maint_margin_after: Option<f64>,
    /// Currency units.
    pub equity_with_loan_after: Option<f64>,
    /// Currency units.
    pub commission: Option<f64>,
    /// Currency units.
    pub min_commission: Option<f64>,
    /// Currency units.
    pub max_commission: Option<f64>,
    /// Such as `USD`.
    pub commission_currency: String,
    /// Empty if none.
    pub warning_text: String,
    /// Empty if none.
    pub reject_reason: String,
    /// When it ended, as `20240110 15:00:00 US/Eastern`; completed orders say so.
    pub completed_time: String,
    /// Such as `Filled Size: 100`; completed orders say so.
    pub completed_status: String,
}
