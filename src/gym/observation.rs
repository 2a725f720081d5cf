//! What a policy sees: the features of a row and the position block. The one builder of both.
//!
//! The position block says what is held, how it fares and for how long. It holds nothing that drifts
//! with the length of a run: no clock, no equity since the start (a live account grows for years, an
//! episode for a year at most). Inside the gym, tensors over N environments lie asset-major,
//! `[rows, N]`: a row is contiguous, which is what CPU vector units and GPUs want.

use burn::tensor::{Device, Tensor, TensorData};

/// Weights are held within ± this; leverage is at most 4.
pub(super) const WEIGHT_CLIP: f64 = 5.0;
/// Every other value is held within ± this, the range of a transformed feature.
pub(super) const VALUE_CLIP: f64 = 2.0;
/// Scales an unrealized return: 20 % fills the range.
pub(super) const UNREALIZED_SCALE: f64 = 10.0;
/// Scales a drawdown: 40 % fills the range.
pub(super) const DRAWDOWN_SCALE: f64 = 5.0;
/// Scales bars held: 200 bars fill the range.
pub(super) const BARS_HELD_SCALE: f64 = 0.01;

/// How many values the position block has for `num_assets` assets, cash included.
#[must_use]
pub const fn num_position_values(num_assets: usize) -> usize {
    3 * num_assets - 1
}

/// Names of the position block's values, for the asset names with cash first.
#[must_use]
pub fn position_names(assets: &[String]) -> Vec<String> {
    let risky = assets.get(1..).unwrap_or_default();
    let weights = assets.iter().map(|asset| format!("position.weight.{asset}"));
    let returns = risky.iter().map(|asset| format!("position.unrealized_return.{asset}"));
    let held = risky.iter().map(|asset| format!("position.bars_held.{asset}"));
    let drawdown = std::iter::once("position.drawdown".to_owned());
    weights.chain(returns).chain(held).chain(drawdown).collect()
}

/// Names of the slots' part of the position block, for the slots' names.
#[must_use]
pub fn slot_value_names(slots: &[String]) -> Vec<String> {
    let groups = ["weight", "unrealized_return", "bars_held"];
    let names = |group| slots.iter().map(move |slot| format!("position.slot_{group}.{slot}"));
    groups.into_iter().flat_map(names).collect()
}

/// The position block of N environments.
///
/// # Shapes
/// `weights`: `[A, N]` fractions of equity, cash first; `unrealized_returns`: `[A-1, N]`;
/// `bars_held`: `[A-1, N]`; `drawdown`: `[1, N]` → `[P, N]`, within about ±2.
#[must_use]
pub fn position_block(
    weights: Tensor<2>,
    unrealized_returns: Tensor<2>,
    bars_held: Tensor<2>,
    drawdown: Tensor<2>,
) -> Tensor<2> {
    let parts = vec![
        weights.clamp_min(-WEIGHT_CLIP).clamp_max(WEIGHT_CLIP),
        (unrealized_returns * UNREALIZED_SCALE).clamp_min(-VALUE_CLIP).clamp_max(VALUE_CLIP),
        (bars_held * BARS_HELD_SCALE).clamp_max(VALUE_CLIP),
        (drawdown * DRAWDOWN_SCALE).clamp_max(VALUE_CLIP),
    ];
    Tensor::cat(parts, 0) // [P, N]
}

/// Values of the position block for each slot.
const VALUES_PER_SLOT: usize = 3;

/// How many values the position block has for `num_slots` slots, after those of the account.
#[must_use]
pub const fn num_slot_values(num_slots: usize) -> usize {
    VALUES_PER_SLOT * num_slots
}

/// The slots' part of the position block of N environments.
///
/// # Shapes
/// `weights`: fractions of equity, `unrealized_returns`, `bars_held`: `[S, N]` → `[3S, N]`
#[must_use]
pub fn slot_block(
    weights: Tensor<2>,
    unrealized_returns: Tensor<2>,
    bars_held: Tensor<2>,
) -> Tensor<2> {
    let parts = vec![
        weights.clamp_min(-WEIGHT_CLIP).clamp_max(WEIGHT_CLIP),
        (unrealized_returns * UNREALIZED_SCALE).clamp_min(-VALUE_CLIP).clamp_max(VALUE_CLIP),
        (bars_held * BARS_HELD_SCALE).clamp_max(VALUE_CLIP),
    ];
    Tensor::cat(parts, 0) // [3S, N]
}

/// Rows of observations: the position block in the last P columns of `features`, which are free.
///
/// # Shapes
/// `features`: `[N, F + P]`; `block`: `[P, N]` → `[N, F + P]`
#[must_use]
pub fn observation_rows(features: Tensor<2>, block: Tensor<2>) -> Tensor<2> {
    let [num_envs, width] = features.dims();
    let [num_values, block_envs] = block.dims();
    assert_eq!(block_envs, num_envs, "invariant: one position per row of features");
    let free = width - num_values..width;
    features.slice_assign([0..num_envs, free], block.transpose()) // [N, F + P]
}

