//! Section `model`: the network.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which network.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Model {
    /// Encoder, GRU, heads.
    Gru(Gru),
    /// Fully connected layers, heads; no memory.
    Mlp(Mlp),
}

impl Default for Model {
    fn default() -> Self {
        Self::Gru(Gru::default())
    }
}

/// Linear → ReLU → LayerNorm → GRU → policy and value heads.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Gru {
    /// Width of the encoder, 1..=4096. Default 128.
    pub encoder: usize,
    /// Width of the hidden state, 1..=4096. Default 128.
    pub hidden: usize,
    /// GRU layers; 1 for now. Default 1.
    pub layers: usize,
}

impl Default for Gru {
    fn default() -> Self {
        Self { encoder: 128, hidden: 128, layers: 1 }
    }
}

/// Linear → tanh, `layers` times, then policy and value heads.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Mlp {
    /// Width of each layer, 1..=4096. Default 128.
    pub hidden: usize,
    /// Layers, 1..=8. Default 2.
    pub layers: usize,
}

impl Default for Mlp {
    fn default() -> Self {
        Self { hidden: 128, layers: 2 }
    }
}
