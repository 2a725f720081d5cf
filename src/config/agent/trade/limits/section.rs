//! The limits of the risk gate.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The limits of the risk gate; fractions are of equity. An absent limit is not enforced, and `live` refuses to start
/// while one of them is absent.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RiskLimits {
    /// Largest quantity of an order.
    pub order_quantity_max: Option<f64>,
    /// Largest notional of an order, currency units.
    pub order_notional_max: Option<f64>,
    /// Largest notional of an order, a fraction.
    pub order_notional_frac_max: Option<f64>,
    /// Farthest that a limit or stop price may be from the reference price, a fraction of it; the reference is the middle of
    /// the quote or the last close, whichever is younger.
    pub price_collar_frac: Option<f64>,
    /// Oldest reference price for a collar, seconds.
    pub reference_age_s_max: Option<f64>,
    /// Widest spread at which a market order goes out, a fraction of the middle; without a quote none does.
    pub spread_frac_max: Option<f64>,
    /// Largest absolute weight of a symbol.
    pub weight_abs_max: Option<f64>,
    /// Largest sum of absolute weights.
    pub gross_exposure_max: Option<f64>,
    /// Largest absolute sum of weights.
    pub net_exposure_max: Option<f64>,
    /// Least cash after all open orders at their worst prices, before commissions, a fraction; 0 forbids borrowing.
    pub cash_frac_min: Option<f64>,
    /// A like order (symbol, side, quantity, price) within this time is a duplicate, seconds.
    pub duplicate_window_s: Option<f64>,
    /// Most orders in a second; more wait, then are denied. Cancels are exempt.
    pub orders_per_s_max: Option<u32>,
    /// Most orders in a minute.
    pub orders_per_minute_max: Option<u32>,
    /// Most round trips of a symbol in an hour; more halt the symbol.
    pub round_trips_per_hour_max: Option<u32>,
    /// Oldest quote on which a position is entered, seconds; without a quote none is.
    pub quote_age_s_max: Option<f64>,
    /// Oldest bar on which a position is entered, in bar lengths.
    pub bar_age_intervals_max: Option<f64>,
    /// Largest difference of the venue's clock and ours, seconds.
    pub clock_skew_s_max: Option<f64>,
    /// Whether orders may go out while the exchange is closed.
    pub outside_hours: Option<OutsideHours>,
    /// Loss since the last close before today at which all orders are canceled and positions may only shrink, a fraction.
    pub daily_loss_frac_max: Option<f64>,
    /// Loss since the highest equity at which trading halts until a human resumes it, a fraction.
    pub drawdown_frac_max: Option<f64>,
    /// Largest one-day value at risk of the book after the order, a fraction.
    pub var_frac_max: Option<f64>,
    /// Largest one-day expected shortfall of the book after the order, a fraction.
    pub cvar_frac_max: Option<f64>,
    /// How both are estimated. Default historical.
    pub var_method: Option<VarMethod>,
    /// Confidence of both, 0.5..1. Default 0.99.
    pub var_confidence: Option<f64>,
    /// Days of history that both are estimated from, 20..=5000; with fewer than `1 / (1 - var_confidence)` days nothing is
    /// bought. Default 252.
    pub var_window_days: Option<usize>,
    /// Rejects by the venue in a minute that halt trading.
    pub rejects_per_minute_max: Option<u32>,
    /// Seconds that the venue's positions may differ from ours before trading halts.
    pub reconcile_gap_s_max: Option<f64>,
    /// Unusable signals in a row that halt trading.
    pub bad_signals_max: Option<u32>,
    /// Seconds without a step of the engine after which all orders are canceled.
    pub heartbeat_s_max: Option<f64>,
}

/// Whether orders may go out while the exchange is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OutsideHours {
    /// They are denied, unless they are for the next opening auction or for the next bar of a day or longer.
    Deny,
    /// They go out; the venue holds them to the open or trades them there and then.
    Allow,
}

/// How value at risk and expected shortfall are estimated.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum VarMethod {
    /// From the book's returns over the window as they were.
    #[default]
    Historical,
    /// From their mean and covariance, as if normal.
    Parametric,
    /// From 10,000 draws of that normal distribution.
    MonteCarlo,
}

impl fmt::Display for OutsideHours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Deny => "deny",
            Self::Allow => "allow",
        })
    }
}

impl fmt::Display for VarMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Historical => "historical",
            Self::Parametric => "parametric",
            Self::MonteCarlo => "monte_carlo",
        })
    }
}
