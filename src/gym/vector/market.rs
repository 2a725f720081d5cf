//! The tape on the device: what a step reads of the market, gathered in one pass.

use burn::tensor::{Device, Int, Tensor, TensorData};

use crate::config::FillRule;
use crate::domain::Slippage;
use crate::gym::{EnvParams, Quote, Tape, num_position_values, num_slot_values};

/// Market and features of every row on the device.
#[derive(Debug, Clone)]
pub(in crate::gym) struct MarketTensors {
    /// `[T, F + P]`, the last P columns free.
    pub(in crate::gym) features: Tensor<2>,
    /// `[C, T]`
    pub(in crate::gym) columns: Tensor<2>,
    pub(in crate::gym) layout: Layout,
}

/// The market of each environment's bar: from the decision's close to the next.
///
/// # Shapes
/// Per symbol `[R, N]`, R = A − 1; per row `[1, N]`.
pub(in crate::gym) struct Bar {
    /// Next close over close, less 1.
    pub(in crate::gym) growth: Tensor<2>,
    /// Fill price over close, less 1.
    pub(in crate::gym) fill: Tensor<2>,
    /// What cash earns, `[1, N]`.
    pub(in crate::gym) cash_return: Tensor<2>,
    /// The benchmark's return, `[1, N]`.
    pub(in crate::gym) benchmark_return: Tensor<2>,
    /// 1 where an order can be filled; absent if every symbol always trades.
    pub(in crate::gym) fillable: Option<Tensor<2>>,
    /// Prices inside the bar; present if positions are checked against them.
    pub(in crate::gym) inside: Option<InsideBar>,
    /// Commission per share over close; present if a share costs something.
    pub(in crate::gym) share_cost: Option<Tensor<2>>,
    /// Initial equity over the notional of the decision's bar, and 1 where that is unknown.
    pub(in crate::gym) impact: Option<(Tensor<2>, Tensor<2>)>,
    /// What this episode's costs are multiplied by; present if they are drawn.
    pub(in crate::gym) factors: Option<CostFactors>,
}

/// What an episode's costs are multiplied by, each `[1, N]`.
#[derive(Debug, Clone)]
pub(in crate::gym) struct CostFactors {
    /// Commission and half-spread.
    pub(in crate::gym) cost: Tensor<2>,
    pub(in crate::gym) slippage: Tensor<2>,
}

/// Next bar's prices over the decision's close, and 1 where there is a bar.
pub(in crate::gym) struct InsideBar {
    pub(in crate::gym) open: Tensor<2>,
    pub(in crate::gym) high: Tensor<2>,
    pub(in crate::gym) low: Tensor<2>,
    pub(in crate::gym) exists: Tensor<2>,
}

/// Where each block of rows begins in `columns`; the first two blocks are growth and fill.
#[derive(Debug, Clone, Copy)]
pub(in crate::gym) struct Layout {
    pub(in crate::gym) num_symbols: usize,
    pub(in crate::gym) fillable: Option<usize>,
    pub(in crate::gym) inside: Option<usize>,
    pub(in crate::gym) share_cost: Option<usize>,
    pub(in crate::gym) impact: Option<usize>,
    pub(in crate::gym) tradable: Option<usize>,
    pub(in crate::gym) cash: usize,
}

impl MarketTensors {
    /// Uploads the tape.
    pub(super) fn new(tape: &Tape, params: &EnvParams, device: &Device) -> Self {
        let mut columns = Columns { tape, params, values: Vec::new() };
        let layout = columns.lay_out();
        let rows = columns.values.len() / tape.len();
        let data = TensorData::new(columns.values, [rows, tape.len()]);
        Self {
            features: features_with_room(tape, params, device),
            columns: Tensor::from_data(data, device),
            layout,
        }
    }

    /// The features of each environment's row, with room for the position block: `[N, F + P]`.
    pub(super) fn features(&self, rows: Tensor<1, Int>) -> Tensor<2> {
        self.features.clone().select(0, rows)
    }

    /// 1 where a symbol has a bar at the environment's row: `[R, N]`; absent if all always do.
    pub(super) fn tradable(&self, rows: Tensor<1, Int>) -> Option<Tensor<2>> {
        let start = self.layout.tradable?;
        let blocks = self.columns.clone().narrow(0, start, self.layout.num_symbols);
        Some(blocks.select(1, rows))
    }

    /// The bar after each environment's row.
    pub(super) fn bar(&self, rows: Tensor<1, Int>) -> Bar {
        let layout = &self.layout;
        let num_symbols = layout.num_symbols;
        let gathered = self.columns.clone().narrow(0, 0, layout.cash + 2).select(1, rows);
        let block = |start: usize| gathered.clone().narrow(0, start, num_symbols);
        Bar {
            growth: block(0),
            fill: block(num_symbols),
            cash_return: gathered.clone().narrow(0, layout.cash, 1),
            benchmark_return: gathered.clone().narrow(0, layout.cash + 1, 1),
            fillable: layout.fillable.map(block),
            inside: layout.inside.map(|start| InsideBar {
                open: block(start),
                high: block(start + num_symbols),
                low: block(start + 2 * num_symbols),
                exists: block(start + 3 * num_symbols),
            }),
            share_cost: layout.share_cost.map(block),
            impact: layout.impact.map(|start| (block(start), block(start + num_symbols))),
            factors: None,
        }
    }
}