/// The position of one account in plain numbers, for evaluation and live trading.
#[derive(Debug, Clone, PartialEq)]
pub struct PositionState {
    /// Fractions of equity, cash first: A values.
    pub weights: Vec<f64>,
    /// Gain since average entry as a fraction of it, positive when it pays: A − 1 values.
    pub unrealized_returns: Vec<f64>,
    /// Bars since each position was opened or changed sides: A − 1 values.
    pub bars_held: Vec<f64>,
    /// Loss since the highest equity, a fraction of it.
    pub drawdown: f64,
    /// One for each slot; none in a market without slots.
    pub slots: Vec<SlotState>,
}

/// What a policy may see of a slot.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct SlotState {
    /// Fraction of equity, shorts negative; 0 if empty.
    pub weight: f64,
    /// Gain since entry as a fraction of it, positive when it pays.
    pub unrealized_return: f64,
    /// Bars since it was opened.
    pub bars_held: f64,
}

impl PositionState {
    /// Everything in cash, nothing lost.
    #[must_use]
    pub fn flat(num_assets: usize) -> Self {
        let mut weights = vec![0.0; num_assets];
        weights[0] = 1.0;
        Self {
            weights,
            unrealized_returns: vec![0.0; num_assets - 1],
            bars_held: vec![0.0; num_assets - 1],
            drawdown: 0.0,
            slots: Vec::new(),
        }
    }

    /// The same with empty slots.
    #[must_use]
    pub fn with_slots(mut self, num_slots: usize) -> Self {
        self.slots = vec![SlotState::default(); num_slots];
        self
    }

    /// Values of the position block.
    #[must_use]
    pub fn num_values(&self) -> usize {
        num_position_values(self.weights.len()) + num_slot_values(self.slots.len())
    }

    /// The position block of this account.
    ///
    /// # Shapes
    /// → `[P, 1]`
    #[must_use]
    pub fn block(&self, device: &Device) -> Tensor<2> {
        let account = position_block(
            column(&self.weights, device),
            column(&self.unrealized_returns, device),
            column(&self.bars_held, device),
            column(&[self.drawdown], device),
        );
        if self.slots.is_empty() {
            return account;
        }
        let rows = |value: fn(&SlotState) -> f64| {
            column(&self.slots.iter().map(value).collect::<Vec<_>>(), device)
        };
        let slots =
            slot_block(rows(|s| s.weight), rows(|s| s.unrealized_return), rows(|s| s.bars_held));
        Tensor::cat(vec![account, slots], 0)
    }

    /// The observation of this account with the features of one row.
    ///
    /// # Shapes
    /// `features`: F values → `[1, F + P]`
    #[must_use]
    pub fn observation(&self, features: &[f32], device: &Device) -> Tensor<2> {
        let mut row = features.to_vec();
        row.resize(features.len() + self.num_values(), 0.0);
        let width = row.len();
        let row = Tensor::from_data(TensorData::new(row, [1, width]), device);
        observation_rows(row, self.block(device))
    }

    /// The same observation as plain numbers, made by the same builder on the processor.
    ///
    /// # Shapes
    /// `features`: F values → F + P values
    #[must_use]
    pub fn observation_values(&self, features: &[f32]) -> Vec<f32> {
        let row = self.observation(features, &Device::flex());
        // The processor gives its values up always; a policy refuses an empty observation.
        row.try_into_vec_as().unwrap_or_default()
    }
}

fn column(values: &[f64], device: &Device) -> Tensor<2> {
    let values: Vec<f32> = values.iter().map(|&value| value as f32).collect();
    let rows = values.len();
    Tensor::from_data(TensorData::new(values, [rows, 1]), device)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_block_by_hand() {
        let device = Device::flex();
        let state = PositionState {
            weights: vec![0.25, 0.75, -6.0],
            unrealized_returns: vec![0.05, -0.5],
            bars_held: vec![50.0, 1000.0],
            drawdown: 0.1,
            slots: Vec::new(),
        };
        let found = state.observation(&[0.5, -1.0], &device);
        let values: Vec<f32> = found.try_to_vec_as().unwrap();
        assert_eq!(values, [0.5, -1.0, 0.25, 0.75, -5.0, 0.5, -2.0, 0.5, 2.0, 0.5]);
        let names: Vec<String> = ["cash", "SPY", "QQQ"].map(String::from).to_vec();
        assert_eq!(position_names(&names).len(), num_position_values(3));
        assert_eq!(position_names(&names)[3], "position.unrealized_return.SPY");
        assert_eq!(values.len(), 2 + num_position_values(3));
    }

    #[test]
    fn a_flat_account_is_cash() {
        let values: Vec<f32> =
            PositionState::flat(3).block(&Device::flex()).try_to_vec_as().unwrap();
        assert_eq!(values, [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    }
}
