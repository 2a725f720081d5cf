//! Rewards as tensors, each equal to its scalar definition.

use burn::tensor::{Device, Tensor};

use super::book::Booking;
use crate::config::{
    CloseOnlyReward, DifferentialSharpeReward, DrawdownMeasure, DrawdownPenalty, Reward,
    RiskAdjustedReward, SharpeBlendReward,
};
use crate::gym::reference::{MIN_GROWTH, MIN_RETURN_DEVIATION};

/// What one bar did to N accounts, each `[1, N]`; the fields of `RewardInput`.
pub(super) struct BarReturns {
    pub(super) portfolio_return: Tensor<2>,
    pub(super) benchmark_return: Tensor<2>,
    pub(super) pnl_frac: Tensor<2>,
    pub(super) drawdown: Tensor<2>,
    /// Present if `EnvParams::tracks_bookings`.
    pub(super) booking: Option<Booking>,
}

/// The memory of the rewards that have one.
#[derive(Debug, Clone)]
pub(super) struct RewardMemory {
    pub(super) recent: Option<RecentReturns>,
    pub(super) moments: Option<Moments>,
    pub(super) episode: EpisodeMemory,
}

/// What the rewards over a whole episode remember, each present if its part is named.
#[derive(Debug, Clone, Default)]
pub(super) struct EpisodeMemory {
    /// Booked since a position was last closed in part or whole: `[1, N]`.
    pub(super) unpaid: Option<Tensor<2>>,
    /// Number, mean and summed square deviation of all returns: `[3, N]`.
    pub(super) record: Option<Tensor<2>>,
    /// Drawdown beyond the threshold: `[1, N]`.
    pub(super) excess: Option<Tensor<2>>,
}

/// The last returns of every environment, one row per bar, 0 before the episode began.
#[derive(Debug, Clone)]
pub(super) struct RecentReturns {
    /// `[W, N]`
    pub(super) ring: Tensor<2>,
    /// The row that is written next: all environments step together.
    pub(super) next_row: usize,
}

/// Exponentially weighted mean and variance of returns, each `[1, N]`.
#[derive(Debug, Clone)]
pub(super) struct Moments {
    pub(super) mean: Tensor<2>,
    pub(super) variance: Tensor<2>,
}

impl RewardMemory {
    /// The start of an episode.
    pub(super) fn new(settings: &Reward, num_envs: usize, device: &Device) -> Self {
        let zeros = |rows: usize| Tensor::zeros([rows, num_envs], device);
        Self {
            recent: settings
                .sharpe_blend
                .map(|part| RecentReturns { ring: zeros(part.window_bars), next_row: 0 }),
            moments: settings
                .differential_sharpe
                .map(|_| Moments { mean: zeros(1), variance: zeros(1) }),
            episode: EpisodeMemory {
                unpaid: settings.close_only.map(|_| zeros(1)),
                record: settings.risk_adjusted.map(|_| zeros(3)),
                excess: settings.drawdown_penalty.map(|_| zeros(1)),
            },
        }
    }

    /// Forgets where `goes_on` is 0.
    pub(super) fn reset(self, goes_on: &Tensor<2>) -> Self {
        Self {
            recent: self.recent.map(|recent| RecentReturns {
                ring: recent.ring * goes_on.clone(),
                next_row: recent.next_row,
            }),
            moments: self.moments.map(|moments| Moments {
                mean: moments.mean * goes_on.clone(),
                variance: moments.variance * goes_on.clone(),
            }),
            episode: self.episode.map(|rows| rows * goes_on.clone()),
        }
    }

    /// The reward of one bar, `[1, N]`: the sum of the parts that the settings name.
    pub(super) fn update(self, settings: &Reward, bar: &BarReturns) -> (Self, Tensor<2>) {
        let mut parts = Vec::new();
        if let Some(part) = settings.alpha {
            let excess = bar.portfolio_return.clone() - bar.benchmark_return.clone();
            parts.push((excess * part.scale).clamp(-part.clip, part.clip) * part.weight);
        }
        if let Some(part) = settings.log_return {
            let growth = bar.portfolio_return.clone().clamp_min(MIN_GROWTH - 1.0);
            parts.push(growth.log1p() * (part.weight * part.scale));
        }
        if let Some(part) = settings.pnl {
            parts.push(bar.pnl_frac.clone() * (part.weight * part.scale));
        }
        let recent = self.recent.zip(settings.sharpe_blend).map(|(recent, part)| {
            let recent = recent.push(bar.portfolio_return.clone());
            parts.push(recent.sharpe_blend(&part, bar) * part.weight);
            recent
        });
        let moments = self.moments.zip(settings.differential_sharpe).map(|(moments, part)| {
            let (moments, value) = moments.update(&part, bar.portfolio_return.clone());
            parts.push(value * part.weight);
            moments
        });
        let episode = self.episode.update(settings, bar, &mut parts);
        let zero = bar.pnl_frac.zeros_like();
        let reward = parts.into_iter().reduce(|sum, part| sum + part).unwrap_or(zero);
        (Self { recent, moments, episode }, reward)
    }
}

impl EpisodeMemory {
    fn map(self, change: impl Fn(Tensor<2>) -> Tensor<2>) -> Self {
        Self {
            unpaid: self.unpaid.map(&change),
            record: self.record.map(&change),
            excess: self.excess.map(&change),
        }
    }

