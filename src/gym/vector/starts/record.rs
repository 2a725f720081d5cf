//! How the running episodes have gone so far.

use burn::tensor::{Device, Tensor};

use super::training::BarOutcome;
use crate::config::HardStarts;

/// The record of every environment's episode, each `[1, N]`.
#[derive(Debug, Clone)]
pub(super) struct Record {
    /// Sum of rewards.
    pub(super) reward: Tensor<2>,
    /// The least that the sum has been after any bar.
    pub(super) least_reward: Tensor<2>,
    /// The deepest drawdown.
    pub(super) drawdown: Tensor<2>,
    /// Booked since a position was last closed in part or whole.
    pub(super) unpaid: Tensor<2>,
    /// Bars that booked something, and those that booked a profit.
    pub(super) bookings: Tensor<2>,
    pub(super) wins: Tensor<2>,
}

/// No sum of rewards is as high as this.
const NO_BAR_YET: f32 = 1e30;

impl Record {
    pub(super) fn new(num_envs: usize, device: &Device) -> Self {
        let zeros = Tensor::zeros([1, num_envs], device);
        Self {
            reward: zeros.clone(),
            least_reward: zeros.clone() + NO_BAR_YET,
            drawdown: zeros.clone(),
            unpaid: zeros.clone(),
            bookings: zeros.clone(),
            wins: zeros,
        }
    }

    pub(super) fn update(self, bar: &BarOutcome<'_>) -> Self {
        let reward = self.reward + bar.reward.clone();
        let mut record = Self {
            least_reward: self.least_reward.min_pair(reward.clone()),
            drawdown: self.drawdown.max_pair(bar.drawdown.clone()),
            reward,
            ..self
        };
        if let Some(booking) = bar.booking {
            let unpaid = record.unpaid + booking.amount.clone();
            let has_closed = booking.has_closed.clone();
            let is_win = unpaid.clone().greater_elem(0.0).float() * has_closed.clone();
            record.wins = record.wins + is_win;
            record.bookings = record.bookings + has_closed.clone();
            record.unpaid = unpaid * (has_closed.neg() + 1.0);
        }
        record
    }

    /// 1 where an episode that ended now was hard: `[1, N]`.
    pub(super) fn is_hard(&self, triggers: &HardStarts) -> Tensor<2> {
        let mut is_hard = self.reward.zeros_like().greater_elem(0.5);
        if let Some(rate) = triggers.win_rate_below {
            let least = self.bookings.clone() * rate;
            let is_bad = self.wins.clone().lower(least);
            is_hard = is_hard.bool_or(is_bad);
        }
        if let Some(most) = triggers.drawdown_above {
            is_hard = is_hard.bool_or(self.drawdown.clone().greater_elem(most));
        }
        if let Some(least) = triggers.reward_below {
            is_hard = is_hard.bool_or(self.reward.clone().lower_elem(least));
        }
        if let Some(least) = triggers.least_reward_below {
            is_hard = is_hard.bool_or(self.least_reward.clone().lower_elem(least));
        }
        is_hard.float()
    }

    /// Begins anew where an episode has ended.
    pub(super) fn reset(self, is_over: &Tensor<2>, goes_on: &Tensor<2>) -> Self {
        let zero = |x: Tensor<2>| x * goes_on.clone();
        Self {
            reward: zero(self.reward),
            least_reward: zero(self.least_reward) + is_over.clone() * NO_BAR_YET,
            drawdown: zero(self.drawdown),
            unpaid: zero(self.unpaid),
            bookings: zero(self.bookings),
            wins: zero(self.wins),
        }
    }

    pub(super) fn rows(&self) -> Vec<Tensor<2>> {
        let Self { reward, least_reward, drawdown, unpaid, bookings, wins } = self.clone();
        vec![reward, least_reward, drawdown, unpaid, bookings, wins]
    }

    pub(super) fn from_rows(mut take: impl FnMut(usize) -> Tensor<2>) -> Self {
        Self {
            reward: take(1),
            least_reward: take(1),
            drawdown: take(1),
            unpaid: take(1),
            bookings: take(1),
            wins: take(1),
        }
    }
}
