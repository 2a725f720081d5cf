//! An actor and a critic on one trunk.

use burn::tensor::{Device, Gradients, Tensor, TensorData};

use super::architecture::Architecture;
use super::dense::Dense;
use super::gru::{GRU_LEAVES, GruNetwork};
use super::init::initial_values;
use super::layout::ParameterLayout;
use super::mlp::MlpNetwork;
use crate::base::Rng;

/// A network's architecture and its parameters.
#[derive(Debug, Clone)]
pub struct ActorCritic {
    architecture: Architecture,
    layout: ParameterLayout,
    parameters: Tensor<1>,
}

impl ActorCritic {
    /// A network with first values drawn from `rng`: orthogonal weights, zero biases.
    #[must_use]
    pub fn init(architecture: Architecture, rng: &mut Rng, device: &Device) -> Self {
        let values = initial_values(&architecture.layout(), rng);
        Self::from_values(architecture, values, device)
    }

    pub(super) fn from_values(
        architecture: Architecture,
        values: Vec<f32>,
        device: &Device,
    ) -> Self {
        let layout = architecture.layout();
        let count = values.len();
        assert_eq!(count, layout.num_parameters(), "invariant: one value per parameter");
        let parameters = Tensor::from_data(TensorData::new(values, [count]), device);
        Self { architecture, layout, parameters }
    }

    /// The same network with other parameters.
    ///
    /// # Shapes
    /// - `parameters: [P] f32`, in the order of [`ParameterLayout`]
    #[must_use]
    pub fn with_parameters(&self, parameters: Tensor<1>) -> Self {
        assert_eq!(
            parameters.dims(),
            [self.layout.num_parameters()],
            "invariant: one value per parameter"
        );
        Self { architecture: self.architecture, layout: self.layout.clone(), parameters }
    }

    /// All parameters as one tensor `[P]`.
    #[must_use]
    pub const fn parameters(&self) -> &Tensor<1> {
        &self.parameters
    }

    /// Which network this is.
    #[must_use]
    pub const fn architecture(&self) -> &Architecture {
        &self.architecture
    }

    /// Names, shapes and order of the parameters.
    #[must_use]
    pub const fn layout(&self) -> &ParameterLayout {
        &self.layout
    }

    /// The hidden state at the start of an episode, `[N, H]` zeros.
    #[must_use]
    pub fn initial_hidden(&self, num_envs: usize) -> Tensor<2> {
        Tensor::zeros([num_envs, self.architecture.hidden_width()], &self.parameters.device())
    }

    /// The network for forward passes only.
    #[must_use]
    pub fn inference(&self) -> Network {
        Network::new(&self.architecture, self.layout.leaves(&self.parameters))
    }

    /// The network for one forward and backward pass.
    #[must_use]
    pub fn training(&self) -> Network {
        let leaves = self.layout.leaves(&self.parameters);
        let tracked = leaves.into_iter().map(|leaf| leaf.autodiff().require_grad()).collect();
        Network::new(&self.architecture, tracked)
    }
}

/// The result of one step for N environments.
#[derive(Debug, Clone)]
pub struct Step {
    /// `[N, K]`
    pub logits: Tensor<2>,
    /// `[N]`
    pub value: Tensor<1>,
    /// `[N, H]`, the state for the next step.
    pub hidden: Tensor<2>,
}

/// The result of L steps for B sequences.
#[derive(Debug, Clone)]
pub struct SequencePass {
    /// `[L, B, K]`
    pub logits: Tensor<3>,
    /// `[L, B]`
    pub values: Tensor<2>,
    pub(super) cuts: Vec<Cut>,
}

/// A place where the recorded graph is cut between the inputs of all steps and the loop over time.
///
/// Taking one step's rows out of a tracked tensor would cost a tensor of all rows on the way back,
/// for each step. So each step gets its rows as a leaf, and the leaves' gradients are put together
/// and sent on as one.
#[derive(Debug, Clone)]
pub(super) struct Cut {
    whole: Tensor<2>,
    pieces: Vec<Tensor<2>>,
}

impl Cut {
    /// Cuts `[L·B, H]` into L pieces of `[B, H]`.
    pub(super) fn new(whole: Tensor<2>, steps: usize) -> Self {
        let pieces = whole.clone().inner().chunk(steps, 0);
        let pieces = if whole.is_autodiff() {
            pieces.into_iter().map(|piece| piece.autodiff().require_grad()).collect()
        } else {
            pieces
        };
        Self { whole, pieces }
    }

    pub(super) fn piece(&self, step: usize) -> Tensor<2> {
        self.pieces[step].clone()
    }

    /// A number whose gradient continues the pieces' gradients into what made the whole.
    fn continuation(self, gradients: &mut Gradients) -> Tensor<1> {
        let pieces = self.pieces.iter().map(|piece| gradient_or_zeros(piece, gradients)).collect();
        (self.whole * Tensor::cat(pieces, 0)).sum()
    }
}

