//! Which trials go on.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which trials go on. Budgets are environment steps of one run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scheduler {
    /// Every trial runs `learner.*.total_env_steps`.
    None,
    /// Asynchronous successive halving (Li et al. 2020).
    Asha(AshaScheduler),
    /// Brackets of successive halving (Li et al. 2018), asynchronous.
    Hyperband(HyperbandScheduler),
    /// A trial below the median of the others at the same budget stops (Golovin et al. 2017).
    MedianStop(MedianStopScheduler),
    /// Population-based training (Jaderberg et al. 2017).
    Pbt(PbtScheduler),
}

impl Default for Scheduler {
    fn default() -> Self {
        Self::Asha(AshaScheduler::default())
    }
}

/// Asynchronous successive halving.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AshaScheduler {
    /// One in so many trials goes on, 2..=4. Default 3.
    pub reduction: u32,
    /// Budget of the first rung. Absent: `max_env_steps` / reduction³.
    pub grace_env_steps: Option<u64>,
    /// Budget of the last rung. Absent: `learner.*.total_env_steps`.
    pub max_env_steps: Option<u64>,
}

impl Default for AshaScheduler {
    fn default() -> Self {
        Self { reduction: 3, grace_env_steps: None, max_env_steps: None }
    }
}

/// Brackets of successive halving, from many short trials to few long ones.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct HyperbandScheduler {
    /// One in so many trials goes on, 2..=4. Default 3.
    pub reduction: u32,
    /// Budget of the first rung of the first bracket. Absent: `max_env_steps` / reduction³.
    pub grace_env_steps: Option<u64>,
    /// Budget of the last rung. Absent: `learner.*.total_env_steps`.
    pub max_env_steps: Option<u64>,
    /// Brackets, 1..=8; bracket b starts at rung b. Default 3.
    pub brackets: u32,
}

impl Default for HyperbandScheduler {
    fn default() -> Self {
        Self { reduction: 3, grace_env_steps: None, max_env_steps: None, brackets: 3 }
    }
}

/// Stopping by the median.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct MedianStopScheduler {
    /// Budget between two looks. Absent: a tenth of `max_env_steps`.
    pub interval_env_steps: Option<u64>,
    /// Budget before the first look. Absent: `interval_env_steps`.
    pub grace_env_steps: Option<u64>,
    /// Budget of a whole trial. Absent: `learner.*.total_env_steps`.
    pub max_env_steps: Option<u64>,
    /// Trials that must have been there before one is stopped, at least 1. Default 5.
    pub min_trials: usize,
}

impl Default for MedianStopScheduler {
    fn default() -> Self {
        Self { interval_env_steps: None, grace_env_steps: None, max_env_steps: None, min_trials: 5 }
    }
}

/// Population-based training: all trials are one population.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PbtScheduler {
    /// Budget between two exchanges. Absent: a tenth of `max_env_steps`.
    pub interval_env_steps: Option<u64>,
    /// Budget of a whole trial. Absent: `learner.*.total_env_steps`.
    pub max_env_steps: Option<u64>,
    /// Share of the worst that takes over weights and settings of the best, 0.05..=0.5. Default 0.25.
    pub quantile: f64,
    /// Probability that a setting is drawn anew and not multiplied by 0.8 or 1.25, 0..=1. Default 0.25.
    pub resample: f64,
}

impl Default for PbtScheduler {
    fn default() -> Self {
        Self { interval_env_steps: None, max_env_steps: None, quantile: 0.25, resample: 0.25 }
    }
}

/// Rungs of median stop and population-based training when no interval is given.
const DEFAULT_INTERVALS: u64 = 10;

impl Scheduler {
    /// The budgets at which trials are looked at, in environment steps, ascending; the last one is a
    /// whole trial. `total_env_steps` is that of the learner.
    ///
    /// Successive halving has the rungs grace·reductionᵏ below the whole; one that comes nearer to
    /// the whole than half a step (on the logarithmic scale) is left out.
    #[must_use]
    pub fn budgets(&self, total_env_steps: u64) -> Vec<u64> {
        let most = self.max_env_steps(total_env_steps);
        match self {
            Self::None => vec![most],
            Self::Asha(asha) => halving(asha.grace_env_steps, most, asha.reduction),
            Self::Hyperband(hyperband) => {
                halving(hyperband.grace_env_steps, most, hyperband.reduction)
            }
            Self::MedianStop(stop) => {
                let interval = stop.interval_env_steps.unwrap_or(most / DEFAULT_INTERVALS).max(1);
                even(stop.grace_env_steps.unwrap_or(interval), interval, most)
            }
            Self::Pbt(pbt) => {
                let interval = pbt.interval_env_steps.unwrap_or(most / DEFAULT_INTERVALS).max(1);
                even(interval, interval, most)
            }
        }
    }

    /// The budget of a whole trial.
    #[must_use]
    pub fn max_env_steps(&self, total_env_steps: u64) -> u64 {
        let own = match self {
            Self::None => None,
            Self::Asha(asha) => asha.max_env_steps,
            Self::Hyperband(hyperband) => hyperband.max_env_steps,
            Self::MedianStop(stop) => stop.max_env_steps,
            Self::Pbt(pbt) => pbt.max_env_steps,
        };
        own.unwrap_or(total_env_steps)
    }

    /// The least budget of a trial and the steps between looks, if they are given.
    #[must_use]
    pub const fn given_env_steps(&self) -> [(&'static str, Option<u64>); 2] {
        let (grace, interval) = match self {
            Self::None => (None, None),
            Self::Asha(asha) => (asha.grace_env_steps, None),
            Self::Hyperband(hyperband) => (hyperband.grace_env_steps, None),
            Self::MedianStop(stop) => (stop.grace_env_steps, stop.interval_env_steps),
            Self::Pbt(pbt) => (None, pbt.interval_env_steps),
        };
        [("grace_env_steps", grace), ("interval_env_steps", interval)]
    }

    /// The name of the kind.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Asha(_) => "asha",
            Self::Hyperband(_) => "hyperband",
            Self::MedianStop(_) => "median_stop",
            Self::Pbt(_) => "pbt",
        }
    }
}

fn halving(grace: Option<u64>, most: u64, reduction: u32) -> Vec<u64> {
    let reduction = u64::from(reduction.max(2));
    let grace = grace.unwrap_or(most / reduction.pow(3)).max(1);
    let largest = most as f64 / (reduction as f64).sqrt();
    let rungs = std::iter::successors(Some(grace), |rung| rung.checked_mul(reduction));
    rungs.take_while(|rung| *rung as f64 <= largest).chain([most]).collect()
}

/// The largest number of looks at one trial.
const MOST_LOOKS: usize = 1000;

fn even(first: u64, interval: u64, most: u64) -> Vec<u64> {
    let rungs = std::iter::successors(Some(first.max(1)), |rung| rung.checked_add(interval.max(1)));
    rungs.take_while(|rung| *rung < most).take(MOST_LOOKS).chain([most]).collect()
}
