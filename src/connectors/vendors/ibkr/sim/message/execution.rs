//! Executions.

/// One execution.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Execution {
    /// That client's number of the order.
    pub order_id: i32,
    /// Number of the client that sent the order.
    pub client_id: i32,
    /// The broker's number of the order.
    pub perm_id: i64,
    /// Such as `0000e0d5.6575b4ab.01.01`.
    pub exec_id: String,
    /// Such as `20240110 15:00:00 US/Eastern`.
    pub time: String,
    /// Account.
    pub account: String,
    /// Where it traded.
    pub exchange: String,
    /// `BOT` or `SLD`.
    pub side: String,
    /// Shares of this one.
    pub shares: f64,
    /// Currency units.
    pub price: f64,
    /// Shares of the order so far.
    pub cumulative_quantity: f64,
    /// Currency units, of the order so far.
    pub average_price: f64,
    /// The client's own words.
    pub order_ref: String,
}

/// Which executions are asked for; what is empty or 0 asks for all.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct ExecutionFilter {
    /// Of orders of this client.
    pub client_id: i32,
    /// Account.
    pub account: String,
    /// From this time on, as `20240110 15:00:00 US/Eastern`, or with `-` and UTC.
    pub time: String,
    /// Symbol.
    pub symbol: String,
    /// Such as `STK`.
    pub sec_type: String,
    /// Exchange.
    pub exchange: String,
    /// `BUY` or `SELL`.
    pub side: String,
    /// Of so many days, today included; absent is today.
    pub last_n_days: Option<i32>,
    /// Of these days, as 20240110.
    pub specific_dates: Vec<i32>,
}
