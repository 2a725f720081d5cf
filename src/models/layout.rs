//! Where each parameter lies in the flat tensor, and how it looks in a file.
//!
//! A file has PyTorch's layout: a weight is `[outputs, inputs]`, a GRU's three gates are stacked
//! along the outputs. In the flat tensor each gate is a block of its own and a weight block lies as
//! `[inputs, outputs]`, so that a forward pass multiplies without transposing and without slicing
//! what gradients flow through.

use burn::tensor::Tensor;

/// First values of a parameter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Init {
    /// An orthogonal matrix times a gain, each block on its own.
    Orthogonal(f64),
    /// The same value everywhere.
    Constant(f32),
}

/// One named parameter: `blocks` matrices of `outputs × inputs`, or as many vectors of `outputs`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ParameterSpec {
    pub(super) name: String,
    pub(super) outputs: usize,
    pub(super) inputs: Option<usize>,
    pub(super) blocks: usize,
    pub(super) init: Init,
}

impl ParameterSpec {
    pub(super) fn matrix(name: &str, block: [usize; 2], blocks: usize, gain: f64) -> Self {
        let [outputs, inputs] = block;
        let name = name.to_owned();
        Self { name, outputs, inputs: Some(inputs), blocks, init: Init::Orthogonal(gain) }
    }

    pub(super) fn vector(name: &str, outputs: usize, blocks: usize, init: Init) -> Self {
        Self { name: name.to_owned(), outputs, inputs: None, blocks, init }
    }

    /// The shape in a file.
    pub(super) fn shape(&self) -> Vec<usize> {
        std::iter::once(self.blocks * self.outputs).chain(self.inputs).collect()
    }

    pub(super) fn num_values(&self) -> usize {
        self.blocks * self.block_values()
    }

    pub(super) fn block_values(&self) -> usize {
        self.outputs * self.inputs.unwrap_or(1)
    }

    /// The shape of one block in a forward pass: `[inputs, outputs]`, a vector as one row.
    fn leaf_shape(&self) -> [usize; 2] {
        [self.inputs.unwrap_or(1), self.outputs]
    }

    /// Turns one block from a file's order to the flat tensor's.
    fn block_from_file(&self, block: &[f32]) -> Vec<f32> {
        transposed(block, self.outputs, self.inputs.unwrap_or(1))
    }

    /// Turns one block from the flat tensor's order to a file's.
    fn block_to_file(&self, block: &[f32]) -> Vec<f32> {
        transposed(block, self.inputs.unwrap_or(1), self.outputs)
    }
}

/// All parameters of a network in their order.
#[derive(Debug, Clone, PartialEq)]
pub struct ParameterLayout {
    specs: Vec<ParameterSpec>,
}

impl ParameterLayout {
    pub(super) fn new(specs: Vec<ParameterSpec>) -> Self {
        Self { specs }
    }

    pub(super) fn specs(&self) -> &[ParameterSpec] {
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

    /// Cuts the flat tensor into the matrices of a forward pass, one per block.
    pub(super) fn leaves(&self, flat: &Tensor<1>) -> Vec<Tensor<2>> {
        let mut start = 0;
        let mut leaves = Vec::new();
        for spec in &self.specs {
            for _ in 0..spec.blocks {
                let end = start + spec.block_values();
                leaves.push(flat.clone().slice(start..end).reshape(spec.leaf_shape()));
                start = end;
            }
        }
        leaves
    }

    /// Flat values from the parameters in a file's order, one vector per parameter.
    pub(super) fn flat_from_file(&self, parameters: &[Vec<f32>]) -> Vec<f32> {
        let blocks = self.specs.iter().zip(parameters);
        blocks
            .flat_map(|(spec, values)| {
                values.chunks(spec.block_values()).flat_map(|block| spec.block_from_file(block))
            })
            .collect()
    }

    /// The parameters in a file's order from flat values.
    pub(super) fn file_from_flat(&self, flat: &[f32]) -> Vec<Vec<f32>> {
        let mut rest = flat;
        let mut parameters = Vec::with_capacity(self.specs.len());
        for spec in &self.specs {
            let (values, after) = rest.split_at(spec.num_values());
            let blocks = values.chunks(spec.block_values());
            parameters.push(blocks.flat_map(|block| spec.block_to_file(block)).collect());
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
