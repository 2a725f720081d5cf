//! The layer as one node of the graph of gradients.

use burn::backend::tensor::FloatTensor;
use burn_autodiff::Autodiff;
use burn_autodiff::checkpoint::base::Checkpointer;
use burn_autodiff::checkpoint::strategy::CheckpointStrategy;
use burn_autodiff::grads::Gradients;
use burn_autodiff::ops::{Backward, Ops, OpsKind};

use super::{GruGradient, GruInput, GruKernel, GruOps};

#[derive(Debug)]
struct GruStep;

impl<B: GruKernel> Backward<B, 6> for GruStep {
    type State = B::Record;

    fn backward(
        self,
        ops: Ops<Self::State, 6>,
        gradients: &mut Gradients,
        _checkpointer: &mut Checkpointer,
    ) {
        let gradient = gradients.consume::<B>(&ops.node);
        let GruGradient { input, hidden, input_weight, hidden_weight, input_bias, hidden_bias } =
            B::gru_backward(ops.state, gradient);
        let parts = [input, hidden, input_weight, hidden_weight, input_bias, hidden_bias];
        for (parent, part) in ops.parents.into_iter().zip(parts) {
            if let Some(parent) = parent {
                gradients.register::<B>(parent.id, part);
            }
        }
    }
}

impl<B: GruKernel, C: CheckpointStrategy> GruOps for Autodiff<B, C> {
    fn gru_sequence(layer: GruInput<Self>) -> FloatTensor<Self> {
        let parents = [
            layer.input.node(),
            layer.hidden.node(),
            layer.input_weight.node(),
            layer.hidden_weight.node(),
            layer.input_bias.node(),
            layer.hidden_bias.node(),
        ];
        let (hidden, record) = B::gru_forward(GruInput {
            input: layer.input.into_primitive(),
            keep: layer.keep.into_primitive(),
            hidden: layer.hidden.into_primitive(),
            input_weight: layer.input_weight.into_primitive(),
            hidden_weight: layer.hidden_weight.into_primitive(),
            input_bias: layer.input_bias.into_primitive(),
            hidden_bias: layer.hidden_bias.into_primitive(),
        });
        match GruStep.prepare::<C>(parents).compute_bound().stateful() {
            OpsKind::Tracked(step) => step.finish(record, hidden),
            OpsKind::UnTracked(step) => step.finish(hidden),
        }
    }
}
