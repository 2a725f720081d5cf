//! Why an order was not cleared: a stable code and the numbers that decided.

use serde::{Deserialize, Serialize};

use super::HaltCause;
use crate::base::Timestamp;
use crate::domain::{OrderId, Symbol};

/// A refusal by our own risk gate. It is an outcome, not an error. Keys are those of [`crate::config::RiskLimits`].
///
/// Written as `{"code": "GROSS_EXPOSURE", "facts": {…}}`; codes never change their meaning.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "code", content = "facts", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Denial {
    /// The quantity is no positive finite number.
    #[error("quantity must be positive and finite, was {quantity}")]
    QuantityInvalid {
        /// Shares or contracts asked for.
        quantity: f64,
    },
    /// A limit or stop price is no positive finite number.
    #[error("a limit or stop price must be positive and finite, was {price}")]
    OrderPriceInvalid {
        /// Currency units.
        price: f64,
    },
    /// An order of this number was cleared before.
    #[error("the number of an order must be new, {id} is not (the highest is {last})")]
    OrderIdUsed {
        /// The number of this order.
        id: OrderId,
        /// The highest number so far.
        last: OrderId,
    },
    /// The account cannot tell its equity.
    #[error("equity must be known")]
    EquityUnknown,
    /// Nothing is left to trade with.
    #[error("equity must be positive, was {equity}")]
    EquityNotPositive {
        /// Currency units.
        equity: f64,
    },
    /// A price that the checks need is not known.
    #[error("a price of {symbol} must be known")]
    PriceUnknown {
        /// Whose price.
        symbol: Symbol,
    },
    /// A price that the checks need is no price.
    #[error("the price of {symbol} must be positive and finite, was {price}")]
    PriceInvalid {
        /// Whose price.
        symbol: Symbol,
        /// Currency units.
        price: f64,
    },
    /// A position that the checks need is no number.
    #[error("the position in {symbol} must be a finite number, was {quantity}")]
    PositionInvalid {
        /// Which position.
        symbol: Symbol,
        /// Shares or contracts.
        quantity: f64,
    },
    /// All trading is halted.
    #[error("trading must not be halted, is by {cause}")]
    TradingHalted {
        /// Why it is.
        cause: HaltCause,
    },
    /// Positions may only get smaller.
    #[error("positions may only get smaller, by {cause}")]
    TradingReducing {
        /// Why.
        cause: HaltCause,
    },
    /// The symbol is halted.
    #[error("{symbol} must not be halted, is by {cause}")]
    SymbolHalted {
        /// Which symbol.
        symbol: Symbol,
        /// Why it is.
        cause: HaltCause,
    },
    /// The venue has another position in the symbol than we know of.
    #[error("our position in {symbol} must be the venue's, was not")]
    PositionDiffers {
        /// Which symbol.
        symbol: Symbol,
    },
    /// The exchange is closed.
    #[error("the exchange must be open, was closed at {time}")]
    ExchangeClosed {
        /// When the order was asked for.
        time: Timestamp,
    },
    /// The calendar does not know the day.
    #[error("the calendar must know {time}")]
    CalendarUnknown {
        /// When the order was asked for.
        time: Timestamp,
    },
    /// The venue's clock was not compared with ours.
    #[error("the venue's clock must be compared with ours")]
    ClockUnknown,
    /// The venue's clock and ours differ too much.
    #[error("the venue's clock must be within {limit} s of ours, was off by {skew_s} s")]
    ClockSkew {
        /// Theirs less ours, seconds.
        skew_s: f64,
        /// Key `clock_skew_s_max`.
        limit: f64,
    },
    /// The data of the symbol is in doubt.
    #[error("the data of {symbol} must be good, is in doubt")]
    DataInDoubt {
        /// Whose data.
        symbol: Symbol,
    },
    /// No quote of the symbol is known.
    #[error("a quote of {symbol} must be known")]
    QuoteUnknown {
        /// Whose quote.
        symbol: Symbol,
    },
    /// The quote is crossed or holds no prices.
    #[error("bid and ask of {symbol} must be prices that do not cross, were {bid} and {ask}")]
    QuoteInvalid {
        /// Whose quote.
        symbol: Symbol,
        /// Currency units.
        bid: f64,
        /// Currency units.
        ask: f64,
    },
    /// The quote is too old to enter a position on.
    #[error("the quote of {symbol} must be at most {limit} s old, was {age_s} s")]
    QuoteStale {
        /// Whose quote.
        symbol: Symbol,
        /// Seconds.
        age_s: f64,
        /// Key `quote_age_s_max`.
        limit: f64,
    },
    /// No bar of the symbol is known.
    #[error("a bar of {symbol} must be known")]
    BarUnknown {
        /// Whose bar.
        symbol: Symbol,
    },
    /// The last bar is too old to enter a position on.
    #[error("the last bar of {symbol} must be at most {limit} intervals old, was {intervals}")]
    BarStale {
        /// Whose bar.
        symbol: Symbol,
        /// Bars that have been due since.
        intervals: f64,
        /// Key `bar_age_intervals_max`.
        limit: f64,
    },
    /// The order has too many shares.
    #[error("order quantity must be at most {limit}, was {quantity}")]
    OrderQuantity {
        /// Shares or contracts.
        quantity: f64,
        /// Key `order_quantity_max`.
        limit: f64,
    },
    /// The order is worth too much.
    #[error("order notional must be at most {limit}, was {notional}")]
    OrderValue {
        /// Currency units.
        notional: f64,
        /// Key `order_notional_max`.
        limit: f64,
    },
    /// The order is too large for the account.
    #[error("order notional must be at most {limit} of equity, was {order_frac}")]
    OrderNotional {
        /// Notional as a fraction of equity.
        order_frac: f64,
        /// Key `order_notional_frac_max`.
        limit: f64,
    },
    /// There is no price to compare the order with.
    #[error("a reference price of {symbol} must be known")]
    ReferenceUnknown {
        /// Whose price.
        symbol: Symbol,
    },
    /// The price to compare the order with is too old.
    #[error("the reference price of {symbol} must be at most {limit} s old, was {age_s} s")]
    ReferenceStale {
        /// Whose price.
        symbol: Symbol,
        /// Seconds.
        age_s: f64,
        /// Key `reference_age_s_max`.
        limit: f64,
    },
    /// A limit or stop price is too far from the market.
    #[error("the price {price} must be within {limit} of {reference}, was off by {off_frac}")]
    PriceCollar {
        /// The price of the order, currency units.
        price: f64,
        /// The price of the market, currency units.
        reference: f64,
        /// Their ratio less 1.
        off_frac: f64,
        /// Key `price_collar_frac`.
        limit: f64,
    },
    /// The spread is too wide for an order without a limit price.
    #[error("the spread of {symbol} must be at most {limit} of the middle, was {spread_frac}")]
    Spread {
        /// Whose spread.
        symbol: Symbol,
        /// Ask less bid as a fraction of their middle.
        spread_frac: f64,
        /// Key `spread_frac_max`.
        limit: f64,
    },
    /// The account would carry too much of the symbol.
    #[error(
        "the weight of {symbol} after the order must be at most {limit} either way, was {weight}"
    )]
    SymbolWeight {
        /// Which symbol.
        symbol: Symbol,
        /// Position value as a fraction of equity.
        weight: f64,
        /// Key `weight_abs_max`.
        limit: f64,
    },
    /// The account would carry too much.
    #[error("gross exposure after the order must be at most {limit} of equity, was {gross_frac}")]
    GrossExposure {
        /// Sum of absolute position values as a fraction of equity.
        gross_frac: f64,
        /// Key `gross_exposure_max`.
        limit: f64,
    },
    /// The account would lean too far to one side.
    #[error(
        "net exposure after the order must be at most {limit} of equity either way, was {net_frac}"
    )]
    NetExposure {
        /// Sum of position values as a fraction of equity.
        net_frac: f64,
        /// Key `net_exposure_max`.
        limit: f64,
    },
    /// The account cannot tell its cash.
    #[error("cash must be known")]
    CashUnknown,
    /// The order would use more cash than there is.
    #[error("cash after the order must be at least {limit} of equity, was {cash_frac}")]
    Cash {
        /// Cash after all open orders as a fraction of equity.
        cash_frac: f64,
        /// Key `cash_frac_min`.
        limit: f64,
    },
    /// Too few days are known to estimate what the account could lose.
    #[error("at least {needed} days of returns must be known, were {days}")]
    HistoryShort {
        /// Days on which every symbol of the book has a return.
        days: usize,
        /// Days that an estimate needs.
        needed: usize,
    },
    /// The account could lose too much in a day.
    #[error(
        "one-day value at risk after the order must be at most {limit} of equity, was {var_frac}"
    )]
    ValueAtRisk {
        /// A fraction of equity.
        var_frac: f64,
        /// Key `var_frac_max`.
        limit: f64,
    },
    /// The account could lose too much on a bad day.
    #[error(
        "one-day expected shortfall after the order must be at most {limit} of equity, was {cvar_frac}"
    )]
    ExpectedShortfall {
        /// A fraction of equity.
        cvar_frac: f64,
        /// Key `cvar_frac_max`.
        limit: f64,
    },
    /// The same order went out just now.
    #[error("the same order must not come again within {limit} s, came after {age_s} s")]
    Duplicate {
        /// Seconds since the other one.
        age_s: f64,
        /// Key `duplicate_window_s`.
        limit: f64,
    },
    /// Orders come too fast, and there is no room soon.
    #[error("at most {limit} orders may go out in {window_s} s, were {orders}")]
    OrderRate {
        /// Orders that went out.
        orders: usize,
        /// Key `orders_per_s_max` or `orders_per_minute_max`.
        limit: u32,
        /// Within how many seconds.
        window_s: i64,
    },
}

