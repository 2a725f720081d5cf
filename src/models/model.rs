//! An architecture with its parameters.

use burn::tensor::{Device, Tensor, TensorData};

use super::architecture::Architecture;
use super::network::Network;
use super::parameters::{ParameterLayout, initial_values};
use crate::base::Rng;

/// A network's architecture and its parameters.
#[derive(Debug, Clone)]
pub struct Model {
    architecture: Architecture,
    layout: ParameterLayout,
    parameters: Tensor<1>,
}

impl Model {
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
        Self { architecture: self.architecture.clone(), layout: self.layout.clone(), parameters }
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

    /// The state at the start of an episode, `[N, S]` zeros.
    #[must_use]
    pub fn initial_state(&self, num_envs: usize) -> Tensor<2> {
        Tensor::zeros([num_envs, self.architecture.state_width()], &self.parameters.device())
    }

    /// The network for forward passes only.
    #[must_use]
    pub fn inference(&self) -> Network {
        let leaves = self.layout.leaves(&self.parameters);
        Network::new(&self.architecture, &self.layout, leaves)
    }

    /// The network for one forward and backward pass.
    #[must_use]
    pub fn training(&self) -> Network {
        let leaves = self.layout.leaves(&self.parameters);
        let tracked = leaves.into_iter().map(|leaf| leaf.autodiff().require_grad()).collect();
        Network::new(&self.architecture, &self.layout, tracked)
    }
}