/// Builds the rows of `MarketTensors::columns`; the last row of the tape has no next bar and gets 0.
struct Columns<'a> {
    tape: &'a Tape,
    params: &'a EnvParams,
    values: Vec<f32>,
}

impl Columns<'_> {
    fn lay_out(&mut self) -> Layout {
        let params = self.params;
        let has_halts = self.tape.has_halts();
        let change = |price: f64, now: &Quote| price / now.close - 1.0;
        self.push(|now, next| change(next.close, now));
        match params.fill {
            FillRule::NextOpen => self.push(|now, next| change(next.open, now)),
            FillRule::NextClose => self.push(|now, next| change(next.close, now)),
            FillRule::SameClose => self.push(|_, _| 0.0),
            FillRule::Quotes(_) => self.push_fills(),
        };
        let fillable =
            has_halts.then(|| self.push(|now, next| flag(now.is_tradable && next.is_tradable)));
        let inside = params.has_exits().then(|| {
            let start = self.push(|now, next| change(next.open, now));
            self.push(|now, next| change(next.high, now));
            self.push(|now, next| change(next.low, now));
            self.push(|_, next| flag(next.is_tradable));
            start
        });
        let equity = params.initial_equity;
        let per_share = params.costs.per_share;
        let share_cost = (per_share != 0.0).then(|| self.push(|now, _| per_share / now.close));
        let has_impact = matches!(params.costs.slippage, Slippage::Impact { .. });
        let impact = has_impact.then(|| {
            let is_known = |quote: &Quote| quote.bar_notional > 0.0;
            let start =
                self.push(|now, _| if is_known(now) { equity / now.bar_notional } else { 0.0 });
            self.push(|now, _| flag(!is_known(now)));
            start
        });
        let cash = self.push_row(|tape, _| tape.cash_return());
        self.push_row(|tape, row| tape.benchmark_return(params.benchmark, row));
        let tradable = has_halts.then(|| self.push_tradable());
        let num_symbols = self.tape.num_symbols();
        Layout { num_symbols, fillable, inside, share_cost, impact, tradable, cash }
    }

    /// Appends a block of one row per symbol and tells where it begins.
    fn push(&mut self, value: impl Fn(&Quote, &Quote) -> f64) -> usize {
        let tape = self.tape;
        let start = self.values.len() / tape.len();
        for s in 0..tape.num_symbols() {
            let bars = (0..tape.len() - 1)
                .map(|row| value(&tape.quotes(row)[s], &tape.quotes(row + 1)[s]) as f32);
            self.values.extend(bars.chain(std::iter::once(0.0)));
        }
        start
    }

    /// Fill price over close, less 1, as the tape tells it.
    fn push_fills(&mut self) -> usize {
        let tape = self.tape;
        let start = self.values.len() / tape.len();
        for s in 0..tape.num_symbols() {
            let fill = |row: usize| {
                let price = tape.fill_price(self.params.fill, row, s);
                (price / tape.quotes(row)[s].close - 1.0) as f32
            };
            self.values.extend((0..tape.len() - 1).map(fill).chain(std::iter::once(0.0)));
        }
        start
    }

    fn push_row(&mut self, value: impl Fn(&Tape, usize) -> f64) -> usize {
        let start = self.values.len() / self.tape.len();
        let bars = (0..self.tape.len() - 1).map(|row| value(self.tape, row) as f32);
        self.values.extend(bars.chain(std::iter::once(0.0)));
        start
    }

    /// Tradability is asked of the last row too: a final observation has a mask.
    fn push_tradable(&mut self) -> usize {
        let tape = self.tape;
        let start = self.values.len() / tape.len();
        for s in 0..tape.num_symbols() {
            let flags = (0..tape.len()).map(|row| flag(tape.quotes(row)[s].is_tradable) as f32);
            self.values.extend(flags);
        }
        start
    }
}

/// Features with free columns for the position block: `[T, F + P]`.
fn features_with_room(tape: &Tape, params: &EnvParams, device: &Device) -> Tensor<2> {
    let num_slots = params.slots.map_or(0, |rules| rules.counts.num_slots());
    let num_free = num_position_values(tape.num_symbols() + 1) + num_slot_values(num_slots);
    let width = tape.num_features() + num_free;
    let mut values = Vec::with_capacity(tape.len() * width);
    for row in 0..tape.len() {
        values.extend_from_slice(tape.features(row));
        values.resize(values.len() + num_free, 0.0);
    }
    Tensor::from_data(TensorData::new(values, [tape.len(), width]), device)
}

fn flag(is_set: bool) -> f64 {
    if is_set { 1.0 } else { 0.0 }
}
