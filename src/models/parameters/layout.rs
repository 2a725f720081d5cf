//! Where each parameter lies in the flat tensor, and how it looks in a file.
//!
//! A file has PyTorch's layout: a weight is `[outputs, inputs]`, a GRU's three gates are stacked
//! along the outputs. In the flat tensor a weight lies as `[inputs, outputs]`, so that a forward pass
//! multiplies without transposing.

use burn::tensor::Tensor;

/// Gain of a layer that is followed by a ReLU or a tanh.
///
/// # Source
/// Engstrom et al., "Implementation Matters in Deep Policy Gradients", 2020; the values that
/// CleanRL and Stable-Baselines3 use.
pub(in crate::models) const HIDDEN_GAIN: f64 = std::f64::consts::SQRT_2;
/// Gain of the policy head: nearly uniform at the start.
pub(in crate::models) const POLICY_GAIN: f64 = 0.01;
/// Gain of the value head and of each GRU gate.
pub(in crate::models) const UNIT_GAIN: f64 = 1.0;

/// First values of a parameter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::models) enum Init {
    /// An orthogonal matrix times a gain, each block on its own.
    Orthogonal(f64),
    /// The same value everywhere.
    Constant(f32),
}

/// One named parameter: `blocks` matrices of `outputs × inputs`, or as many vectors of `outputs`.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::models) struct ParameterSpec {
    pub(in crate::models) name: String,
    pub(in crate::models) outputs: usize,
    pub(in crate::models) inputs: Option<usize>,
    pub(in crate::models) blocks: usize,
    /// Of a convolution: the rows that it sees at once, which `inputs` counts too.
    pub(in crate::models) taps: Option<usize>,
    pub(in crate::models) init: Init,
}

impl ParameterSpec {
    pub(in crate::models) fn matrix(
        name: &str,
        block: [usize; 2],
        blocks: usize,
        gain: f64,
    ) -> Self {
        let [outputs, inputs] = block;
        let name = name.to_owned();
        let init = Init::Orthogonal(gain);
        Self { name, outputs, inputs: Some(inputs), blocks, taps: None, init }
    }

    /// A convolution's weight: `[outputs, inputs, taps]` in a file, else a matrix of
    /// `inputs·taps` rows, the taps of an input together.
    pub(in crate::models) fn convolution(name: &str, shape: [usize; 3], gain: f64) -> Self {
        let [outputs, inputs, taps] = shape;
        Self { taps: Some(taps), ..Self::matrix(name, [outputs, inputs * taps], 1, gain) }
    }

    pub(in crate::models) fn vector(name: &str, outputs: usize, blocks: usize, init: Init) -> Self {
        Self { name: name.to_owned(), outputs, inputs: None, blocks, taps: None, init }
    }

    /// The shape in a file.
    pub(in crate::models) fn shape(&self) -> Vec<usize> {
        let inputs = self.inputs.map(|inputs| inputs / self.taps.unwrap_or(1));
        std::iter::once(self.width()).chain(inputs).chain(self.taps).collect()
    }

    pub(in crate::models) fn num_values(&self) -> usize {
        self.blocks * self.outputs * self.inputs.unwrap_or(1)
    }

    /// Outputs of all blocks.
    fn width(&self) -> usize {
        self.blocks * self.outputs
    }

    /// The shape in a forward pass: `[inputs, outputs]`, a vector as one row.
    fn leaf_shape(&self) -> [usize; 2] {
        [self.inputs.unwrap_or(1), self.width()]
    }

    /// From a file's order to the flat tensor's.
    fn leaf_from_file(&self, values: &[f32]) -> Vec<f32> {
        transposed(values, self.width(), self.inputs.unwrap_or(1))
    }

    /// From the flat tensor's order to a file's.
    fn leaf_to_file(&self, values: &[f32]) -> Vec<f32> {
        transposed(values, self.inputs.unwrap_or(1), self.width())
    }
}

/// Weight and bias of an affine map.
pub(in crate::models) fn linear(
    name: &str,
    inputs: usize,
    outputs: usize,
    gain: f64,
) -> Vec<ParameterSpec> {
    vec![
        ParameterSpec::matrix(&format!("{name}.weight"), [outputs, inputs], 1, gain),
        ParameterSpec::vector(&format!("{name}.bias"), outputs, 1, Init::Constant(0.0)),
    ]
}

/// All parameters of a network in their order.
#[derive(Debug, Clone, PartialEq)]
pub struct ParameterLayout {
    specs: Vec<ParameterSpec>,
    num_trunk_leaves: usize,
}

impl ParameterLayout {
    pub(in crate::models) fn new(specs: Vec<ParameterSpec>, num_trunk_leaves: usize) -> Self {
        Self { specs, num_trunk_leaves }
    }

    /// How many leaves come before those of the heads.
    pub(in crate::models) fn num_trunk_leaves(&self) -> usize {
        self.num_trunk_leaves
    }

    pub(in crate::models) fn specs(&self) -> &[ParameterSpec] {
        &self.specs
    }

    /// Trainable values in all.
    #[must_use]
    pub fn num_parameters(&self) -> usize {
        self.specs.iter().map(ParameterSpec::num_values).sum()
    }

    /// Names and file shapes in order.
    #[must_use]
    pub fn names(&self) -> Vec<(String, Vec<usize>)> {
        self.specs.iter().map(|spec| (spec.name.clone(), spec.shape())).collect()
    }

    /// Cuts the flat tensor into the matrices of a forward pass, one per parameter.
    pub(in crate::models) fn leaves(&self, flat: &Tensor<1>) -> Vec<Tensor<2>> {
        let mut start = 0;
        let mut leaves = Vec::with_capacity(self.specs.len());
        for spec in &self.specs {
            let end = start + spec.num_values();
            leaves.push(flat.clone().slice(start..end).reshape(spec.leaf_shape()));
            start = end;
        }
        leaves
    }

    /// Flat values from the parameters in a file's order, one vector per parameter.
    pub(in crate::models) fn flat_from_file(&self, parameters: &[Vec<f32>]) -> Vec<f32> {
        let parameters = self.specs.iter().zip(parameters);
        parameters.flat_map(|(spec, values)| spec.leaf_from_file(values)).collect()
    }

    /// The parameters in a file's order from flat values.
    pub(in crate::models) fn file_from_flat(&self, flat: &[f32]) -> Vec<Vec<f32>> {
        let mut rest = flat;
        let mut parameters = Vec::with_capacity(self.specs.len());
        for spec in &self.specs {
            let (values, after) = rest.split_at(spec.num_values());
            parameters.push(spec.leaf_to_file(values));
            rest = after;
        }
        parameters
    }
}

fn transposed(matrix: &[f32], rows: usize, columns: usize) -> Vec<f32> {
    (0..columns)
        .flat_map(|column| (0..rows).map(move |row| matrix[row * columns + column]))
        .collect()
}
