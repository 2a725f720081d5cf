//! The slots of N environments.

use burn::tensor::{Device, Int, Tensor, TensorData};

use super::mask::{EpisodeMask, SlotMasks};
use super::{SlotAction, SlotRules};
use crate::base::{Rng, SeedStream};
use crate::gym::reference::EQUITY_FLOOR_FRAC;
use crate::gym::vector::{Bar, BarResult, Book, Booking, MIN_ENTRY_VALUE};
use crate::gym::{EnvParams, position_block, slot_block};

/// What N environments hold in S slots each, in fractions of initial equity: `[S, N]`.
#[derive(Debug, Clone)]
pub(in crate::gym) struct SlotRows {
    /// Value at the last close, shorts negative, 0 if empty.
    pub(in crate::gym) values: Tensor<2>,
    /// Value less value at entry.
    pub(in crate::gym) gains: Tensor<2>,
    pub(in crate::gym) bars_held: Tensor<2>,
    /// What the episode may not do; present if such masks are drawn.
    pub(super) mask: Option<EpisodeMask>,
}

/// The tables of a market of slots on the device.
#[derive(Debug, Clone)]
pub(in crate::gym) struct SlotTensors {
    pub(super) rules: SlotRules,
    /// Value of the unit that an action opens in each slot: `[S, K]`.
    opens: Tensor<2>,
    /// 1 where an action closes a slot: `[S, K]`.
    closes: Tensor<2>,
    pub(super) masks: SlotMasks,
    num_envs: usize,
    device: Device,
}

impl SlotTensors {
    /// Uploads the tables; `None` in a market without slots.
    pub(in crate::gym) fn new(
        params: &EnvParams,
        num_envs: usize,
        seeds: &SeedStream,
        device: &Device,
    ) -> Option<Self> {
        let rules = params.slots?;
        let table = |wanted: SlotAction, value: &dyn Fn(usize) -> f64| {
            let [slots, actions] = [rules.counts.num_slots(), rules.counts.num_actions()];
            let mut values = vec![0.0_f32; slots * actions];
            for action in 0..actions {
                if let Some(change) = rules.counts.change(action).filter(|c| c.action == wanted) {
                    values[change.slot * actions + action] = value(change.slot) as f32;
                }
            }
            Tensor::from_data(TensorData::new(values, [slots, actions]), device)
        };
        Some(Self {
            opens: table(SlotAction::Open, &|slot| rules.counts.side(slot) * rules.unit_frac),
            closes: table(SlotAction::Close, &|_| 1.0),
            masks: SlotMasks::new(&rules, params, num_envs, seeds, device),
            rules,
            num_envs,
            device: device.clone(),
        })
    }

    /// Slots of one environment.
    pub(in crate::gym) fn num_slots(&self) -> usize {
        self.rules.counts.num_slots()
    }

    /// All slots empty.
    pub(in crate::gym) fn empty(&self, rng: &mut Rng) -> SlotRows {
        let zeros = Tensor::zeros([self.num_slots(), self.num_envs], &self.device);
        SlotRows {
            values: zeros.clone(),
            gains: zeros.clone(),
            bars_held: zeros,
            mask: self.masks.draw(rng),
        }
    }

    /// Starts anew where an episode has ended.
    pub(in crate::gym) fn reset(
        &self,
        rows: SlotRows,
        is_over: &Tensor<2>,
        goes_on: &Tensor<2>,
        rng: &mut Rng,
    ) -> SlotRows {
        let fresh = self.masks.draw(rng);
        let mask = rows.mask.zip(fresh).map(|(old, new)| old.replaced(new, is_over, goes_on));
        SlotRows {
            values: rows.values * goes_on.clone(),
            gains: rows.gains * goes_on.clone(),
            bars_held: rows.bars_held * goes_on.clone(),
            mask,
        }
    }