fn gradient_or_zeros(leaf: &Tensor<2>, gradients: &mut Gradients) -> Tensor<2> {
    leaf.grad_remove(gradients).unwrap_or_else(|| leaf.clone().inner().zeros_like())
}

/// A network's parameters cut into the matrices of one pass.
#[derive(Debug, Clone)]
pub struct Network {
    leaves: Vec<Tensor<2>>,
    body: Body,
}

#[derive(Debug, Clone)]
enum Body {
    Gru(Box<GruNetwork>),
    Mlp(Box<MlpNetwork>),
}

impl Network {
    fn new(architecture: &Architecture, leaves: Vec<Tensor<2>>) -> Self {
        let body = match architecture {
            Architecture::Gru(_) => Body::Gru(Box::new(gru(leaves.clone()))),
            Architecture::Mlp(_) => Body::Mlp(Box::new(mlp(&leaves))),
        };
        Self { leaves, body }
    }

    /// One step.
    ///
    /// # Shapes
    /// - `obs: [N, O] f32`
    /// - `hidden: [N, H] f32`, zeros where an episode starts
    #[must_use]
    pub fn forward_step(&self, obs: Tensor<2>, hidden: Tensor<2>) -> Step {
        assert_eq!(obs.dims()[0], hidden.dims()[0], "invariant: one hidden state per environment");
        match &self.body {
            Body::Gru(gru) => gru.step(obs, hidden),
            Body::Mlp(mlp) => mlp.step(obs, hidden),
        }
    }

    /// L steps; the hidden state is zeroed before each step that starts an episode.
    ///
    /// The result is bit for bit that of [`Self::forward_step`] step by step, on devices whose
    /// matrix product gives a row the same bits whatever the number of rows.
    ///
    /// # Shapes
    /// - `obs: [L, B, O] f32`
    /// - `episode_starts: [L, B] f32`, 1 where a step is the first of its episode, else 0
    /// - `hidden: [B, H] f32`, before the first step
    #[must_use]
    pub fn forward_sequence(
        &self,
        obs: Tensor<3>,
        episode_starts: Tensor<2>,
        hidden: Tensor<2>,
    ) -> SequencePass {
        let [steps, batch, _] = obs.dims();
        assert_eq!(episode_starts.dims(), [steps, batch], "invariant: one flag per step");
        assert_eq!(hidden.dims()[0], batch, "invariant: one hidden state per sequence");
        match &self.body {
            Body::Gru(gru) => gru.sequence(obs, episode_starts, hidden),
            Body::Mlp(mlp) => mlp.sequence(obs),
        }
    }

    /// The gradient of `loss`, which was computed from `cuts`' pass, as one tensor `[P]`.
    ///
    /// # Shapes
    /// - `loss: [1] f32`
    #[must_use]
    pub fn gradient(&self, loss: &Tensor<1>, pass: PassRecord) -> Tensor<1> {
        let mut late = loss.backward();
        let continuation = pass.0.into_iter().map(|cut| cut.continuation(&mut late));
        let mut early = continuation.reduce(|sum, part| sum + part).map(|part| part.backward());
        let parts = self.leaves.iter().map(|leaf| {
            let [rows, columns] = leaf.dims();
            let before = early.as_mut().and_then(|gradients| leaf.grad_remove(gradients));
            let gradient = before.unwrap_or_else(|| gradient_or_zeros(leaf, &mut late));
            gradient.reshape([rows * columns])
        });
        Tensor::cat(parts.collect(), 0)
    }
}

/// What [`Network::gradient`] needs of a pass once its outputs have gone into a loss.
#[derive(Debug, Clone)]
pub struct PassRecord(Vec<Cut>);

impl SequencePass {
    /// The outputs, and the record for the way back.
    #[must_use]
    pub fn into_parts(self) -> (Tensor<3>, Tensor<2>, PassRecord) {
        (self.logits, self.values, PassRecord(self.cuts))
    }
}

#[expect(clippy::expect_used, reason = "the layout of a GRU network has exactly this many blocks")]
fn gru(leaves: Vec<Tensor<2>>) -> GruNetwork {
    let leaves: Result<[Tensor<2>; GRU_LEAVES], _> = leaves.try_into();
    GruNetwork::new(leaves.expect("invariant: a GRU network has 20 blocks"))
}

#[expect(clippy::expect_used, reason = "the layout of every network ends with two heads")]
fn mlp(leaves: &[Tensor<2>]) -> MlpNetwork {
    let mut layers: Vec<Dense> =
        leaves.chunks_exact(2).map(|pair| Dense::new(pair[0].clone(), pair[1].clone())).collect();
    let value = layers.pop().expect("invariant: a value head");
    let policy = layers.pop().expect("invariant: a policy head");
    MlpNetwork::new(layers, policy, value)
}
