//! The tighter of two sets of limits.

use std::fmt;

use super::{OutsideHours, RiskLimits, VarMethod};

/// A limit that would be wider than one that binds already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitSlack {
    /// Key of the limit, without its section.
    pub key: &'static str,
    /// What binds.
    pub binding: String,
    /// What was asked for.
    pub asked: String,
}

impl fmt::Display for LimitSlack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, binding, asked } = self;
        write!(f, "`{key}` must be as tight as {binding}, was {asked}")
    }
}

impl RiskLimits {
    /// These limits where they are set, else those of `binding`, which may only be tightened.
    ///
    /// How the tail is estimated may not change at all while a limit on it binds, but for a higher confidence.
    ///
    /// # Errors
    /// Every limit that is wider than the binding one.
    pub fn bounded_by(&self, binding: &Self) -> Result<Self, Vec<LimitSlack>> {
        let mut join = Join { own: self, binding, slacks: Vec::new() };
        let effective = join.all();
        if join.slacks.is_empty() { Ok(effective) } else { Err(join.slacks) }
    }

    /// Whether something would pass these limits that `earlier` stops.
    #[must_use]
    pub fn is_wider_than(&self, earlier: &Self) -> bool {
        let before = earlier.absent();
        let is_dropped = self.absent().iter().any(|key| !before.contains(key));
        is_dropped || self.bounded_by(earlier).is_err()
    }

    /// Whether the pace of orders or their likeness is looked at.
    #[must_use]
    pub const fn paces(&self) -> bool {
        self.duplicate_window_s.is_some()
            || self.orders_per_s_max.is_some()
            || self.orders_per_minute_max.is_some()
    }

    /// Whether the tail of the account's return is limited.
    #[must_use]
    pub const fn limits_tail(&self) -> bool {
        self.var_frac_max.is_some() || self.cvar_frac_max.is_some()
    }
}

/// Two sets of limits while they become one.
struct Join<'a> {
    own: &'a RiskLimits,
    binding: &'a RiskLimits,
    slacks: Vec<LimitSlack>,
}

type Field<T> = fn(&RiskLimits) -> Option<T>;

impl Join<'_> {
    fn all(&mut self) -> RiskLimits {
        RiskLimits {
            order_quantity_max: self.least("order_quantity_max", |l| l.order_quantity_max),
            order_notional_max: self.least("order_notional_max", |l| l.order_notional_max),
            order_notional_frac_max: self
                .least("order_notional_frac_max", |l| l.order_notional_frac_max),
            price_collar_frac: self.least("price_collar_frac", |l| l.price_collar_frac),
            reference_age_s_max: self.least("reference_age_s_max", |l| l.reference_age_s_max),
            spread_frac_max: self.least("spread_frac_max", |l| l.spread_frac_max),
            weight_abs_max: self.least("weight_abs_max", |l| l.weight_abs_max),
            gross_exposure_max: self.least("gross_exposure_max", |l| l.gross_exposure_max),
            net_exposure_max: self.least("net_exposure_max", |l| l.net_exposure_max),
            cash_frac_min: self.most("cash_frac_min", |l| l.cash_frac_min),
            duplicate_window_s: self.most("duplicate_window_s", |l| l.duplicate_window_s),
            orders_per_s_max: self.least("orders_per_s_max", |l| l.orders_per_s_max),
            orders_per_minute_max: self.least("orders_per_minute_max", |l| l.orders_per_minute_max),
            round_trips_per_hour_max: self
                .least("round_trips_per_hour_max", |l| l.round_trips_per_hour_max),
            quote_age_s_max: self.least("quote_age_s_max", |l| l.quote_age_s_max),
            bar_age_intervals_max: self.least("bar_age_intervals_max", |l| l.bar_age_intervals_max),
            clock_skew_s_max: self.least("clock_skew_s_max", |l| l.clock_skew_s_max),
            outside_hours: self.outside_hours(),
            daily_loss_frac_max: self.least("daily_loss_frac_max", |l| l.daily_loss_frac_max),
            drawdown_frac_max: self.least("drawdown_frac_max", |l| l.drawdown_frac_max),
            var_frac_max: self.least("var_frac_max", |l| l.var_frac_max),
            cvar_frac_max: self.least("cvar_frac_max", |l| l.cvar_frac_max),
            var_method: self.var_method(),
            var_confidence: self.var_confidence(),
            var_window_days: self.var_window_days(),
            rejects_per_minute_max: self
                .least("rejects_per_minute_max", |l| l.rejects_per_minute_max),
            reconcile_gap_s_max: self.least("reconcile_gap_s_max", |l| l.reconcile_gap_s_max),
            bad_signals_max: self.least("bad_signals_max", |l| l.bad_signals_max),
            heartbeat_s_max: self.least("heartbeat_s_max", |l| l.heartbeat_s_max),
        }
    }

    /// A limit that is tighter the lower it is.
    fn least<T>(&mut self, key: &'static str, field: Field<T>) -> Option<T>
    where
        T: PartialOrd + fmt::Display + Copy,
    {
        let (own, binding) = (field(self.own), field(self.binding));
        self.tightest(key, own, binding, |own, binding| own <= binding)
    }

    /// A limit that is tighter the higher it is.
    fn most<T>(&mut self, key: &'static str, field: Field<T>) -> Option<T>
    where
        T: PartialOrd + fmt::Display + Copy,
    {
        let (own, binding) = (field(self.own), field(self.binding));
        self.tightest(key, own, binding, |own, binding| own >= binding)
    }

    fn outside_hours(&mut self) -> Option<OutsideHours> {
        let (own, binding) = (self.own.outside_hours, self.binding.outside_hours);
        let is_tight = |own: &OutsideHours, binding: &OutsideHours| {
            *own == OutsideHours::Deny || own == binding
        };
        self.tightest("outside_hours", own, binding, is_tight)
    }

    fn var_method(&mut self) -> Option<VarMethod> {
        let binds = self.binding.limits_tail();
        let binding = self.binding.var_method.or(binds.then(VarMethod::default));
        self.tightest("var_method", self.own.var_method, binding, VarMethod::eq)
    }

    fn var_confidence(&mut self) -> Option<f64> {
        let binds = self.binding.limits_tail();
        let binding = self.binding.var_confidence.or(binds.then_some(RiskLimits::VAR_CONFIDENCE));
        self.tightest("var_confidence", self.own.var_confidence, binding, |a, b| a >= b)
    }

    fn var_window_days(&mut self) -> Option<usize> {
        let binds = self.binding.limits_tail();
        let binding = self.binding.var_window_days.or(binds.then_some(RiskLimits::VAR_WINDOW_DAYS));
        self.tightest("var_window_days", self.own.var_window_days, binding, usize::eq)
    }

    fn tightest<T: fmt::Display>(
        &mut self,
        key: &'static str,
        own: Option<T>,
        binding: Option<T>,
        is_tight: impl Fn(&T, &T) -> bool,
    ) -> Option<T> {
        match (own, binding) {
            (Some(own), Some(binding)) if !is_tight(&own, &binding) => {
                let (asked, bound) = (own.to_string(), binding.to_string());
                self.slacks.push(LimitSlack { key, binding: bound, asked });
                Some(binding)
            }
            (Some(own), _) => Some(own),
            (None, binding) => binding,
        }
    }
}

#[cfg(test)]
#[path = "bounds_tests.rs"]
mod tests;