    /// Everything, in rows of N values.
    pub(super) fn rows(&self) -> impl Iterator<Item = Tensor<2>> {
        [&self.unpaid, &self.record, &self.excess].into_iter().flatten().cloned()
    }

    /// The same memory with other values.
    pub(super) fn filled(&self, mut take: impl FnMut(usize) -> Tensor<2>) -> Self {
        let mut part = |rows: &Option<Tensor<2>>| rows.as_ref().map(|rows| take(rows.dims()[0]));
        Self { unpaid: part(&self.unpaid), record: part(&self.record), excess: part(&self.excess) }
    }

    fn update(self, settings: &Reward, bar: &BarReturns, parts: &mut Vec<Tensor<2>>) -> Self {
        let booking = bar.booking.as_ref();
        let closing = self.unpaid.zip(settings.close_only).zip(booking);
        let unpaid = closing.map(|((unpaid, part), booking)| {
            let (unpaid, reward) = close_only(&part, unpaid, booking);
            parts.push(reward);
            unpaid
        });
        let record = self.record.zip(settings.risk_adjusted).map(|(record, part)| {
            let (record, reward) = risk_adjusted(&part, &record, bar);
            parts.push(reward);
            record
        });
        let excess = self.excess.zip(settings.drawdown_penalty).map(|(before, part)| {
            let (excess, reward) = drawdown_penalty(&part, before, bar.drawdown.clone());
            parts.push(reward);
            excess
        });
        Self { unpaid, record, excess }
    }
}

fn close_only(
    part: &CloseOnlyReward,
    unpaid: Tensor<2>,
    booking: &Booking,
) -> (Tensor<2>, Tensor<2>) {
    let unpaid = unpaid + booking.amount.clone();
    let paid = unpaid.clone() * booking.has_closed.clone();
    let reward = (paid.clone() * part.scale).clamp(-part.clip, part.clip) * part.weight;
    let waits = booking.has_closed.clone().neg() + 1.0;
    (unpaid * waits, reward)
}

fn risk_adjusted(
    part: &RiskAdjustedReward,
    record: &Tensor<2>,
    bar: &BarReturns,
) -> (Tensor<2>, Tensor<2>) {
    let row = |index: usize| record.clone().narrow(0, index, 1);
    let value = bar.portfolio_return.clone();
    let count = row(0) + 1.0;
    let surprise = value.clone() - row(1);
    let mean = row(1) + surprise.clone() / count.clone();
    let squares = row(2) + surprise * (value - mean.clone());
    let deviation = (squares.clone() / count.clone()).clamp_min(0.0).sqrt();
    let ratio = mean.clone() / deviation.clamp_min(MIN_RETURN_DEVIATION);
    let is_record = count.clone().greater_elem(1.5).float();
    let ratio = (ratio * is_record).clamp(-part.clip, part.clip);
    let loss = bar.drawdown.clone() * (part.drawdown_weight * part.scale);
    (Tensor::cat(vec![count, mean, squares], 0), (ratio - loss) * part.weight)
}

fn drawdown_penalty(
    part: &DrawdownPenalty,
    before: Tensor<2>,
    drawdown: Tensor<2>,
) -> (Tensor<2>, Tensor<2>) {
    let excess = (drawdown - part.threshold).clamp_min(0.0);
    let punished = match part.measure {
        DrawdownMeasure::Level => excess.clone(),
        DrawdownMeasure::Increase => (excess.clone() - before).clamp_min(0.0),
    };
    (excess, punished * -(part.weight * part.scale))
}

impl RecentReturns {
    fn push(self, value: Tensor<2>) -> Self {
        let [window, num_envs] = self.ring.dims();
        let row = self.next_row;
        let ring = self.ring.slice_assign([row..row + 1, 0..num_envs], value);
        Self { ring, next_row: (row + 1) % window }
    }

    fn sharpe_blend(&self, part: &SharpeBlendReward, bar: &BarReturns) -> Tensor<2> {
        let window = self.ring.dims()[0] as f64;
        let mean = self.ring.clone().sum_dim(0) / window;
        let squares = self.ring.clone().square().sum_dim(0) / window;
        let deviation = (squares - mean.clone().square()).clamp_min(0.0).sqrt();
        let ratio = mean / deviation.clamp_min(MIN_RETURN_DEVIATION);
        let excess = (bar.drawdown.clone() - part.drawdown_threshold).clamp_min(0.0);
        ratio * (part.sharpe_weight * part.scale)
            + bar.portfolio_return.clone() * part.return_weight
            - excess * part.drawdown_weight
    }
}

impl Moments {
    fn update(self, part: &DifferentialSharpeReward, value: Tensor<2>) -> (Self, Tensor<2>) {
        let surprise = value - self.mean.clone();
        let square = surprise.clone().square();
        let slope = self.variance.clone() * surprise.clone()
            + self.mean.clone() * (self.variance.clone() - square.clone()) * 0.5;
        let mean = self.mean + surprise * part.eta;
        let variance = (self.variance + square * part.eta) * (1.0 - part.eta);
        let deviation = variance.clone().sqrt().clamp_min(MIN_RETURN_DEVIATION);
        let cube = deviation.clone().square() * deviation;
        (Self { mean, variance }, slope / cube)
    }
}
