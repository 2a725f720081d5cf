//! Rewards as tensors, each equal to its scalar definition.

use burn::tensor::{Device, Tensor};

use crate::config::{DifferentialSharpeReward, Reward, SharpeBlendReward};
use crate::gym::reference::{MIN_GROWTH, MIN_RETURN_DEVIATION};

/// What one bar did to N accounts, each `[1, N]`; the fields of `RewardInput`.
pub(super) struct BarReturns {
    pub(super) portfolio_return: Tensor<2>,
    pub(super) benchmark_return: Tensor<2>,
    pub(super) pnl_frac: Tensor<2>,
    pub(super) drawdown: Tensor<2>,
}

/// The memory of the rewards that have one.
#[derive(Debug, Clone)]
pub(super) struct RewardMemory {
    pub(super) recent: Option<RecentReturns>,
    pub(super) moments: Option<Moments>,
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
        let zero = bar.pnl_frac.zeros_like();
        let reward = parts.into_iter().reduce(|sum, part| sum + part).unwrap_or(zero);
        (Self { recent, moments }, reward)
    }
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
