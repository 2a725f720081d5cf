//! One wish.

use serde::{Deserialize, Serialize};

use crate::base::{Digest, Timestamp};
use crate::domain::Weights;
use crate::gym::{ActionTable, Order, SlotChange};

/// What a signal asks for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// Keep the holdings as they are.
    Hold,
    /// Trade to these weights.
    Weights(Weights),
    /// Open or close a slot.
    Slot(SlotChange),
}

impl Target {
    /// What a row of the action table asks for; `None` if there is no such row.
    #[must_use]
    pub fn of(actions: &ActionTable, action: usize) -> Option<Self> {
        actions.rows().get(action)?;
        Some(match actions.order(action) {
            Order::Hold => Self::Hold,
            Order::Weights(weights) => Self::Weights(weights.clone()),
            Order::Slot(change) => Self::Slot(change),
        })
    }

    /// The order that it asks for.
    #[must_use]
    pub fn order(&self) -> Order<'_> {
        match self {
            Self::Hold => Order::Hold,
            Self::Weights(weights) => Order::Weights(weights),
            Self::Slot(change) => Order::Slot(*change),
        }
    }
}

/// An agent's wish at one decision time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Signal {
    /// The row that it was formed on.
    pub time: Timestamp,
    /// The row of the agent's action table.
    pub action: usize,
    /// What that row asks for; of several agents, what they ask for together.
    pub target: Target,
    /// Probability that the policy gives to the action; of several agents, the mean by vote.
    pub confidence: f64,
    /// The critic's estimate of the discounted reward to come; of several agents, the mean by vote.
    pub value: f64,
    /// Digest of the observation, as 32-bit little-endian numbers.
    pub observation: Digest,
    /// What the agent would do in another position; absent unless asked for.
    pub views: Option<Views>,
}

/// What an agent would do on the same row of the market in another position.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Views {
    /// With everything in cash.
    pub flat: Target,
    /// On the other side: the same positions, since the same time and price, but bought for sold.
    pub hedge: Target,
}
