//! The operation in ordinary tensor operations.

use burn::backend::Backend;
use burn::backend::tensor::FloatTensor;

use super::{NORM_EPSILON, ReluNormGradient};
use crate::models::ops::expression::Expression;

/// What the way back needs: the input, the normalised rows `[M, E]`, 1 / deviation `[M, 1]`, scale.
#[derive(Debug, Clone)]
pub(in crate::models::ops) struct Record<B: Backend> {
    input: FloatTensor<B>,
    normal: FloatTensor<B>,
    inverse: FloatTensor<B>,
    scale: FloatTensor<B>,
}

pub(in crate::models::ops) fn forward<B: Backend>(
    input: FloatTensor<B>,
    scale: FloatTensor<B>,
    shift: FloatTensor<B>,
) -> (FloatTensor<B>, Record<B>) {
    let active = Expression::<B>::new(&input).relu();
    let centered = &active - &active.mean(1);
    let variance = (&centered * &centered).mean(1);
    let inverse = variance.plus(f64::from(NORM_EPSILON)).sqrt().inverse();
    let normal = &centered * &inverse;
    let result = &(&normal * &Expression::new(&scale)) + &Expression(shift);
    (result.0, Record { input, normal: normal.0, inverse: inverse.0, scale })
}

pub(in crate::models::ops) fn backward<B: Backend>(
    record: Record<B>,
    gradient: FloatTensor<B>,
) -> ReluNormGradient<B> {
    let gradient = Expression::<B>(gradient);
    let (normal, inverse) = (Expression::<B>(record.normal), Expression::<B>(record.inverse));
    let inner = &gradient * &Expression(record.scale);
    let along = (&inner * &normal).mean(1);
    let centered = &(&inner - &inner.mean(1)) - &(&normal * &along);
    let is_active = Expression::<B>(record.input).relu().sign();
    ReluNormGradient {
        input: (&(&centered * &inverse) * &is_active).0,
        scale: (&gradient * &normal).sum(0).0,
        shift: gradient.sum(0).0,
    }
}

#[cfg(any(feature = "cuda", feature = "vulkan"))]
mod cube {
    use burn_cubecl::CubeBackend;

    use super::*;
    use crate::models::ops::relu_norm::{ReluNormKernel, ReluNormOps};

    impl ReluNormOps for CubeBackend {
        fn relu_norm(
            input: FloatTensor<Self>,
            scale: FloatTensor<Self>,
            shift: FloatTensor<Self>,
        ) -> FloatTensor<Self> {
            forward::<Self>(input, scale, shift).0
        }
    }

    impl ReluNormKernel for CubeBackend {
        type Record = Record<Self>;

        fn relu_norm_forward(
            input: FloatTensor<Self>,
            scale: FloatTensor<Self>,
            shift: FloatTensor<Self>,
        ) -> (FloatTensor<Self>, Self::Record) {
            forward(input, scale, shift)
        }

        fn relu_norm_backward(
            record: Self::Record,
            gradient: FloatTensor<Self>,
        ) -> ReluNormGradient<Self> {
            backward(record, gradient)
        }
    }
}
