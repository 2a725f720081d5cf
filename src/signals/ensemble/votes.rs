//! The share that each member has in a decision.

use crate::config::EnsembleMethod;

/// What a member brings into a decision.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Voter {
    /// How well it did lately, above 0.
    pub(super) score: f64,
    /// Probability that its policy gives to its action.
    pub(super) confidence: f64,
    /// Mean distance of what it says to what the others say, 0..=1.
    pub(super) distance: f64,
    /// Whether it asks for the opposite of what it would do flat.
    pub(super) is_contradictory: bool,
}

/// What a contradictory member keeps of its vote.
const CONTRADICTORY_SHARE: f64 = 0.5;

/// The share of each voter, which sum to 1; `deviation` is how far all of them disagree.
pub(super) fn votes(method: &EnsembleMethod, voters: &[Voter], deviation: f64) -> Vec<f64> {
    let plain: Vec<f64> = voters.iter().map(|voter| voter.score * credit(voter)).collect();
    let wanted: Vec<f64> = match method {
        EnsembleMethod::Consensus(settings) if deviation < settings.deviation_max => {
            voters.iter().map(credit).collect()
        }
        EnsembleMethod::WeightedVoting(_) | EnsembleMethod::Consensus(_) => plain.clone(),
        EnsembleMethod::DiversityAware(settings) => {
            let kept = |voter: &Voter| 1.0 - settings.penalty * (1.0 - voter.distance);
            plain.iter().zip(voters).map(|(vote, voter)| vote * kept(voter)).collect()
        }
        EnsembleMethod::RiskAdjusted(_) => {
            let all: f64 = voters.iter().map(uncertainty).sum();
            let kept = |voter| if all > 0.0 { 1.0 - uncertainty(voter) / all } else { 1.0 };
            plain.iter().zip(voters).map(|(vote, voter)| vote * kept(voter)).collect()
        }
    };
    // A single voter, or as many as say the same, can be left without a vote by the methods that take votes away.
    let total: f64 = wanted.iter().sum();
    if total > 0.0 { shares(&wanted) } else { shares(&plain) }
}

fn shares(votes: &[f64]) -> Vec<f64> {
    let total: f64 = votes.iter().sum();
    votes.iter().map(|vote| vote / total).collect()
}

fn credit(voter: &Voter) -> f64 {
    if voter.is_contradictory { CONTRADICTORY_SHARE } else { 1.0 }
}

fn uncertainty(voter: &Voter) -> f64 {
    (1.0 - voter.confidence).clamp(0.0, 1.0)
}
