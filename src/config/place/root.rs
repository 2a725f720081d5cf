//! The settings of the place.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Connectors, Executors, Store};
use crate::config::RiskLimits;

/// Where this installation keeps things and whom it talks to; the same for every agent.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Place {
    /// Where data and runs are kept.
    pub store: Store,
    /// Addresses, keys and limits of vendors and brokers.
    pub connectors: Connectors,
    /// Where trials run besides this process.
    pub executors: Executors,
    /// Limits that hold for every agent; an agent file may only tighten them.
    pub risk: RiskLimits,
}
