//! Which actions are legal, as a mask that is added to the logits.

use burn::tensor::{Device, Tensor, TensorData};

use super::book::Book;
use crate::config::PositionRules;
use crate::gym::ActionTable;

/// Added to the logit of an illegal action: its probability is exactly 0, and a difference of two
/// logits stays finite.
pub const ILLEGAL_LOGIT: f64 = -1e9;

/// What the masks depend on besides the books.
#[derive(Debug, Clone)]
pub(super) struct Legality {
    rules: PositionRules,
    /// 1 for rows of weights, 0 for HOLD: `[K, 1]`.
    is_trade: Tensor<2>,
    /// 0 for rows that leave nothing but cash, else 1: `[K, 1]`.
    is_open: Tensor<2>,
    /// 1 where an action wants a symbol: `[K, R]`.
    wants: Tensor<2>,
    has_halts: HasHalts,
    /// `[N, K]` the mask that forbids nothing.
    open_mask: Tensor<2>,
}

/// Whether the tape has symbols without a bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HasHalts {
    Never,
    Sometimes,
}

impl Legality {
    pub(super) fn new(
        table: &ActionTable,
        rules: &PositionRules,
        has_halts: HasHalts,
        num_envs: usize,
        device: &Device,
    ) -> Self {
        let num_actions = table.num_actions();
        let flag = |is_set: bool| if is_set { 1.0_f32 } else { 0.0 };
        let column =
            |values: Vec<f32>| Tensor::from_data(TensorData::new(values, [num_actions, 1]), device);
        let is_trade = table.rows().iter().map(|row| flag(row.is_some())).collect();
        let is_open = (0..num_actions).map(|action| flag(!table.is_flat(action))).collect();
        let num_symbols = table.num_assets() - 1;
        let none = vec![0.0; num_symbols];
        let wants: Vec<f32> = table
            .rows()
            .iter()
            .flat_map(|row| row.as_ref().map_or(none.as_slice(), |w| w.risky()).to_vec())
            .map(|weight| flag(weight != 0.0))
            .collect();
        let wants = TensorData::new(wants, [num_actions, num_symbols]);
        Self {
            rules: rules.clone(),
            is_trade: column(is_trade),
            is_open: column(is_open),
            wants: Tensor::from_data(wants, device),
            has_halts,
            open_mask: Tensor::zeros([num_envs, num_actions], device),
        }
    }

    /// Whether any action can ever be illegal.
    pub(super) fn is_binding(&self) -> bool {
        let rules = &self.rules;
        rules.min_hold_bars.is_some()
            || rules.max_hold_bars.is_some()
            || rules.max_trades.is_some()
            || self.has_halts == HasHalts::Sometimes
    }

    /// The mask of every environment: 0 where an action is legal, else [`ILLEGAL_LOGIT`].
    ///
    /// # Shapes
    /// `tradable`: `[R, N]` 1 where a symbol has a bar → `[N, K]`
    pub(super) fn mask(&self, book: &Book, tradable: Option<&Tensor<2>>) -> Tensor<2> {
        if !self.is_binding() {
            return self.open_mask.clone();
        }
        let [num_envs, num_actions] = self.open_mask.dims();
        let mut is_barred = self.locked(book).expand([num_actions, num_envs]);
        if let Some(tradable) = tradable {
            is_barred = is_barred + self.halted(book, tradable);
        }
        let mut is_illegal = is_barred.clamp_max(1.0) * self.is_trade.clone(); // [K, N]
        if let Some(must_close) = self.must_close(book, tradable) {
            let goes_on = must_close.clone().mul_scalar(-1.0) + 1.0;
            is_illegal = is_illegal * goes_on + self.is_open.clone() * must_close;
        }
        (is_illegal * ILLEGAL_LOGIT).transpose() // [N, K]
    }

    /// Above 0 where no row of weights may be taken: `[1, N]`.
    fn locked(&self, book: &Book) -> Tensor<2> {
        let mut is_locked = book.equity.zeros_like();
        if let Some(least) = self.rules.min_hold_bars {
            let held = first_row(&book.bars_held);
            let is_young = held.clone().lower_elem(least as f64).float();
            is_locked = is_locked + is_young * held.greater_elem(0.0).float();
        }
        if let Some(most) = self.rules.max_trades {
            let is_spent = book.num_trades.clone().greater_equal_elem(most as f64);
            is_locked = is_locked + is_spent.float();
        }
        is_locked
    }

    /// Above 0 where an action would touch a symbol that has no bar: `[K, N]`.
    fn halted(&self, book: &Book, tradable: &Tensor<2>) -> Tensor<2> {
        let is_halted = tradable.clone().mul_scalar(-1.0) + 1.0;
        let is_stuck = is_halted.clone() * book.values.clone().not_equal_elem(0.0).float();
        self.wants.clone().matmul(is_halted) + is_stuck.sum_dim(0)
    }

    /// 1 where the position must be closed: `[1, N]`.
    fn must_close(&self, book: &Book, tradable: Option<&Tensor<2>>) -> Option<Tensor<2>> {
        let limit = self.rules.max_hold_bars?;
        let held = first_row(&book.bars_held);
        let is_due = held.clone().greater_equal_elem(limit as f64).float();
        let is_due = is_due * held.greater_elem(0.0).float();
        Some(match tradable {
            Some(tradable) => is_due * first_row(tradable),
            None => is_due,
        })
    }
}

fn first_row(rows: &Tensor<2>) -> Tensor<2> {
    rows.clone().narrow(0, 0, 1)
}
