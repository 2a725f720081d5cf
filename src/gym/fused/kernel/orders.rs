//! Orders, exits and their costs for a vector of environments.

use pulp::Simd;

use super::gather::SymbolRows;
use super::vector::{Mask, Row, Vector};
use crate::gym::fused::settings::Settings;
use crate::gym::fused::tables::{Given, Tables};

/// Where positions leave the market inside a bar; see `vector::exits`.
#[derive(Clone, Copy)]
pub(super) struct Exits<S: Simd> {
    pub(super) is_hit: Mask<S>,
    pub(super) growth: Vector<S>,
}

/// Change of value that the action asks for, at the decision's close.
#[inline(always)]
pub(super) fn change<S: Simd>(
    bar: &SymbolRows,
    at: usize,
    (value, equity): (Vector<S>, Vector<S>),
    tables: &Tables,
    simd: S,
) -> Vector<S> {
    let change = Vector::load(simd, &bar.weight, at) * equity - value;
    let threshold = Vector::load(simd, &bar.threshold, at) * equity;
    let change = change.abs().lower(threshold).zero(change);
    if tables.layout.fillable.is_some() {
        return change * Vector::load(simd, &bar.fillable, at);
    }
    change
}

/// Checks a position of `value` at the decision's close that gained `gain` since entry.
#[inline(always)]
pub(super) fn exits<S: Simd>(
    bar: &SymbolRows,
    at: usize,
    (value, gain): (Vector<S>, Vector<S>),
    settings: &Settings,
    simd: S,
) -> Exits<S> {
    let at_open = value * Vector::load(simd, &bar.open, at);
    let at_high = value * Vector::load(simd, &bar.high, at);
    let at_low = value * Vector::load(simd, &bar.low, at);
    let entry_size = (value - gain).abs();
    let exists = value.all(0.5).lower(Vector::load(simd, &bar.exists, at));
    let is_open = value.is_zero().not() & exists;
    let mut growth = value.all(0.0);
    let mut is_hit = is_open & is_open.not();
    if let Some(frac) = settings.take_profit {
        let target = entry_size * frac - gain;
        let is_target = target.lower_equal(at_high.max_pair(at_low)) & is_open;
        growth = is_target.select(target.max_pair(at_open), growth);
        is_hit = is_target;
    }
    if let Some(frac) = settings.stop_loss {
        let stop = -(entry_size * frac + gain);
        let is_stop = at_high.min_pair(at_low).lower_equal(stop) & is_open;
        growth = is_stop.select(stop.min_pair(at_open), growth);
        is_hit = is_hit | is_stop;
    }
    Exits { is_hit, growth }
}

/// Sums over the orders of a bar, one kind of order.
#[derive(Debug)]
pub(super) struct OrderSums {
    /// Traded value.
    pub(super) notional: Row,
    /// Signed value: paid for orders, proceeds of exits.
    pub(super) value: Row,
    /// Commission, where each order has its own.
    pub(super) commission: Row,
    pub(super) impact: Row,
}

impl OrderSums {
    pub(super) const ZERO: Self =
        Self { notional: Row::ZERO, value: Row::ZERO, commission: Row::ZERO, impact: Row::ZERO };

    /// Adds one order: `change` of value at the decision's close, `value` at the fill.
    #[inline(always)]
    pub(super) fn add<S: Simd>(
        &mut self,
        bar: &SymbolRows,
        at: usize,
        (change, value): (Vector<S>, Vector<S>),
        given: Given<'_>,
        simd: S,
    ) {
        let Given { tables, settings: Settings { costs, .. } } = given;
        let notional = value.abs();
        add(&mut self.notional, at, notional, simd);
        add(&mut self.value, at, value, simd);
        if costs.is_per_order {
            let mut commission = notional * costs.commission;
            if tables.layout.share_cost.is_some() {
                commission = commission + change.abs() * Vector::load(simd, &bar.share_cost, at);
            }
            let has_traded = notional.is_positive().float();
            add(&mut self.commission, at, commission.clamp_min(costs.minimum) * has_traded, simd);
        }
        if tables.layout.impact.is_some() {
            let participation = notional * Vector::load(simd, &bar.inverse_notional, at)
                + Vector::load(simd, &bar.unknown_notional, at);
            let impact = participation.sqrt() * costs.impact;
            add(&mut self.impact, at, notional * impact, simd);
        }
    }

    /// What the orders cost together.
    #[inline(always)]
    pub(super) fn cost<S: Simd>(&self, at: usize, given: Given<'_>, simd: S) -> Vector<S> {
        let Given { tables, settings: Settings { costs, .. } } = given;
        let traded = Vector::load(simd, &self.notional, at);
        let commission = if costs.is_per_order {
            Vector::load(simd, &self.commission, at)
        } else {
            traded * costs.commission
        };
        let cost = traded * costs.spread + commission;
        if tables.layout.impact.is_some() {
            return cost + Vector::load(simd, &self.impact, at);
        }
        cost
    }
}

/// Adds to a row of sums.
#[inline(always)]
pub(super) fn add<S: Simd>(sums: &mut Row, at: usize, value: Vector<S>, simd: S) {
    (Vector::load(simd, sums, at) + value).store(sums, at);
}
