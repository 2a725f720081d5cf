//! A growing part of the training range.

use burn::tensor::{Device, Tensor};

use super::training::EpisodeEnds;
use crate::config::Curriculum;

/// Where the curriculum stands, each `[1, 1]`.
#[derive(Debug, Clone)]
pub(super) struct Stage {
    /// Share of all starts that episodes begin on.
    pub(super) share: Tensor<2>,
    /// Episodes since the last look.
    pub(super) episodes: Tensor<2>,
    /// Those whose rewards reached the mark.
    pub(super) passed: Tensor<2>,
}

impl Stage {
    pub(super) fn first(settings: &Curriculum, device: &Device) -> Self {
        let zeros = Tensor::zeros([1, 1], device);
        Self { share: zeros.clone() + settings.first_share, episodes: zeros.clone(), passed: zeros }
    }

    /// Counts the episodes that ended; whole numbers, so that no order of adding matters.
    pub(super) fn update(
        self,
        settings: &Curriculum,
        ends: &EpisodeEnds<'_>,
        reward: &Tensor<2>,
    ) -> Self {
        let is_good = reward.clone().greater_equal_elem(settings.reward_at_least).float();
        let episodes = self.episodes + ends.is_over.clone().sum_dim(1);
        let passed = self.passed + (is_good * ends.is_over.clone()).sum_dim(1);
        let is_look = episodes.clone().greater_equal_elem(settings.episodes as f64).float();
        let mark = episodes.clone() * settings.pass_share;
        let grows = passed.clone().greater_equal(mark).float() * is_look.clone();
        let waits = is_look.neg() + 1.0;
        Self {
            share: (self.share + grows * settings.growth).clamp_max(1.0),
            episodes: episodes * waits.clone(),
            passed: passed * waits,
        }
    }

    /// Starts drawn over the whole range, moved into its first part: `[1, N]`.
    pub(super) fn narrow(&self, starts: Tensor<2>) -> Tensor<2> {
        (starts * self.share.clone()).floor()
    }

    /// One row of N equal values each.
    pub(super) fn rows(&self, num_envs: usize) -> Vec<Tensor<2>> {
        let Self { share, episodes, passed } = self.clone();
        [share, episodes, passed].map(|value| value.expand([1, num_envs])).to_vec()
    }

    pub(super) fn from_rows(mut take: impl FnMut(usize) -> Tensor<2>) -> Self {
        let mut first = || take(1).narrow(1, 0, 1);
        Self { share: first(), episodes: first(), passed: first() }
    }
}
