//! Which numbers a limit may be.

use super::RiskLimits;

/// A limit that is out of its range.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct LimitFault {
    /// Key of the limit, without its section.
    pub(crate) key: &'static str,
    /// What it must be, in words.
    pub(crate) expected: String,
    /// What was found.
    pub(crate) value: f64,
}

/// A range of numbers.
enum Range {
    /// Above 0 and at most this.
    Positive(f64),
    /// Between these, ends included.
    Within(f64, f64),
    /// At least the first, below the second.
    Below(f64, f64),
}

impl Range {
    fn holds(&self, value: f64) -> bool {
        match *self {
            Self::Positive(most) => value > 0.0 && value <= most,
            Self::Within(low, high) => (low..=high).contains(&value),
            Self::Below(low, high) => (low..high).contains(&value),
        }
    }

    fn words(&self) -> String {
        match self {
            Self::Positive(most) => format!("above 0 and at most {most}"),
            Self::Within(low, high) => format!("in {low}..={high}"),
            Self::Below(low, high) => format!("at least {low} and below {high}"),
        }
    }
}

const DAY_S: f64 = 86_400.0;
const HOUR_S: f64 = 3600.0;

/// Keys that are no limits and have defaults.
const DEFAULTED: [&str; 2] = ["var_confidence", "var_window_days"];

impl RiskLimits {
    /// Confidence of an estimate if `var_confidence` is absent.
    pub const VAR_CONFIDENCE: f64 = 0.99;
    /// Days that an estimate looks back if `var_window_days` is absent.
    pub const VAR_WINDOW_DAYS: usize = 252;

    /// Keys of the limits that are absent. How the tail is estimated has defaults and is no limit.
    #[must_use]
    pub fn absent(&self) -> Vec<&'static str> {
        let is_absent =
            |key: &str, value: Option<f64>| value.is_none() && !DEFAULTED.contains(&key);
        let numbers = self.numbers().into_iter();
        let numbers = numbers.filter(|(key, value, _)| is_absent(key, *value));
        let mut keys: Vec<_> = numbers.map(|(key, ..)| key).collect();
        if self.outside_hours.is_none() {
            keys.push("outside_hours");
        }
        keys
    }

    /// Every limit that is out of its range.
    pub(crate) fn faults(&self) -> Vec<LimitFault> {
        let fault = |(key, value, range): (&'static str, Option<f64>, Range)| {
            let value = value.filter(|value| !range.holds(*value))?;
            Some(LimitFault { key, expected: range.words(), value })
        };
        self.numbers().into_iter().filter_map(fault).collect()
    }

    fn numbers(&self) -> [(&'static str, Option<f64>, Range); 27] {
        use Range::{Below, Positive, Within};
        let count = |value: Option<u32>| value.map(f64::from);
        let days = self.var_window_days.map(|days| days as f64);
        [
            ("order_quantity_max", self.order_quantity_max, Positive(1e12)),
            ("order_notional_max", self.order_notional_max, Positive(1e15)),
            ("order_notional_frac_max", self.order_notional_frac_max, Positive(100.0)),
            ("price_collar_frac", self.price_collar_frac, Positive(1.0)),
            ("reference_age_s_max", self.reference_age_s_max, Positive(DAY_S)),
            ("spread_frac_max", self.spread_frac_max, Positive(1.0)),
            ("weight_abs_max", self.weight_abs_max, Positive(100.0)),
            ("gross_exposure_max", self.gross_exposure_max, Positive(100.0)),
            ("net_exposure_max", self.net_exposure_max, Positive(100.0)),
            ("cash_frac_min", self.cash_frac_min, Within(-100.0, 1.0)),
            ("duplicate_window_s", self.duplicate_window_s, Positive(HOUR_S)),
            ("orders_per_s_max", count(self.orders_per_s_max), Within(1.0, 1000.0)),
            ("orders_per_minute_max", count(self.orders_per_minute_max), Within(1.0, 60_000.0)),
            ("round_trips_per_hour_max", count(self.round_trips_per_hour_max), Within(1.0, 1e5)),
            ("quote_age_s_max", self.quote_age_s_max, Positive(DAY_S)),
            ("bar_age_intervals_max", self.bar_age_intervals_max, Positive(1000.0)),
            ("clock_skew_s_max", self.clock_skew_s_max, Positive(HOUR_S)),
            ("daily_loss_frac_max", self.daily_loss_frac_max, Positive(1.0)),
            ("drawdown_frac_max", self.drawdown_frac_max, Positive(1.0)),
            ("var_frac_max", self.var_frac_max, Positive(1.0)),
            ("cvar_frac_max", self.cvar_frac_max, Positive(1.0)),
            ("var_confidence", self.var_confidence, Below(0.5, 1.0)),
            ("var_window_days", days, Within(20.0, 5000.0)),
            ("rejects_per_minute_max", count(self.rejects_per_minute_max), Within(1.0, 10_000.0)),
            ("reconcile_gap_s_max", self.reconcile_gap_s_max, Positive(DAY_S)),
            ("bad_signals_max", count(self.bad_signals_max), Within(1.0, 1000.0)),
            ("heartbeat_s_max", self.heartbeat_s_max, Positive(HOUR_S)),
        ]
    }
}
