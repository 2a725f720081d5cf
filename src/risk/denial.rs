//! Why an order was not cleared: a stable code and the numbers that decided.

use serde::{Deserialize, Serialize};

use crate::domain::Symbol;

/// A refusal by our own risk gate. It is an outcome, not an error.
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
    /// The order is too large for the account.
    #[error("order notional must be at most {limit} of equity, was {order_frac}")]
    OrderNotional {
        /// Notional as a fraction of equity.
        order_frac: f64,
        /// Key `trade.max_order_frac`.
        limit: f64,
    },
    /// The account would carry too much.
    #[error("gross exposure after the order must be at most {limit} of equity, was {gross_frac}")]
    GrossExposure {
        /// Sum of absolute position values as a fraction of equity.
        gross_frac: f64,
        /// Key `trade.max_gross_exposure`.
        limit: f64,
    },
}

impl Denial {
    /// The stable code, as counted and logged.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::QuantityInvalid { .. } => "QUANTITY_INVALID",
            Self::EquityUnknown => "EQUITY_UNKNOWN",
            Self::EquityNotPositive { .. } => "EQUITY_NOT_POSITIVE",
            Self::PriceUnknown { .. } => "PRICE_UNKNOWN",
            Self::PriceInvalid { .. } => "PRICE_INVALID",
            Self::OrderNotional { .. } => "ORDER_NOTIONAL",
            Self::GrossExposure { .. } => "GROSS_EXPOSURE",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_written_code_is_the_counted_code() {
        let symbol: Symbol = "SPY".parse().unwrap();
        let denials = [
            Denial::QuantityInvalid { quantity: 0.0 },
            Denial::EquityUnknown,
            Denial::EquityNotPositive { equity: -1.0 },
            Denial::PriceUnknown { symbol: symbol.clone() },
            Denial::PriceInvalid { symbol, price: 0.0 },
            Denial::OrderNotional { order_frac: 3.0, limit: 2.5 },
            Denial::GrossExposure { gross_frac: 5.0, limit: 4.5 },
        ];
        for denial in denials {
            let written = serde_json::to_value(&denial).unwrap();
            assert_eq!(written["code"], denial.code());
            assert_eq!(serde_json::from_value::<Denial>(written).unwrap(), denial);
        }
    }
}
