//! The whole agent file.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Data, Env, Eval, FeatureSpec, Learner, Model, Trade, Train, Transform, Tune, Universe,
};

/// One agent: what it trades, sees and does, how it learns and how it is judged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Agent {
    /// Name of the agent: lower-case letters, digits, `_` and `-`; part of every path it writes.
    pub name: String,
    /// The run seed from which every random stream is derived. Default 0.
    #[serde(default)]
    pub seed: u64,
    /// What is traded.
    pub universe: Universe,
    /// Where the bars come from and which days serve for what.
    pub data: Data,
    /// The columns, in this order, for each symbol.
    pub features: Vec<FeatureSpec>,
    /// The chain applied to every column, fitted on `data.train` only. Default: none.
    #[serde(default)]
    pub transform: Vec<Transform>,
    /// The trading environment.
    #[serde(default)]
    pub env: Env,
    /// The network.
    #[serde(default)]
    pub model: Model,
    /// The learning algorithm.
    #[serde(default)]
    pub learner: Learner,
    /// How the run is kept.
    #[serde(default)]
    pub train: Train,
    /// What is searched, how, and what a trial is worth.
    #[serde(default)]
    pub tune: Tune,
    /// How the frozen agent is judged.
    #[serde(default)]
    pub eval: Eval,
    /// How the frozen agent trades.
    #[serde(default)]
    pub trade: Trade,
}
