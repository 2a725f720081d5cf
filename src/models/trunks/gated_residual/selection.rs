//! One branch for each group of columns, and how much each counts.

use burn::tensor::Tensor;

use super::block::{BlockShape, GatedBlock};
use super::shape::GatedResidualShape;
use crate::models::dense::Dense;
use crate::models::parameters::Leaves;
use crate::models::parameters::{ParameterSpec, UNIT_GAIN, linear};

/// Branches and their weights.
///
/// ```text
/// eᵍ = Eᵍ oᵍ + bᵍ          the columns of group g
/// v = softmax(W Block(e¹ ‖ e² ‖ …) + b)
/// y = Σ vᵍ Blockᵍ(eᵍ)
/// ```
///
/// # Source
/// Lim et al. 2021, equations 6 to 8. There the block that weighs is as wide as there are groups,
/// and so normalizes their weights, which with two groups leaves only their order; here an affine
/// map follows a block of full width.
#[derive(Debug, Clone)]
pub(super) struct Selection {
    branches: Vec<Branch>,
    weights: Option<Weights>,
}

#[derive(Debug, Clone)]
struct Branch {
    /// Columns of the observation, the last one excluded.
    columns: [usize; 2],
    embed: Dense,
    block: GatedBlock,
}

#[derive(Debug, Clone)]
struct Weights {
    block: GatedBlock,
    scores: Dense,
}

/// The parameters; a single group needs no weights.
pub(super) fn specs(shape: &GatedResidualShape) -> Vec<ParameterSpec> {
    let mut specs = Vec::new();
    for (group, &columns) in shape.groups.iter().enumerate() {
        specs.extend(linear(&format!("embed.{group}"), columns, shape.width, UNIT_GAIN));
        let block = BlockShape::square(shape.width);
        specs.extend(block.specs(&format!("branch.{group}")));
    }
    if let Some(block) = weighing(shape) {
        specs.extend(block.specs("select"));
        specs.extend(linear("scores", shape.width, shape.groups.len(), UNIT_GAIN));
    }
    specs
}

/// The block that weighs more than one group.
fn weighing(shape: &GatedResidualShape) -> Option<BlockShape> {
    let (groups, width) = (shape.groups.len(), shape.width);
    (groups > 1).then_some(BlockShape { inputs: groups * width, hidden: width, outputs: width })
}

impl Selection {
    pub(super) fn new(shape: &GatedResidualShape, leaves: &mut Leaves<'_>) -> Self {
        let mut first = 0;
        let mut branches = Vec::with_capacity(shape.groups.len());
        for &columns in &shape.groups {
            let embed = leaves.dense();
            let block = GatedBlock::new(&BlockShape::square(shape.width), leaves);
            branches.push(Branch { columns: [first, first + columns], embed, block });
            first += columns;
        }
        let weights = weighing(shape).map(|block| Weights {
            block: GatedBlock::new(&block, leaves),
            scores: leaves.dense(),
        });
        Self { branches, weights }
    }

    /// `[M, O]` to `[M, W]`.
    pub(super) fn forward(&self, obs: &Tensor<2>) -> Tensor<2> {
        let embedded: Vec<_> = self.branches.iter().map(|branch| branch.embed(obs)).collect();
        let shares = self.weights.as_ref().map(|weights| weights.forward(embedded.clone()));
        let outputs = self.branches.iter().zip(embedded).enumerate();
        let weighed = outputs.map(|(group, (branch, embedded))| {
            let output = branch.block.forward(embedded);
            match &shares {
                Some(shares) => output * shares.clone().slice_dim(1, group..group + 1),
                None => output,
            }
        });
        weighed.fold(Tensor::zeros([1, 1], &obs.device()), |sum, part| sum + part)
    }
}

impl Branch {
    fn embed(&self, obs: &Tensor<2>) -> Tensor<2> {
        let [first, end] = self.columns;
        self.embed.forward(obs.clone().slice_dim(1, first..end))
    }
}

impl Weights {
    /// The shares of the groups: `[M, G]`, each row sums to 1.
    fn forward(&self, embedded: Vec<Tensor<2>>) -> Tensor<2> {
        let scores = self.scores.forward(self.block.forward(Tensor::cat(embedded, 1)));
        let powers = (scores.clone() - scores.detach().max_dim(1)).exp();
        let sum = powers.clone().sum_dim(1); // [M, 1]
        powers / sum
    }
}
