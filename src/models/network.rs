//! A model's parameters cut into the matrices of one pass.

use burn::tensor::Tensor;

use super::architecture::{Architecture, Trunk};
use super::heads::{ActorCriticHeads, Heads, Noise, QHead};
use super::parameters::{Leaves, ParameterLayout};
use super::trunks::{CnnLstmTrunk, GatedResidualTrunk, GruTrunk, MlpTrunk};

/// The result of one step for N environments.
#[derive(Debug, Clone)]
pub struct Step {
    /// `[N, K]`
    pub logits: Tensor<2>,
    /// `[N]`
    pub value: Tensor<1>,
    /// `[N, S]`, the state for the next step.
    pub state: Tensor<2>,
}

/// A model's parameters cut into the matrices of one pass.
#[derive(Debug, Clone)]
pub struct Network {
    leaves: Vec<Tensor<2>>,
    trunk: TrunkNetwork,
    heads: HeadsNetwork,
}

#[derive(Debug, Clone)]
enum TrunkNetwork {
    Gru(Box<GruTrunk>),
    Mlp(MlpTrunk),
    CnnLstm(CnnLstmTrunk),
    GatedResidual(Box<GatedResidualTrunk>),
}

#[derive(Debug, Clone)]
enum HeadsNetwork {
    ActorCritic(Box<ActorCriticHeads>),
    QValues(QHead),
}

impl Network {
    pub(super) fn new(
        architecture: &Architecture,
        layout: &ParameterLayout,
        leaves: Vec<Tensor<2>>,
    ) -> Self {
        let (trunk, heads) = leaves.split_at(layout.num_trunk_leaves());
        let trunk = match &architecture.trunk {
            Trunk::Gru(shape) => {
                TrunkNetwork::Gru(Box::new(GruTrunk::new(shape, &mut Leaves::new(trunk))))
            }
            Trunk::Mlp(_) => TrunkNetwork::Mlp(MlpTrunk::new(trunk)),
            Trunk::CnnLstm(shape) => {
                TrunkNetwork::CnnLstm(CnnLstmTrunk::new(shape, &mut Leaves::new(trunk)))
            }
            Trunk::GatedResidual(shape) => TrunkNetwork::GatedResidual(Box::new(
                GatedResidualTrunk::new(shape, &mut Leaves::new(trunk)),
            )),
        };
        let heads = match architecture.heads {
            Heads::ActorCritic { num_actions } => {
                HeadsNetwork::ActorCritic(Box::new(ActorCriticHeads::new(heads, num_actions)))
            }
            Heads::QValues(shape) => HeadsNetwork::QValues(QHead::new(shape, heads)),
        };
        Self { leaves, trunk, heads }
    }

    /// One step of the trunk: features `[N, D]` and the next state `[N, S]`.
    ///
    /// # Shapes
    /// - `obs: [N, O] f32`
    /// - `state: [N, S] f32`, zeros where an episode starts
    #[must_use]
    pub fn trunk_step(&self, obs: Tensor<2>, state: Tensor<2>) -> (Tensor<2>, Tensor<2>) {
        assert_eq!(obs.dims()[0], state.dims()[0], "invariant: one state per environment");
        match &self.trunk {
            TrunkNetwork::Gru(gru) => gru.step(obs, state),
            TrunkNetwork::Mlp(mlp) => (mlp.forward(obs), state),
            TrunkNetwork::CnnLstm(trunk) => trunk.step(obs, &state),
            TrunkNetwork::GatedResidual(trunk) => trunk.step(&obs, state),
        }
    }

    /// L steps of the trunk: features `[L·B, D]`; the state is zeroed before each step that starts
    /// an episode.
    ///
    /// The result is bit for bit that of [`Self::trunk_step`] step by step, on devices whose matrix
    /// product gives a row the same bits whatever the number of rows.
    ///
    /// # Shapes
    /// - `obs: [L, B, O] f32`
    /// - `episode_starts: [L, B] f32`, 1 where a step is the first of its episode, else 0
    /// - `state: [B, S] f32`, before the first step
    #[must_use]
    pub fn trunk_sequence(
        &self,
        obs: Tensor<3>,
        episode_starts: Tensor<2>,
        state: Tensor<2>,
    ) -> Tensor<2> {
        let [steps, batch, _] = obs.dims();
        assert_eq!(episode_starts.dims(), [steps, batch], "invariant: one flag per step");
        assert_eq!(state.dims()[0], batch, "invariant: one state per sequence");
        match &self.trunk {
            TrunkNetwork::Gru(gru) => gru.sequence(obs, episode_starts, state),
            TrunkNetwork::Mlp(mlp) => mlp.sequence(obs),
            TrunkNetwork::CnnLstm(trunk) => trunk.sequence(obs, episode_starts, &state),
            TrunkNetwork::GatedResidual(trunk) => trunk.sequence(obs, episode_starts, state),
        }
    }

    /// Logits `[M, K]` and values `[M]` of features `[M, D]`.
    ///
    /// # Panics
    /// If the network has other heads.
    #[must_use]
    pub fn actor_critic(&self, features: Tensor<2>) -> (Tensor<2>, Tensor<1>) {
        match &self.heads {
            HeadsNetwork::ActorCritic(heads) => heads.forward(features),
            HeadsNetwork::QValues(_) => unreachable!("invariant: an actor and a critic"),
        }
    }

    /// Values of all actions, or logits of their atoms, `[M, K, Z]` of features `[M, D]`; without
    /// `noise` those of the mean weights.
    ///
    /// # Panics
    /// If the network has other heads.
    #[must_use]
    pub fn q_values(&self, features: Tensor<2>, noise: Option<&Noise>) -> Tensor<3> {
        match &self.heads {
            HeadsNetwork::QValues(head) => head.q_values(features, noise),
            HeadsNetwork::ActorCritic(_) => unreachable!("invariant: a head of action values"),
        }
    }

    /// One step of actor and critic; shapes as in [`Self::trunk_step`].
    #[must_use]
    pub fn forward_step(&self, obs: Tensor<2>, state: Tensor<2>) -> Step {
        let (features, state) = self.trunk_step(obs, state);
        let (logits, value) = self.actor_critic(features);
        Step { logits, value, state }
    }

    /// Logits `[L·B, K]` and values `[L·B]` of L steps; shapes as in [`Self::trunk_sequence`].
    #[must_use]
    pub fn forward_sequence(
        &self,
        obs: Tensor<3>,
        episode_starts: Tensor<2>,
        state: Tensor<2>,
    ) -> (Tensor<2>, Tensor<1>) {
        self.actor_critic(self.trunk_sequence(obs, episode_starts, state))
    }

    /// The gradient of `loss` by all parameters as one tensor `[P]`.
    ///
    /// # Shapes
    /// - `loss: [1] f32`, computed with this network, which was made for training
    #[must_use]
    pub fn gradient(&self, loss: &Tensor<1>) -> Tensor<1> {
        let mut gradients = loss.backward();
        let parts = self.leaves.iter().map(|leaf| {
            let [rows, columns] = leaf.dims();
            let found = leaf.grad_remove(&mut gradients);
            let found = found.unwrap_or_else(|| leaf.clone().inner().zeros_like());
            found.reshape([rows * columns])
        });
        Tensor::cat(parts.collect(), 0)
    }
}
