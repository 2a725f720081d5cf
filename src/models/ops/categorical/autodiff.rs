//! The evaluation as one node of the graph of gradients.

use burn::backend::tensor::FloatTensor;
use burn_autodiff::Autodiff;
use burn_autodiff::checkpoint::base::Checkpointer;
use burn_autodiff::checkpoint::strategy::CheckpointStrategy;
use burn_autodiff::grads::Gradients;
use burn_autodiff::ops::{Backward, Ops, OpsKind, unary};

use super::{CategoricalKernel, CategoricalOps};

#[derive(Debug)]
struct CategoricalStep;

impl<B: CategoricalKernel + CategoricalOps> Backward<B, 1> for CategoricalStep {
    type State = B::Record;

    fn backward(
        self,
        ops: Ops<Self::State, 1>,
        gradients: &mut Gradients,
        _checkpointer: &mut Checkpointer,
    ) {
        unary::<B, _>(ops.parents, ops.node, gradients, |gradient| {
            B::categorical_backward(ops.state, gradient)
        });
    }
}

impl<B: CategoricalKernel + CategoricalOps, C: CheckpointStrategy> CategoricalOps
    for Autodiff<B, C>
{
    fn categorical(
        logits: FloatTensor<Self>,
        legal: FloatTensor<Self>,
        actions: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        let parent = logits.node();
        let (results, record) = B::categorical_forward(
            logits.into_primitive(),
            legal.into_primitive(),
            actions.into_primitive(),
        );
        match CategoricalStep.prepare::<C>([parent]).compute_bound().stateful() {
            OpsKind::Tracked(step) => step.finish(record, results),
            OpsKind::UnTracked(step) => step.finish(results),
        }
    }

    /// Samples have no gradient.
    fn sample(
        logits: FloatTensor<Self>,
        legal: FloatTensor<Self>,
        uniforms: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        let (logits, legal) = (logits.into_primitive(), legal.into_primitive());
        Self::FloatTensorPrimitive::new(B::sample(logits, legal, uniforms.into_primitive()))
    }
}
