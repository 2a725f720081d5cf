//! Which network, and how wide.

use serde::{Deserialize, Serialize};

use super::heads::{Heads, QShape, head_specs};
use super::parameters::ParameterLayout;
use super::trunks::{CnnLstmShape, GatedResidualShape, GruShape, MlpShape, gru_specs, mlp_specs};
use crate::config;

/// A trunk that turns observations into features, and heads that turn features into answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Architecture {
    /// What sees and remembers.
    pub trunk: Trunk,
    /// What answers.
    pub heads: Heads,
}

/// What turns observations into features, with every width.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trunk {
    /// Encoder and GRU layers.
    Gru(GruShape),
    /// Fully connected layers.
    Mlp(MlpShape),
    /// Convolutions over a window, and LSTM layers.
    CnnLstm(CnnLstmShape),
    /// Gated residual branches, weighed, and GRU layers.
    GatedResidual(GatedResidualShape),
}

impl Architecture {
    /// The actor and critic that the configuration asks for, for an environment of these sizes.
    #[must_use]
    pub fn actor_critic(
        model: &config::Model,
        num_observations: usize,
        num_actions: usize,
    ) -> Self {
        let trunk = Trunk::new(model, num_observations);
        Self { trunk, heads: Heads::ActorCritic { num_actions } }
    }

    /// The values of actions that the configuration asks for, for an environment of these sizes.
    #[must_use]
    pub fn q_values(model: &config::Model, num_observations: usize, shape: QShape) -> Self {
        Self { trunk: Trunk::new(model, num_observations), heads: Heads::QValues(shape) }
    }

    /// Values in an observation.
    #[must_use]
    pub const fn num_observations(&self) -> usize {
        match &self.trunk {
            Trunk::Gru(shape) => shape.num_observations,
            Trunk::Mlp(shape) => shape.num_observations,
            Trunk::CnnLstm(shape) => shape.num_observations,
            Trunk::GatedResidual(shape) => shape.num_observations,
        }
    }

    /// Actions to choose from.
    #[must_use]
    pub const fn num_actions(&self) -> usize {
        self.heads.num_actions()
    }

    /// Width of the state carried from step to step. A network without memory carries one zero, so
    /// that no tensor is empty.
    #[must_use]
    pub const fn state_width(&self) -> usize {
        match &self.trunk {
            Trunk::Gru(shape) => shape.layers * shape.hidden,
            Trunk::Mlp(_) => 1,
            Trunk::CnnLstm(shape) => shape.state_width(),
            Trunk::GatedResidual(shape) => shape.state_width(),
        }
    }

    /// Width of the features that the heads get.
    #[must_use]
    pub const fn feature_width(&self) -> usize {
        match &self.trunk {
            Trunk::Gru(shape) => shape.hidden,
            Trunk::Mlp(shape) => shape.feature_width(),
            Trunk::CnnLstm(shape) => shape.hidden,
            Trunk::GatedResidual(shape) => shape.feature_width(),
        }
    }

    /// Names, shapes and first values of all parameters, in their order in the flat tensor.
    #[must_use]
    pub fn layout(&self) -> ParameterLayout {
        let mut specs = match &self.trunk {
            Trunk::Gru(shape) => gru_specs(shape),
            Trunk::Mlp(shape) => mlp_specs(shape),
            Trunk::CnnLstm(shape) => shape.specs(),
            Trunk::GatedResidual(shape) => shape.specs(),
        };
        let num_trunk_leaves = specs.len();
        specs.extend(head_specs(&self.heads, self.feature_width()));
        ParameterLayout::new(specs, num_trunk_leaves)
    }
}

impl Trunk {
    /// The trunk that the configuration asks for.
    #[must_use]
    pub fn new(model: &config::Model, num_observations: usize) -> Self {
        match model {
            config::Model::Gru(gru) => Self::Gru(GruShape {
                num_observations,
                encoder: gru.encoder,
                hidden: gru.hidden,
                layers: gru.layers,
            }),
            config::Model::Mlp(mlp) => {
                Self::Mlp(MlpShape { num_observations, hidden: mlp.hidden, layers: mlp.layers })
            }
            config::Model::CnnLstm(model) => {
                Self::CnnLstm(CnnLstmShape::new(model, num_observations))
            }
            config::Model::GatedResidual(model) => {
                Self::GatedResidual(GatedResidualShape::new(model, num_observations))
            }
        }
    }
}
