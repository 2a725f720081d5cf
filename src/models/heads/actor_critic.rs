//! What answers: policy and value, or the value of each action.

use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use super::q_values::QShape;
use crate::models::dense::Dense;
use crate::models::parameters::{POLICY_GAIN, ParameterSpec, UNIT_GAIN, linear};

/// Which answers a network gives.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Heads {
    /// Logits of actions and the value of the state.
    ActorCritic {
        /// Actions to choose from.
        num_actions: usize,
    },
    /// The value of each action.
    QValues(QShape),
}

impl Heads {
    /// Actions to choose from.
    #[must_use]
    pub const fn num_actions(&self) -> usize {
        match self {
            Self::ActorCritic { num_actions } => *num_actions,
            Self::QValues(shape) => shape.num_actions,
        }
    }
}

/// The parameters in order.
pub(in crate::models) fn head_specs(heads: &Heads, features: usize) -> Vec<ParameterSpec> {
    match heads {
        Heads::ActorCritic { num_actions } => {
            let mut specs = linear("policy", features, *num_actions, POLICY_GAIN);
            specs.extend(linear("value", features, 1, UNIT_GAIN));
            specs
        }
        Heads::QValues(shape) => shape.specs(features),
    }
}

/// Policy and value as one map.
#[derive(Debug, Clone)]
pub(in crate::models) struct ActorCriticHeads {
    both: Dense,
    num_actions: usize,
}

impl ActorCriticHeads {
    /// Takes the leaves in the order of [`head_specs`].
    pub(in crate::models) fn new(leaves: &[Tensor<2>], num_actions: usize) -> Self {
        let policy = Dense::new(leaves[0].clone(), leaves[1].clone());
        let value = Dense::new(leaves[2].clone(), leaves[3].clone());
        Self { both: policy.beside(value), num_actions }
    }

    /// `[M, D]` to logits `[M, K]` and values `[M]`.
    pub(in crate::models) fn forward(&self, features: Tensor<2>) -> (Tensor<2>, Tensor<1>) {
        let [rows, _] = features.dims();
        let both = self.both.forward(features); // [M, K + 1]
        let logits = both.clone().narrow(1, 0, self.num_actions);
        (logits, both.narrow(1, self.num_actions, 1).reshape([rows]))
    }
}
