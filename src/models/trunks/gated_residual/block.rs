//! The gated residual block.

use burn::tensor::Tensor;
use burn::tensor::activation::{relu, sigmoid};

use crate::models::dense::Dense;
use crate::models::parameters::Leaves;
use crate::models::parameters::{HIDDEN_GAIN, Init, ParameterSpec, UNIT_GAIN, linear};

/// Added to the variance, as PyTorch does.
const NORM_EPSILON: f32 = 1e-5;
/// Value and gate of the gated linear unit.
const PARTS: usize = 2;

/// Widths of one block.
#[derive(Debug, Clone, Copy)]
pub(super) struct BlockShape {
    pub(super) inputs: usize,
    pub(super) hidden: usize,
    pub(super) outputs: usize,
}

impl BlockShape {
    pub(super) fn square(width: usize) -> Self {
        Self { inputs: width, hidden: width, outputs: width }
    }

    /// The parameters: `skip` only where the widths of input and output differ.
    pub(super) fn specs(&self, name: &str) -> Vec<ParameterSpec> {
        let Self { inputs, hidden, outputs } = *self;
        let part = |part: &str| format!("{name}.{part}");
        let mut specs = linear(&part("hidden"), inputs, hidden, HIDDEN_GAIN);
        specs.extend(linear(&part("output"), hidden, hidden, UNIT_GAIN));
        let glu = ParameterSpec::matrix(&part("glu.weight"), [outputs, hidden], PARTS, UNIT_GAIN);
        specs.push(glu);
        specs.push(ParameterSpec::vector(&part("glu.bias"), outputs, PARTS, Init::Constant(0.0)));
        if inputs != outputs {
            specs.extend(linear(&part("skip"), inputs, outputs, UNIT_GAIN));
        }
        let norm = [("norm.weight", 1.0), ("norm.bias", 0.0)];
        specs.extend(norm.map(|(kind, value)| {
            ParameterSpec::vector(&part(kind), outputs, 1, Init::Constant(value))
        }));
        specs
    }
}

/// The block.
///
/// ```text
/// u = W₂ ELU(W₁ x + b₁) + b₂
/// y = LayerNorm(S x + (W₃ u + b₃) ⊙ σ(W₄ u + b₄))      S = 1 where the widths are the same
/// ```
///
/// # Source
/// Lim et al., "Temporal Fusion Transformers for interpretable multi-horizon time series
/// forecasting", 2021, equations 2 to 5.
#[derive(Debug, Clone)]
pub(super) struct GatedBlock {
    hidden: Dense,
    output: Dense,
    /// Value and gate side by side.
    glu: Dense,
    skip: Option<Dense>,
    scale: Tensor<2>,
    shift: Tensor<2>,
}

impl GatedBlock {
    pub(super) fn new(shape: &BlockShape, leaves: &mut Leaves<'_>) -> Self {
        let (hidden, output, glu) = (leaves.dense(), leaves.dense(), leaves.dense());
        let skip = (shape.inputs != shape.outputs).then(|| leaves.dense());
        Self { hidden, output, glu, skip, scale: leaves.take(), shift: leaves.take() }
    }

    /// `[M, inputs]` to `[M, outputs]`.
    pub(super) fn forward(&self, input: Tensor<2>) -> Tensor<2> {
        let inner = self.output.forward(elu(self.hidden.forward(input.clone())));
        let both = self.glu.forward(inner); // [M, 2·outputs]
        let width = both.dims()[1] / PARTS;
        let gate = sigmoid(both.clone().slice_dim(1, width..PARTS * width));
        let gated = both.slice_dim(1, 0..width) * gate;
        let carried = match &self.skip {
            Some(skip) => skip.forward(input),
            None => input,
        };
        self.normalize(carried + gated)
    }

    /// Written out, so that the same operations run with and without gradients.
    fn normalize(&self, input: Tensor<2>) -> Tensor<2> {
        let centered = input.clone() - input.mean_dim(1);
        let variance = (centered.clone() * centered.clone()).mean_dim(1); // [M, 1]
        let deviation = variance.add_scalar(NORM_EPSILON).sqrt();
        centered / deviation * self.scale.clone() + self.shift.clone()
    }
}

/// x above 0, eˣ − 1 below.
fn elu(input: Tensor<2>) -> Tensor<2> {
    let below = relu(input.clone().neg()).neg();
    relu(input) + below.exp().sub_scalar(1.0)
}
