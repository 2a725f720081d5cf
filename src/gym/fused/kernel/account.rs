//! The books of a block and what a bar does to them; see `vector::book`, which defines it.

use pulp::Simd;

use super::gather::{Places, SymbolRows, column};
use super::orders::{self, Exits, OrderSums, add, exits};
use super::vector::{Row, Vector, num_vectors};
use crate::gym::fused::tables::Given;

/// The rows of a block's books, in the order of `EnvData::values`.
#[derive(Debug)]
pub(super) struct Books<'a> {
    pub(super) cash: &'a mut Row,
    pub(super) values: &'a mut [Row],
    pub(super) gains: &'a mut [Row],
    pub(super) bars_held: &'a mut [Row],
    pub(super) equity: &'a mut Row,
    pub(super) peak: &'a mut Row,
    pub(super) num_trades: &'a mut Row,
    /// Mean and variance of returns, or nothing.
    pub(super) moments: &'a mut [Row],
}

impl<'a> Books<'a> {
    #[inline(always)]
    pub(super) fn new(rows: &'a mut [Row], num_symbols: usize) -> Self {
        let (cash, rows) = rows.split_at_mut(1);
        let (values, rows) = rows.split_at_mut(num_symbols);
        let (gains, rows) = rows.split_at_mut(num_symbols);
        let (bars_held, rows) = rows.split_at_mut(num_symbols);
        let (equity, rows) = rows.split_at_mut(1);
        let (peak, rows) = rows.split_at_mut(1);
        let (num_trades, moments) = rows.split_at_mut(1);
        Self {
            cash: &mut cash[0],
            values,
            gains,
            bars_held,
            equity: &mut equity[0],
            peak: &mut peak[0],
            num_trades: &mut num_trades[0],
            moments,
        }
    }
}

/// What one bar did to the accounts of a block.
#[derive(Debug)]
pub(super) struct BarRows {
    pub(super) portfolio_return: Row,
    pub(super) benchmark_return: Row,
    pub(super) pnl: Row,
    pub(super) drawdown: Row,
    pub(super) turnover: Row,
}

impl BarRows {
    pub(super) const ZERO: Self = Self {
        portfolio_return: Row::ZERO,
        benchmark_return: Row::ZERO,
        pnl: Row::ZERO,
        drawdown: Row::ZERO,
        turnover: Row::ZERO,
    };
}

/// Sums over the symbols of a bar.
#[derive(Debug)]
struct Sums {
    orders: OrderSums,
    exits: OrderSums,
    /// Growth of the positions less what was lost at the fill.
    profit: Row,
    values: Row,
    /// Values of short positions.
    shorts: Row,
}

/// Fills the orders of a block and lives through the bar.
#[inline(always)]
pub(super) fn pass_bar<S: Simd>(
    simd: S,
    books: &mut Books<'_>,
    places: &Places,
    result: &mut BarRows,
    given: Given<'_>,
) {
    let Given { tables, settings } = given;
    let mut bar = SymbolRows::ZERO;
    let mut sums = Sums {
        orders: OrderSums::ZERO,
        exits: OrderSums::ZERO,
        profit: Row::ZERO,
        values: Row::ZERO,
        shorts: Row::ZERO,
    };
    let mut symbol = 0;
    while symbol < settings.num_symbols {
        bar.gather(symbol, places, given);
        let position = Position {
            values: &mut books.values[symbol],
            gains: &mut books.gains[symbol],
            bars_held: &mut books.bars_held[symbol],
        };
        position.pass_bar(simd, &bar, &*books.equity, &mut sums, given);
        symbol += 1;
    }
    let mut cash_return = Row::ZERO;
    column(&tables.records, &places.records, tables.layout.cash, &mut cash_return);
    let benchmark = tables.layout.cash + 1;
    column(&tables.records, &places.records, benchmark, &mut result.benchmark_return);
    let mut at = 0;
    while at < num_vectors::<S>() {
        settle(simd, at, books, &sums, (&cash_return, &mut *result), given);
        at += 1;
    }
}

/// One symbol's position in every environment of a block.
struct Position<'a> {
    values: &'a mut Row,
    gains: &'a mut Row,
    bars_held: &'a mut Row,
}

