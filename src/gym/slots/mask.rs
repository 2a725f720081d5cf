//! Legal slot actions of N environments, as a mask that is added to the logits.

use burn::tensor::{Device, Tensor, TensorData};

use super::{SlotAction, SlotRows, SlotRules, SlotTensors};
use crate::base::{Rng, SeedStream};
use crate::gym::EnvParams;
use crate::gym::vector::{Book, ChanceTable, ILLEGAL_LOGIT, MIN_ENTRY_VALUE};

/// What a training episode may not do, each `[1, N]`.
#[derive(Debug, Clone)]
pub(in crate::gym) struct EpisodeMask {
    /// The most slots that may be open.
    pub(super) most: Tensor<2>,
    /// Above 0 if only long slots may be opened, below 0 if only short ones.
    pub(super) side: Tensor<2>,
}

/// Tables and rules of legality.
#[derive(Debug, Clone)]
pub(super) struct SlotMasks {
    size_prob: f64,
    direction_prob: f64,
    num_slots: usize,
    min_hold: Option<usize>,
    max_hold: Option<usize>,
    max_trades: Option<usize>,
    stop_loss: Option<f64>,
    /// 1 for long slots, −1 for short ones: `[S, 1]`.
    sides: Tensor<2>,
    /// 1 where an action opens a slot: `[K, S]`.
    opens: Tensor<2>,
    /// 1 where an action closes a slot: `[K, S]`.
    closes: Tensor<2>,
    /// 1 for HOLD: `[K, 1]`.
    holds: Tensor<2>,
    chance: ChanceTable,
}

impl EpisodeMask {
    /// The new one where an episode has ended.
    pub(super) fn replaced(self, new: Self, is_over: &Tensor<2>, goes_on: &Tensor<2>) -> Self {
        let choose = |old: Tensor<2>, new: Tensor<2>| old * goes_on.clone() + new * is_over.clone();
        Self { most: choose(self.most, new.most), side: choose(self.side, new.side) }
    }
}

impl SlotMasks {
    pub(super) fn new(
        rules: &SlotRules,
        params: &EnvParams,
        num_envs: usize,
        seeds: &SeedStream,
        device: &Device,
    ) -> Self {
        let counts = rules.counts;
        let [slots, actions] = [counts.num_slots(), counts.num_actions()];
        let table = |wanted: SlotAction| {
            let mut values = vec![0.0_f32; slots * actions];
            for action in 0..actions {
                if let Some(change) = counts.change(action).filter(|c| c.action == wanted) {
                    values[action * slots + change.slot] = 1.0;
                }
            }
            Tensor::from_data(TensorData::new(values, [actions, slots]), device)
        };
        let column = |values: Vec<f32>| {
            let rows = values.len();
            Tensor::from_data(TensorData::new(values, [rows, 1]), device)
        };
        Self {
            size_prob: rules.size_mask_prob,
            direction_prob: rules.direction_mask_prob,
            num_slots: slots,
            min_hold: params.rules.min_hold_bars,
            max_hold: params.rules.max_hold_bars,
            max_trades: params.rules.max_trades,
            stop_loss: rules.stop_loss_frac,
            sides: column((0..slots).map(|slot| counts.side(slot) as f32).collect()),
            opens: table(SlotAction::Open),
            closes: table(SlotAction::Close),
            holds: column((0..actions).map(|action| if action == 0 { 1.0 } else { 0.0 }).collect()),
            chance: ChanceTable::uniform([1, num_envs], &seeds.child("slot_masks"), device),
        }
    }

    /// Rows of N values of an [`EpisodeMask`], 0 if none is drawn.
    pub(super) fn num_rows(&self) -> usize {
        if self.size_prob > 0.0 || self.direction_prob > 0.0 { 2 } else { 0 }
    }

