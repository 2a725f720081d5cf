//! The map as one node of the graph of gradients.

use burn::backend::tensor::FloatTensor;
use burn_autodiff::Autodiff;
use burn_autodiff::checkpoint::base::Checkpointer;
use burn_autodiff::checkpoint::strategy::CheckpointStrategy;
use burn_autodiff::grads::Gradients;
use burn_autodiff::ops::{Backward, Ops, OpsKind};

use super::{AffineKernel, AffineOps, AffineRecord, InputGradient};

#[derive(Debug)]
struct AffineStep;

impl<B: AffineKernel> Backward<B, 3> for AffineStep {
    type State = AffineRecord<B>;

    fn backward(
        self,
        ops: Ops<Self::State, 3>,
        gradients: &mut Gradients,
        _checkpointer: &mut Checkpointer,
    ) {
        let gradient = gradients.consume::<B>(&ops.node);
        let [input, weight, bias] = ops.parents;
        let input_gradient =
            if input.is_some() { InputGradient::Wanted } else { InputGradient::Unused };
        let found = B::affine_backward(ops.state, gradient, input_gradient);
        if let Some((parent, part)) = input.zip(found.input) {
            gradients.register::<B>(parent.id, part);
        }
        if let Some(parent) = weight {
            gradients.register::<B>(parent.id, found.weight);
        }
        if let Some(parent) = bias {
            gradients.register::<B>(parent.id, found.bias);
        }
    }
}

impl<B: AffineKernel, C: CheckpointStrategy> AffineOps for Autodiff<B, C> {
    fn affine(
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        let parents = [input.node(), weight.node(), bias.node()];
        let (input, weight) = (input.into_primitive(), weight.into_primitive());
        let result = B::affine(input.clone(), weight.clone(), bias.into_primitive());
        match AffineStep.prepare::<C>(parents).compute_bound().stateful() {
            OpsKind::Tracked(step) => step.finish(AffineRecord { input, weight }, result),
            OpsKind::UnTracked(step) => step.finish(result),
        }
    }
}