impl Position<'_> {
    #[inline(always)]
    fn pass_bar<S: Simd>(
        self,
        simd: S,
        bar: &SymbolRows,
        equity: &Row,
        sums: &mut Sums,
        given: Given<'_>,
    ) {
        let Given { tables, settings } = given;
        let has_exits = tables.layout.inside.is_some();
        let mut at = 0;
        while at < num_vectors::<S>() {
            let held = Vector::load(simd, self.values, at);
            let held_gain = Vector::load(simd, self.gains, at);
            let equity = Vector::load(simd, equity, at);
            let mut change = orders::change(bar, at, (held, equity), tables, simd);
            let mut leaving = None;
            if has_exits && settings.is_late_fill {
                let exits = exits(bar, at, (held, held_gain), settings, simd);
                change = exits.is_hit.zero(change);
                leaving = Some(exits);
            }
            let fill = Vector::load(simd, &bar.fill, at);
            let slip = change * fill;
            let value = held + change;
            let kept = value / held.is_zero().select(held.all(1.0), held);
            let kept = kept.clamp_min(0.0).clamp_max(1.0);
            let new = value - held * kept;
            let gain = held_gain * kept - new * fill;
            if has_exits && !settings.is_late_fill {
                leaving = Some(exits(bar, at, (value, gain), settings, simd));
            }
            sums.orders.add(bar, at, (change, change + slip), given, simd);
            let growth = value * Vector::load(simd, &bar.growth, at);
            let mut grown = Grown { value: value + growth, gain: gain + growth, growth };
            if let Some(exits) = leaving {
                let closed = value * exits.is_hit.float();
                sums.exits.add(bar, at, (closed, closed + exits.growth), given, simd);
                grown = grown.leave(&exits);
            }
            add(&mut sums.profit, at, grown.growth - slip, simd);
            add(&mut sums.values, at, grown.value, simd);
            add(&mut sums.shorts, at, grown.value.clamp_max(0.0), simd);
            let is_held = grown.value.is_zero().not().float();
            let is_same_side = (grown.value * held).is_positive().float();
            let bars_held = Vector::load(simd, self.bars_held, at);
            let bars_held = (bars_held * is_same_side + held.all(1.0)) * is_held;
            bars_held.store(self.bars_held, at);
            grown.value.store(self.values, at);
            grown.gain.store(self.gains, at);
            at += 1;
        }
    }
}

/// A position at the end of the bar.
#[derive(Clone, Copy)]
struct Grown<S: Simd> {
    value: Vector<S>,
    gain: Vector<S>,
    growth: Vector<S>,
}

impl<S: Simd> Grown<S> {
    /// Closes the positions that left inside the bar.
    #[inline(always)]
    fn leave(self, exits: &Exits<S>) -> Self {
        Self {
            value: exits.is_hit.zero(self.value),
            gain: exits.is_hit.zero(self.gain),
            growth: exits.is_hit.select(exits.growth, self.growth),
        }
    }
}

/// Pays, earns on cash and takes stock.
#[inline(always)]
fn settle<S: Simd>(
    simd: S,
    at: usize,
    books: &mut Books<'_>,
    sums: &Sums,
    (cash_return, result): (&Row, &mut BarRows),
    given: Given<'_>,
) {
    let Given { tables, settings } = given;
    let mut notional = Vector::load(simd, &sums.orders.notional, at);
    let has_traded = notional.is_positive().float();
    let mut cost = sums.orders.cost(at, given, simd);
    let mut spent = Vector::load(simd, &sums.orders.value, at);
    if tables.layout.inside.is_some() {
        notional = notional + Vector::load(simd, &sums.exits.notional, at);
        cost = cost + sums.exits.cost(at, given, simd);
        spent = spent - Vector::load(simd, &sums.exits.value, at);
    }
    let cash = Vector::load(simd, books.cash, at) - (spent + cost);
    let mut carry = cash * Vector::load(simd, cash_return, at);
    if let Some(rate) = settings.borrow_rate {
        carry = carry + Vector::load(simd, &sums.shorts, at) * rate;
    }
    let pnl = Vector::load(simd, &sums.profit, at) - cost + carry;
    let cash = cash + carry;
    let before = Vector::load(simd, books.equity, at);
    let equity = cash + Vector::load(simd, &sums.values, at);
    let peak = Vector::load(simd, books.peak, at).max_pair(equity);
    (pnl / before).store(&mut result.portfolio_return, at);
    pnl.store(&mut result.pnl, at);
    (notional / before).store(&mut result.turnover, at);
    ((peak - equity) / peak).store(&mut result.drawdown, at);
    cash.store(books.cash, at);
    equity.store(books.equity, at);
    peak.store(books.peak, at);
    add(books.num_trades, at, has_traded, simd);
}
