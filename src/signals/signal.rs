//! One wish.

use serde::{Deserialize, Serialize};

use crate::base::{Digest, Timestamp};
use crate::domain::Weights;
use crate::gym::ActionTable;

/// What a signal asks for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// Keep the holdings as they are.
    Hold,
    /// Trade to these weights.
    Weights(Weights),
}

impl Target {
    /// What a row of the action table asks for; `None` if there is no such row.
    #[must_use]
    pub fn of(actions: &ActionTable, action: usize) -> Option<Self> {
        let row = actions.rows().get(action)?;
        Some(row.clone().map_or(Self::Hold, Self::Weights))
    }
}

/// An agent's wish at one decision time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Signal {
    /// The row that it was formed on.
    pub time: Timestamp,
    /// The row of the agent's action table.
    pub action: usize,
    /// What that row asks for.
    pub target: Target,
    /// Probability that the policy gives to the action.
    pub confidence: f64,
    /// The critic's estimate of the discounted reward to come.
    pub value: f64,
    /// Digest of the observation, as 32-bit little-endian numbers.
    pub observation: Digest,
}