impl Denial {
    /// The stable code, as counted and logged.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::QuantityInvalid { .. } => "QUANTITY_INVALID",
            Self::OrderPriceInvalid { .. } => "ORDER_PRICE_INVALID",
            Self::OrderIdUsed { .. } => "ORDER_ID_USED",
            Self::EquityUnknown => "EQUITY_UNKNOWN",
            Self::EquityNotPositive { .. } => "EQUITY_NOT_POSITIVE",
            Self::PriceUnknown { .. } => "PRICE_UNKNOWN",
            Self::PriceInvalid { .. } => "PRICE_INVALID",
            Self::PositionInvalid { .. } => "POSITION_INVALID",
            Self::TradingHalted { .. } => "TRADING_HALTED",
            Self::TradingReducing { .. } => "TRADING_REDUCING",
            Self::SymbolHalted { .. } => "SYMBOL_HALTED",
            Self::PositionDiffers { .. } => "POSITION_DIFFERS",
            Self::DataInDoubt { .. } => "DATA_IN_DOUBT",
            Self::ExchangeClosed { .. } => "EXCHANGE_CLOSED",
            Self::CalendarUnknown { .. } => "CALENDAR_UNKNOWN",
            Self::ClockUnknown => "CLOCK_UNKNOWN",
            Self::ClockSkew { .. } => "CLOCK_SKEW",
            Self::QuoteUnknown { .. } => "QUOTE_UNKNOWN",
            Self::QuoteInvalid { .. } => "QUOTE_INVALID",
            Self::QuoteStale { .. } => "QUOTE_STALE",
            Self::BarUnknown { .. } => "BAR_UNKNOWN",
            Self::BarStale { .. } => "BAR_STALE",
            Self::OrderQuantity { .. } => "ORDER_QUANTITY",
            Self::OrderValue { .. } => "ORDER_VALUE",
            Self::OrderNotional { .. } => "ORDER_NOTIONAL",
            Self::ReferenceUnknown { .. } => "REFERENCE_UNKNOWN",
            Self::ReferenceStale { .. } => "REFERENCE_STALE",
            Self::PriceCollar { .. } => "PRICE_COLLAR",
            Self::Spread { .. } => "SPREAD",
            Self::SymbolWeight { .. } => "SYMBOL_WEIGHT",
            Self::GrossExposure { .. } => "GROSS_EXPOSURE",
            Self::NetExposure { .. } => "NET_EXPOSURE",
            Self::CashUnknown => "CASH_UNKNOWN",
            Self::Cash { .. } => "CASH",
            Self::HistoryShort { .. } => "HISTORY_SHORT",
            Self::ValueAtRisk { .. } => "VALUE_AT_RISK",
            Self::ExpectedShortfall { .. } => "EXPECTED_SHORTFALL",
            Self::Duplicate { .. } => "DUPLICATE",
            Self::OrderRate { .. } => "ORDER_RATE",
        }
    }
}

#[cfg(test)]
#[path = "denial_tests.rs"]
mod tests;