    /// What each episode may not do, if anything.
    pub(super) fn draw(&self, rng: &mut Rng) -> Option<EpisodeMask> {
        if self.num_rows() == 0 {
            return None;
        }
        let [size_coin, size, side] = [(); 3].map(|()| self.chance.draw(rng));
        let smaller = (size * (self.num_slots as f64 - 1.0)).floor() + 1.0;
        let is_capped = size_coin.lower_elem(self.size_prob).float();
        let all = self.num_slots as f64;
        let most = (smaller - all) * is_capped + all;
        let is_one_sided = side.clone().lower_elem(self.direction_prob).float();
        let is_long = side.lower_elem(0.5 * self.direction_prob).float();
        Some(EpisodeMask { most, side: (is_long * 2.0 - 1.0) * is_one_sided })
    }
}

impl SlotTensors {
    /// The mask of every environment: 0 where an action is legal, else [`ILLEGAL_LOGIT`].
    ///
    /// # Shapes
    /// `tradable`: `[1, N]` 1 where the symbol has a bar → `[N, K]`
    pub(in crate::gym) fn mask(
        &self,
        rows: &SlotRows,
        book: &Book,
        tradable: Option<&Tensor<2>>,
    ) -> Tensor<2> {
        let masks = &self.masks;
        let is_open = rows.values.clone().not_equal_elem(0.0).float(); // [S, N]
        let due = self.due(rows) * is_open.clone();
        let is_any_due = due.clone().sum_dim(0).clamp_max(1.0);
        let is_free = is_any_due.clone().neg() + 1.0; // [1, N]
        let can_open = self.can_open(rows, book, &is_open) * is_free.clone();
        let can_close = self.can_close(rows) * is_open * is_free.clone() + due;
        let mut can_trade =
            masks.opens.clone().matmul(can_open) + masks.closes.clone().matmul(can_close); // [K, N]
        let mut can_hold = is_free;
        if let Some(tradable) = tradable {
            can_trade = can_trade * tradable.clone();
            can_hold = (can_hold + tradable.clone().neg() + 1.0).clamp_max(1.0);
        }
        let is_legal = can_trade + masks.holds.clone() * can_hold;
        ((is_legal.neg() + 1.0) * ILLEGAL_LOGIT).transpose() // [N, K]
    }

    /// 1 where an open slot must be closed: `[S, N]`.
    fn due(&self, rows: &SlotRows) -> Tensor<2> {
        let mut due = rows.values.zeros_like();
        if let Some(most) = self.masks.max_hold {
            due = due + rows.bars_held.clone().greater_equal_elem(most as f64).float();
        }
        if let Some(most) = self.masks.stop_loss {
            let entry = (rows.values.clone() - rows.gains.clone()).abs();
            let lost = rows.gains.clone().neg() / entry.clamp_min(MIN_ENTRY_VALUE);
            due = due + lost.greater_equal_elem(most).float();
        }
        due.clamp_max(1.0)
    }

    /// 1 where a slot may be opened: `[S, N]`.
    fn can_open(&self, rows: &SlotRows, book: &Book, is_open: &Tensor<2>) -> Tensor<2> {
        let mut can_open = is_open.clone().neg() + 1.0;
        if let Some(most) = self.masks.max_trades {
            can_open = can_open * book.num_trades.clone().lower_elem(most as f64).float();
        }
        if let Some(mask) = &rows.mask {
            let num_open = is_open.clone().sum_dim(0);
            can_open = can_open * num_open.lower(mask.most.clone()).float();
            let is_against = (self.masks.sides.clone() * mask.side.clone()).lower_elem(0.0);
            can_open = can_open * (is_against.float().neg() + 1.0);
        }
        can_open
    }

    /// 1 where an open slot may be closed: `[S, N]`.
    fn can_close(&self, rows: &SlotRows) -> Tensor<2> {
        match self.masks.min_hold {
            Some(least) => rows.bars_held.clone().greater_equal_elem(least as f64).float(),
            None => rows.values.ones_like(),
        }
    }
}
