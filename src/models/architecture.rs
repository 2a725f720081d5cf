//! Which network, and how wide.

use serde::{Deserialize, Serialize};

use super::layout::{Init, ParameterLayout, ParameterSpec};
use crate::config::Model;

/// Gain of a layer that is followed by a ReLU or a tanh.
///
/// # Source
/// Engstrom et al., "Implementation Matters in Deep Policy Gradients", 2020; the values that
/// CleanRL and Stable-Baselines3 use.
const HIDDEN_GAIN: f64 = std::f64::consts::SQRT_2;
/// Gain of the policy head: nearly uniform at the start.
const POLICY_GAIN: f64 = 0.01;
/// Gain of the value head and of each GRU gate.
const UNIT_GAIN: f64 = 1.0;

/// Which network, with every width.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Architecture {
    /// Encoder, GRU, heads.
    Gru(GruShape),
    /// Fully connected layers, heads.
    Mlp(MlpShape),
}

/// Widths of the recurrent network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GruShape {
    /// Values in an observation.
    pub num_observations: usize,
    /// Width of the encoder.
    pub encoder: usize,
    /// Width of the hidden state.
    pub hidden: usize,
    /// Actions to choose from.
    pub num_actions: usize,
}

/// Widths of the network without memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MlpShape {
    /// Values in an observation.
    pub num_observations: usize,
    /// Width of each layer.
    pub hidden: usize,
    /// Layers before the heads.
    pub layers: usize,
    /// Actions to choose from.
    pub num_actions: usize,
}

impl Architecture {
    /// The network that the configuration asks for, for an environment of these sizes.
    #[must_use]
    pub const fn new(model: &Model, num_observations: usize, num_actions: usize) -> Self {
        match *model {
            Model::Gru(gru) => Self::Gru(GruShape {
                num_observations,
                encoder: gru.encoder,
                hidden: gru.hidden,
                num_actions,
            }),
            Model::Mlp(mlp) => Self::Mlp(MlpShape {
                num_observations,
                hidden: mlp.hidden,
                layers: mlp.layers,
                num_actions,
            }),
        }
    }

    /// Values in an observation.
    #[must_use]
    pub const fn num_observations(&self) -> usize {
        match self {
            Self::Gru(shape) => shape.num_observations,
            Self::Mlp(shape) => shape.num_observations,
        }
    }

    /// Actions to choose from.
    #[must_use]
    pub const fn num_actions(&self) -> usize {
        match self {
            Self::Gru(shape) => shape.num_actions,
            Self::Mlp(shape) => shape.num_actions,
        }
    }

    /// Width of the state carried from step to step. A network without memory carries one zero, so
    /// that no tensor is empty.
    #[must_use]
    pub const fn hidden_width(&self) -> usize {
        match self {
            Self::Gru(shape) => shape.hidden,
            Self::Mlp(_) => 1,
        }
    }

    /// Names, shapes and first values of all parameters, in their order in the flat tensor.
    #[must_use]
    pub fn layout(&self) -> ParameterLayout {
        ParameterLayout::new(match self {
            Self::Gru(shape) => gru_specs(shape),
            Self::Mlp(shape) => mlp_specs(shape),
        })
    }
}

fn gru_specs(shape: &GruShape) -> Vec<ParameterSpec> {
    let GruShape { num_observations, encoder, hidden, num_actions } = *shape;
    let gates = 3;
    let zeros = Init::Constant(0.0);
    let mut specs = linear("encoder", num_observations, encoder, HIDDEN_GAIN);
    specs.extend([
        ParameterSpec::vector("norm.weight", encoder, 1, Init::Constant(1.0)),
        ParameterSpec::vector("norm.bias", encoder, 1, zeros),
        ParameterSpec::matrix("gru.weight_ih_l0", [hidden, encoder], gates, UNIT_GAIN),
        ParameterSpec::matrix("gru.weight_hh_l0", [hidden, hidden], gates, UNIT_GAIN),
        ParameterSpec::vector("gru.bias_ih_l0", hidden, gates, zeros),
        ParameterSpec::vector("gru.bias_hh_l0", hidden, gates, zeros),
    ]);
    specs.extend(linear("policy", hidden, num_actions, POLICY_GAIN));
    specs.extend(linear("value", hidden, 1, UNIT_GAIN));
    specs
}

fn mlp_specs(shape: &MlpShape) -> Vec<ParameterSpec> {
    let MlpShape { num_observations, hidden, layers, num_actions } = *shape;
    let mut specs = Vec::new();
    for layer in 0..layers {
        let inputs = if layer == 0 { num_observations } else { hidden };
        specs.extend(linear(&format!("layers.{layer}"), inputs, hidden, HIDDEN_GAIN));
    }
    specs.extend(linear("policy", hidden, num_actions, POLICY_GAIN));
    specs.extend(linear("value", hidden, 1, UNIT_GAIN));
    specs
}

fn linear(name: &str, inputs: usize, outputs: usize, gain: f64) -> Vec<ParameterSpec> {
    vec![
        ParameterSpec::matrix(&format!("{name}.weight"), [outputs, inputs], 1, gain),
        ParameterSpec::vector(&format!("{name}.bias"), outputs, 1, Init::Constant(0.0)),
    ]
}
