//! The samplers behind one door.

use super::grid::grid;
use super::tpe;
use crate::base::Rng;
use crate::config::{Sampler, TpeSampler};
use crate::tuner::{Params, Space};

/// What is known of a trial, better ones first.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::tuner) enum Standing {
    /// The highest rung with a score, and the score.
    Scored(usize, f64),
    /// It broke off.
    Failed,
    /// It has not reported yet.
    Waiting,
}

/// A trial as a sampler sees it.
#[derive(Debug, Clone, Copy)]
pub(in crate::tuner) struct Seen<'a> {
    /// Its settings.
    pub(in crate::tuner) params: &'a Params,
    /// What is known of it.
    pub(in crate::tuner) standing: Standing,
}

/// Chooses the settings of new trials.
#[derive(Debug)]
pub(in crate::tuner) enum Chooser {
    /// Independent draws.
    Random,
    /// All combinations, the last key turning fastest.
    Grid(Vec<Params>),
    /// Tree-structured Parzen estimator.
    Tpe(TpeSampler),
}

impl Chooser {
    /// The chooser of a study of at most `trials` trials.
    pub(in crate::tuner) fn new(sampler: &Sampler, space: &Space, trials: usize) -> Self {
        match sampler {
            Sampler::Random => Self::Random,
            Sampler::Grid => Self::Grid(grid(space, trials)),
            Sampler::Tpe(tpe) => Self::Tpe(tpe.clone()),
        }
    }

    /// Whether what is known of other trials makes a difference.
    pub(in crate::tuner) const fn learns(&self) -> bool {
        matches!(self, Self::Tpe(_))
    }

    /// Settings for the trial with this number; `None` when there are no more combinations.
    pub(in crate::tuner) fn choose(
        &self,
        space: &Space,
        trial: usize,
        seen: &[Seen<'_>],
        rng: &mut Rng,
    ) -> Option<Params> {
        match self {
            Self::Random => Some(space.draw(rng)),
            Self::Grid(combinations) => combinations.get(trial).cloned(),
            Self::Tpe(settings) => Some(tpe::choose(space, settings, seen, rng)),
        }
    }
}
