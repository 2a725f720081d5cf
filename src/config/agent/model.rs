//! Section `model`: the network.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Model {
    /// Encoder, GRU layers, heads.
    Gru(Gru),
    /// Fully connected layers, heads; no memory.
    Mlp(Mlp),
    /// Convolutions over a window of observations, LSTM layers, heads.
    CnnLstm(CnnLstm),
    /// A gated residual branch for each group of columns, weighed by what they hold, then a GRU or
    /// nothing, heads.
    GatedResidual(GatedResidual),
}

impl Model {
    /// Whether the network remembers anything from step to step.
    #[must_use]
    pub const fn has_memory(&self) -> bool {
        match self {
            Self::Gru(_) | Self::CnnLstm(_) => true,
            Self::Mlp(_) => false,
            Self::GatedResidual(model) => model.layers > 0,
        }
    }
}

impl Default for Model {
    fn default() -> Self {
        Self::Gru(Gru::default())
    }
}

/// Linear → ReLU → LayerNorm → GRU, `layers` times → heads.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Gru {
    /// Width of the encoder, 1..=4096. Default 128.
    pub encoder: usize,
    /// Width of the hidden state of each layer, 1..=4096. Default 128.
    pub hidden: usize,
    /// GRU layers on top of one another, 1..=8. More can combine what is remembered over different
    /// spans, and learns more slowly. Default 1.
    pub layers: usize,
}

impl Default for Gru {
    fn default() -> Self {
        Self { encoder: 128, hidden: 128, layers: 1 }
    }
}

/// Linear → tanh, `layers` times, then the heads.
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

/// Convolution → ReLU, once for each of `channels`, over a window of observations → mean over the
/// positions that are left → LSTM, `layers` times → heads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CnnLstm {
    /// Observations in the window, the present one included, 2..=256 and at least
    /// 1 + number of `channels` × (`kernel` − 1). At that size one position is left; more averages
    /// over more of the past. The window is part of the state of each environment. Default 7.
    pub window: usize,
    /// Width of each convolution, 1 to 8 of 1..=4096. Default 64, 128, 256.
    pub channels: Vec<usize>,
    /// Neighboring observations that a convolution sees at once, 1..=15. Default 3.
    pub kernel: usize,
    /// Width of the hidden state of each LSTM layer, 1..=4096. Default 128.
    pub hidden: usize,
    /// LSTM layers, 1..=8. Default 2.
    pub layers: usize,
}

impl Default for CnnLstm {
    fn default() -> Self {
        Self { window: 7, channels: vec![64, 128, 256], kernel: 3, hidden: 128, layers: 2 }
    }
}

/// Each group of columns → linear → gated residual block → sum, weighed by a softmax over the groups
/// → gated residual blocks → GRU, `layers` times → heads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct GatedResidual {
    /// Columns of the observation in each group, each at least 1, at most 64 groups: `[12, 8]` are
    /// columns 0 to 11 and 12 to 19. Columns after the last group form one more. Empty: all columns
    /// are one group, and there is nothing to weigh. Default empty.
    pub groups: Vec<usize>,
    /// Width of branches and blocks, 1..=4096. Default 64.
    pub width: usize,
    /// Blocks after the groups were weighed, 0..=8. Default 1.
    pub blocks: usize,
    /// Width of the hidden state of each GRU layer, 1..=4096. Default 128.
    pub hidden: usize,
    /// GRU layers, 0..=8; 0 has no memory. Default 1.
    pub layers: usize,
}

impl Default for GatedResidual {
    fn default() -> Self {
        Self { groups: Vec::new(), width: 64, blocks: 1, hidden: 128, layers: 1 }
    }
}
