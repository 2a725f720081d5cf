//! The operations in ordinary tensor operations.

use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, TensorMetadata};
use burn::tensor::{IndexingUpdateOp, IntDType};

use super::ILLEGAL;
use crate::models::ops::expression::Expression;

/// What the way back needs: log-probabilities `[M, K]`, entropy and action `[M, 1]`.
#[derive(Debug, Clone)]
pub(in crate::models::ops) struct Record<B: Backend> {
    logarithms: FloatTensor<B>,
    entropy: FloatTensor<B>,
    actions: FloatTensor<B>,
}

fn logarithms<B: Backend>(logits: FloatTensor<B>, legal: FloatTensor<B>) -> Expression<B> {
    let barred = (-&Expression::<B>(legal)).plus(1.0).scaled(f64::from(ILLEGAL));
    Expression(B::log_softmax((&Expression(logits) + &barred).0, 1))
}

fn of_action<B: Backend>(rows: &Expression<B>, actions: FloatTensor<B>) -> Expression<B> {
    let actions = B::float_into_int(actions, IntDType::I32);
    Expression(B::float_gather(1, rows.0.clone(), actions))
}

pub(in crate::models::ops) fn forward<B: Backend>(
    logits: FloatTensor<B>,
    legal: FloatTensor<B>,
    actions: FloatTensor<B>,
) -> (FloatTensor<B>, Record<B>) {
    let logarithms = logarithms::<B>(logits, legal);
    let entropy = -&(&logarithms.exp() * &logarithms).sum(1);
    let chosen = of_action(&logarithms, actions.clone());
    let record = Record { logarithms: logarithms.0, entropy: entropy.0.clone(), actions };
    (Expression::stacked(vec![chosen, entropy], 1).0, record)
}

pub(in crate::models::ops) fn backward<B: Backend>(
    record: Record<B>,
    gradient: FloatTensor<B>,
) -> FloatTensor<B> {
    let gradient = Expression::<B>(gradient);
    let (of_log_prob, of_entropy) = (gradient.columns(0, 1), gradient.columns(1, 1));
    let logarithms = Expression::<B>(record.logarithms);
    let surplus = &logarithms + &Expression(record.entropy);
    let slope = &(&surplus * &of_entropy) + &of_log_prob;
    let pull = -&(&logarithms.exp() * &slope);
    let actions = B::float_into_int(record.actions, IntDType::I32);
    B::float_scatter(1, pull.0, actions, of_log_prob.0, IndexingUpdateOp::Add)
}

/// One sampled action and its log-probability a row.
pub(in crate::models::ops) fn sample<B: Backend>(
    logits: FloatTensor<B>,
    legal: FloatTensor<B>,
    uniforms: FloatTensor<B>,
) -> FloatTensor<B> {
    let logarithms = logarithms::<B>(logits, legal);
    let cumulative = Expression::<B>(B::float_cumsum(logarithms.exp().0, 1));
    let [_, width] = cumulative.dims();
    let total = cumulative.columns(width - 1, 1);
    // A uniform of 2⁻²³ steps times the total stays below the total in f32, so that the last legal
    // action catches what rounding leaves over.
    let level = &Expression(uniforms) * &total;
    let dtype = level.0.dtype();
    let is_passed = (&level - &cumulative).sign().plus(1.0).scaled(0.5);
    // 1 where the level is above, ½ where it is equal, 0 where it is below: whole from ½ on.
    let count = Expression::<B>(B::float_ceil(is_passed.0)).sum(1);
    debug_assert_eq!(count.0.dtype(), dtype, "invariant: counts are floats");
    let chosen = of_action(&logarithms, count.0.clone());
    Expression::stacked(vec![count, chosen], 1).0
}

#[cfg(any(feature = "cuda", feature = "vulkan"))]
mod cube {
    use burn_cubecl::CubeBackend;

    use super::*;
    use crate::models::ops::categorical::{CategoricalKernel, CategoricalOps};

    impl CategoricalKernel for CubeBackend {
        type Record = Record<Self>;

        fn categorical_forward(
            logits: FloatTensor<Self>,
            legal: FloatTensor<Self>,
            actions: FloatTensor<Self>,
        ) -> (FloatTensor<Self>, Self::Record) {
            forward(logits, legal, actions)
        }

        fn categorical_backward(
            record: Self::Record,
            gradient: FloatTensor<Self>,
        ) -> FloatTensor<Self> {
            backward(record, gradient)
        }
    }

    impl CategoricalOps for CubeBackend {
        fn categorical(
            logits: FloatTensor<Self>,
            legal: FloatTensor<Self>,
            actions: FloatTensor<Self>,
        ) -> FloatTensor<Self> {
            forward::<Self>(logits, legal, actions).0
        }

        fn sample(
            logits: FloatTensor<Self>,
            legal: FloatTensor<Self>,
            uniforms: FloatTensor<Self>,
        ) -> FloatTensor<Self> {
            sample::<Self>(logits, legal, uniforms)
        }
    }
}
