//! Contracts.

/// What a request names, and what replies repeat.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct ContractKey {
    /// The broker's number of the contract; 0 if the client left it open.
    pub con_id: i32,
    /// Such as `SPY`.
    pub symbol: String,
    /// Such as `STK`.
    pub sec_type: String,
    /// Expiry of derivatives.
    pub last_trade_date: String,
    /// Strike of options.
    pub strike: f64,
    /// `C` or `P` of options.
    pub right: String,
    /// Shares per contract, as text.
    pub multiplier: String,
    /// Such as `SMART`.
    pub exchange: String,
    /// Such as `ARCA`.
    pub primary_exchange: String,
    /// Such as `USD`.
    pub currency: String,
    /// Symbol at the exchange.
    pub local_symbol: String,
    /// Such as `NMS`.
    pub trading_class: String,
}

/// All that is known of a contract.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ContractDetails {
    /// Which contract.
    pub contract: ContractKey,
    /// Such as `SCM` or `NMS`.
    pub market_name: String,
    /// Currency units.
    pub min_tick: f64,
    /// Comma-separated.
    pub order_types: String,
    /// Comma-separated.
    pub valid_exchanges: String,
    /// Divides prices on the wire; 1 for shares.
    pub price_magnifier: i32,
    /// Name in words.
    pub long_name: String,
    /// Sector.
    pub industry: String,
    /// Narrower.
    pub category: String,
    /// Narrower still.
    pub subcategory: String,
    /// Such as `US/Eastern`.
    pub time_zone: String,
    /// `20240110:0400-20240110:2000;20240113:CLOSED`.
    pub trading_hours: String,
    /// The same for regular hours.
    pub liquid_hours: String,
    /// One rule number per valid exchange, comma-separated.
    pub market_rule_ids: String,
    /// Such as `COMMON` or `ETF`.
    pub stock_type: String,
    /// Shares.
    pub min_size: f64,
    /// Shares.
    pub size_increment: f64,
    /// Shares.
    pub suggested_size_increment: f64,
}

/// From which price on which step of prices holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct PriceIncrement {
    /// Currency units.
    pub low_edge: f64,
    /// Currency units.
    pub increment: f64,
}
