//! How the signals of several agents become one.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How the signals of several agents become one.
///
/// An agent's vote is its share of all scores, where a score is `max(floor, mean of its last `window` marks)` and a
/// mark is 1 for a bar on which the agent's own weights earned more than cash, 0.5 for as much, else 0.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum EnsembleMethod {
    /// The mean of the targets, weighted by vote.
    WeightedVoting(WeightedVotingEnsemble),
    /// The plain mean while the agents agree, else the weighted mean.
    Consensus(ConsensusEnsemble),
    /// The weighted mean, where agents that say the same share their votes.
    DiversityAware(DiversityAwareEnsemble),
    /// The weighted mean, where an unsure agent loses votes: `vote · (1 − u / Σu)`.
    RiskAdjusted(RiskAdjustedEnsemble),
}

impl EnsembleMethod {
    /// Its name in a file.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::WeightedVoting(_) => "weighted_voting",
            Self::Consensus(_) => "consensus",
            Self::DiversityAware(_) => "diversity_aware",
            Self::RiskAdjusted(_) => "risk_adjusted",
        }
    }

    /// The least score.
    #[must_use]
    pub const fn floor(&self) -> f64 {
        match self {
            Self::WeightedVoting(settings) => settings.floor,
            Self::Consensus(settings) => settings.floor,
            Self::DiversityAware(settings) => settings.floor,
            Self::RiskAdjusted(settings) => settings.floor,
        }
    }

    /// Bars that a score looks back.
    #[must_use]
    pub const fn window(&self) -> usize {
        match self {
            Self::WeightedVoting(settings) => settings.window,
            Self::Consensus(settings) => settings.window,
            Self::DiversityAware(settings) => settings.window,
            Self::RiskAdjusted(settings) => settings.window,
        }
    }
}

impl Default for EnsembleMethod {
    fn default() -> Self {
        Self::WeightedVoting(WeightedVotingEnsemble::default())
    }
}

/// Settings of `weighted_voting`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct WeightedVotingEnsemble {
    /// The least score, above 0 to 1. Default 0.05.
    pub floor: f64,
    /// Bars that a score looks back, 1..=100000. Default 100.
    pub window: usize,
}

impl Default for WeightedVotingEnsemble {
    fn default() -> Self {
        Self { floor: 0.05, window: 100 }
    }
}

/// Settings of `consensus`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ConsensusEnsemble {
    /// Agents agree while the largest standard deviation of a weight among them is below this. Default 0.6.
    pub deviation_max: f64,
    /// The least score. Default 0.05.
    pub floor: f64,
    /// Bars that a score looks back. Default 100.
    pub window: usize,
}

impl Default for ConsensusEnsemble {
    fn default() -> Self {
        Self { deviation_max: 0.6, floor: 0.05, window: 100 }
    }
}

/// Settings of `diversity_aware`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DiversityAwareEnsemble {
    /// What full likeness to the others costs, 0..=1. Default 0.1.
    pub penalty: f64,
    /// The least score. Default 0.05.
    pub floor: f64,
    /// Bars that a score looks back. Default 100.
    pub window: usize,
}

impl Default for DiversityAwareEnsemble {
    fn default() -> Self {
        Self { penalty: 0.1, floor: 0.05, window: 100 }
    }
}

/// Settings of `risk_adjusted`; the uncertainty `u` of an agent is 1 less the probability of its action.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RiskAdjustedEnsemble {
    /// The least score. Default 0.05.
    pub floor: f64,
    /// Bars that a score looks back. Default 100.
    pub window: usize,
}

impl Default for RiskAdjustedEnsemble {
    fn default() -> Self {
        Self { floor: 0.05, window: 100 }
    }
}

/// When an ensemble may speak.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Quorum {
    /// Least share of the agents that must have an opinion, above 0 to 1; with fewer, the position is held.
    /// Default 0.5.
    pub members_frac_min: f64,
    /// Largest standard deviation of a weight among the agents; beyond it the position is held. Default: none.
    pub disagreement_max: Option<f64>,
}

impl Default for Quorum {
    fn default() -> Self {
        Self { members_frac_min: 0.5, disagreement_max: None }
    }
}