    /// The change of value of every slot that each action asks for, at the decision's close.
    ///
    /// # Shapes
    /// `actions`: `[N]` → `[S, N]`
    pub(in crate::gym) fn changes(
        &self,
        actions: Tensor<1, Int>,
        rows: &SlotRows,
        bar: &Bar,
    ) -> Tensor<2> {
        let is_empty = rows.values.clone().equal_elem(0.0).float();
        let opened = self.opens.clone().select(1, actions.clone()) * is_empty;
        let change = opened - self.closes.clone().select(1, actions) * rows.values.clone();
        match &bar.fillable {
            Some(fillable) => change * fillable.clone(),
            None => change,
        }
    }

    /// Puts together what [`SlotRows::rows`] took apart.
    pub(in crate::gym) fn assembled(&self, mut take: impl FnMut(usize) -> Tensor<2>) -> SlotRows {
        let num_slots = self.num_slots();
        SlotRows {
            values: take(num_slots),
            gains: take(num_slots),
            bars_held: take(num_slots),
            mask: (self.masks.num_rows() > 0).then(|| EpisodeMask { most: take(1), side: take(1) }),
        }
    }
}

impl SlotRows {
    /// Fills `change` and lives through the bar that `result` tells of; the book then holds what the
    /// slots hold.
    pub(in crate::gym) fn pass_bar(
        self,
        change: Tensor<2>,
        bar: &Bar,
        mut result: BarResult,
    ) -> (Self, BarResult) {
        let is_closed = (change.clone() * self.values.clone()).lower_elem(0.0);
        let opened = change.clone().mask_fill(is_closed.clone(), 0.0);
        let growth = (self.values.clone() + change).mask_fill(is_closed.clone(), 0.0);
        let values = growth.clone();
        let growth = growth * bar.growth.clone();
        let values = values + growth.clone();
        let gains = (self.gains.clone() - opened * bar.fill.clone())
            .mask_fill(is_closed.clone(), 0.0)
            + growth;
        let is_open = values.clone().not_equal_elem(0.0).float();
        let bars_held = (self.bars_held + 1.0) * is_open;
        let gains_after = gains.clone().sum_dim(0);
        result.booking = result.booking.map(|_| Booking {
            amount: result.pnl.clone() + self.gains.sum_dim(0) - gains_after.clone(),
            has_closed: is_closed.float().sum_dim(0),
        });
        result.book.values = values.clone().sum_dim(0);
        result.book.gains = gains_after;
        result.book.bars_held = bars_held.clone().max_dim(0);
        (Self { values, gains, bars_held, mask: self.mask }, result)
    }

    /// The position block: that of the account, then that of the slots.
    ///
    /// # Shapes
    /// → `[P, N]`
    pub(in crate::gym) fn position_block(&self, book: &Book) -> Tensor<2> {
        let equity = book.equity.clone().clamp_min(EQUITY_FLOOR_FRAC);
        let weights = Tensor::cat(vec![book.cash.clone(), book.values.clone()], 0) / equity.clone();
        let entry = (self.values.clone() - self.gains.clone()).abs();
        let unrealized =
            |gains: Tensor<2>, entry: Tensor<2>| gains / entry.clamp_min(MIN_ENTRY_VALUE);
        let account = position_block(
            weights,
            unrealized(book.gains.clone(), entry.clone().sum_dim(0)),
            book.bars_held.clone(),
            book.drawdown(),
        );
        let slots = slot_block(
            self.values.clone() / equity,
            unrealized(self.gains.clone(), entry),
            self.bars_held.clone(),
        );
        Tensor::cat(vec![account, slots], 0) // [P, N]
    }

    /// Everything, in rows of N values.
    pub(in crate::gym) fn rows(&self) -> Vec<Tensor<2>> {
        let mut rows = vec![self.values.clone(), self.gains.clone(), self.bars_held.clone()];
        if let Some(mask) = &self.mask {
            rows.extend([mask.most.clone(), mask.side.clone()]);
        }
        rows
    }
}
