//! The operation as one node of the graph of gradients.

use burn::backend::tensor::FloatTensor;
use burn_autodiff::Autodiff;
use burn_autodiff::checkpoint::base::Checkpointer;
use burn_autodiff::checkpoint::strategy::CheckpointStrategy;
use burn_autodiff::grads::Gradients;
use burn_autodiff::ops::{Backward, Ops, OpsKind};

use super::{ReluNormKernel, ReluNormOps};

#[derive(Debug)]
struct ReluNormStep;

impl<B: ReluNormKernel> Backward<B, 3> for ReluNormStep {
    type State = B::Record;

    fn backward(
        self,
        ops: Ops<Self::State, 3>,
        gradients: &mut Gradients,
        _checkpointer: &mut Checkpointer,
    ) {
        let gradient = gradients.consume::<B>(&ops.node);
        let found = B::relu_norm_backward(ops.state, gradient);
        for (parent, part) in ops.parents.into_iter().zip([found.input, found.scale, found.shift]) {
            if let Some(parent) = parent {
                gradients.register::<B>(parent.id, part);
            }
        }
    }
}

impl<B: ReluNormKernel, C: CheckpointStrategy> ReluNormOps for Autodiff<B, C> {
    fn relu_norm(
        input: FloatTensor<Self>,
        scale: FloatTensor<Self>,
        shift: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        let parents = [input.node(), scale.node(), shift.node()];
        let (result, record) = B::relu_norm_forward(
            input.into_primitive(),
            scale.into_primitive(),
            shift.into_primitive(),
        );
        match ReluNormStep.prepare::<C>(parents).compute_bound().stateful() {
            OpsKind::Tracked(step) => step.finish(record, result),
            OpsKind::UnTracked(step) => step.finish(result),
        }
    }
}
