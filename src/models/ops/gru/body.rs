//! The layer in ordinary tensor operations: for every device, and what the fused kernel must equal.

use burn::backend::Backend;
use burn::backend::tensor::FloatTensor;

use super::{GruGradient, GruInput};
use crate::models::ops::expression::Expression;

/// What the way back needs: the layer, the hidden states, and the gates r, z, n and Wₕₙ p + bₕₙ side
/// by side in `[L·B, 4H]`, with the kept states p in `[L·B, H]`.
#[derive(Debug, Clone)]
pub(in crate::models::ops) struct Record<B: Backend> {
    layer: GruInput<B>,
    gates: FloatTensor<B>,
    kept: FloatTensor<B>,
}

/// The hidden states of all steps.
pub(super) fn forward<B: Backend>(layer: GruInput<B>) -> (FloatTensor<B>, Record<B>) {
    let of = Expression::<B>::new;
    let mut state = of(&layer.hidden);
    let [batch, width] = state.dims();
    let input = &of(&layer.input).matmul(&of(&layer.input_weight)) + &of(&layer.input_bias);
    let (weight, bias) = (of(&layer.hidden_weight), of(&layer.hidden_bias));
    let keep = of(&layer.keep);
    let steps = input.dims()[0] / batch;
    let (mut states, mut gates, mut kept) = (Vec::new(), Vec::new(), Vec::new());
    for step in 0..steps {
        let previous = &state * &keep.rows(step * batch, batch);
        let from_state = &previous.matmul(&weight) + &bias;
        let from_input = input.rows(step * batch, batch);
        let gate = |index: usize| {
            let at = index * width;
            (from_input.columns(at, width), from_state.columns(at, width))
        };
        let ((ir, hr), (iz, hz), (inn, hn)) = (gate(0), gate(1), gate(2));
        let reset = (&ir + &hr).sigmoid();
        let update = (&iz + &hz).sigmoid();
        let candidate = (&inn + &(&reset * &hn)).tanh();
        state = &candidate + &(&update * &(&previous - &candidate));
        states.push(state.clone());
        kept.push(previous);
        gates.push(Expression::stacked(vec![reset, update, candidate, hn], 1));
    }
    let gates = Expression::stacked(gates, 0).0;
    let kept = Expression::stacked(kept, 0).0;
    (Expression::stacked(states, 0).0, Record { layer, gates, kept })
}

/// The gradients of everything, from the last step to the first.
pub(super) fn backward<B: Backend>(record: Record<B>, gradient: FloatTensor<B>) -> GruGradient<B> {
    let Record { layer, gates, kept } = record;
    let of = Expression::<B>::new;
    let [batch, width] = of(&layer.hidden).dims();
    let (gradient, gates, kept) = (Expression::<B>(gradient), of(&gates), of(&kept));
    let back = of(&layer.hidden_weight).transposed();
    let steps = gradient.dims()[0] / batch;
    let (mut of_input, mut of_state) = (Vec::new(), Vec::new());
    let mut later: Option<Expression<B>> = None;
    for step in (0..steps).rev() {
        let rows = |whole: &Expression<B>| whole.rows(step * batch, batch);
        let mut total = rows(&gradient);
        if let Some(later) = &later {
            total = &total + later;
        }
        let (gates, previous) = (rows(&gates), rows(&kept));
        let gate = |index: usize| gates.columns(index * width, width);
        let [reset, update, candidate, from_state] = [0, 1, 2, 3].map(gate);
        let slope = |sigmoid: &Expression<B>| sigmoid * &(-sigmoid).plus(1.0);
        let candidate_slope = (-&(&candidate * &candidate)).plus(1.0);
        let dn = &(&total * &(-&update).plus(1.0)) * &candidate_slope;
        let dz = &(&total * &(&previous - &candidate)) * &slope(&update);
        let dr = &(&dn * &from_state) * &slope(&reset);
        let dhn = &dn * &reset;
        let state_part = Expression::stacked(vec![dr.clone(), dz.clone(), dhn], 1);
        let through = &(&total * &update) + &state_part.matmul(&back);
        later = Some(&through * &of(&layer.keep).rows(step * batch, batch));
        of_input.push(Expression::stacked(vec![dr, dz, dn], 1));
        of_state.push(state_part);
    }
    of_input.reverse();
    of_state.reverse();
    let of_input = Expression::stacked(of_input, 0);
    let of_state = Expression::stacked(of_state, 0);
    GruGradient {
        input: of_input.matmul(&of(&layer.input_weight).transposed()).0,
        hidden: later.map_or_else(|| of(&layer.hidden).scaled(0.0).0, |later| later.0),
        input_weight: of(&layer.input).transposed().matmul(&of_input).0,
        hidden_weight: kept.transposed().matmul(&of_state).0,
        input_bias: of_input.sum(0).0,
        hidden_bias: of_state.sum(0).0,
    }
}

#[cfg(any(feature = "cuda", feature = "vulkan"))]
mod cube {
    use burn_cubecl::CubeBackend;

    use super::*;
    use crate::models::ops::gru::{GruKernel, GruOps};

    impl GruOps for CubeBackend {
        fn gru_sequence(layer: GruInput<Self>) -> FloatTensor<Self> {
            forward::<Self>(layer).0
        }
    }

    impl GruKernel for CubeBackend {
        type Record = Record<Self>;

        fn gru_forward(layer: GruInput<Self>) -> (FloatTensor<Self>, Self::Record) {
            forward(layer)
        }

        fn gru_backward(record: Self::Record, gradient: FloatTensor<Self>) -> GruGradient<Self> {
            backward(record, gradient)
        }
    }
}
