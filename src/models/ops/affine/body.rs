//! The map in ordinary tensor operations.

use burn::backend::Backend;
use burn::backend::tensor::FloatTensor;

use super::{AffineGradient, AffineRecord, InputGradient};
use crate::models::ops::expression::Expression;

pub(in crate::models::ops) fn forward<B: Backend>(
    input: FloatTensor<B>,
    weight: FloatTensor<B>,
    bias: FloatTensor<B>,
) -> FloatTensor<B> {
    let product = Expression::<B>(input).matmul(&Expression(weight));
    (&product + &Expression(bias)).0
}

pub(in crate::models::ops) fn backward<B: Backend>(
    record: AffineRecord<B>,
    gradient: FloatTensor<B>,
    input_gradient: InputGradient,
) -> AffineGradient<B> {
    let gradient = Expression::<B>(gradient);
    let (input, weight) = (Expression::<B>(record.input), Expression::<B>(record.weight));
    let is_wanted = input_gradient == InputGradient::Wanted;
    AffineGradient {
        input: is_wanted.then(|| gradient.matmul(&weight.transposed()).0),
        weight: input.transposed().matmul(&gradient).0,
        bias: gradient.sum(0).0,
    }
}

#[cfg(any(feature = "cuda", feature = "vulkan"))]
mod cube {
    use burn_cubecl::CubeBackend;

    use super::*;
    use crate::models::ops::affine::{AffineKernel, AffineOps};

    impl AffineOps for CubeBackend {
        fn affine(
            input: FloatTensor<Self>,
            weight: FloatTensor<Self>,
            bias: FloatTensor<Self>,
        ) -> FloatTensor<Self> {
            forward::<Self>(input, weight, bias)
        }
    }

    impl AffineKernel for CubeBackend {
        fn affine_backward(
            record: AffineRecord<Self>,
            gradient: FloatTensor<Self>,
            input_gradient: InputGradient,
        ) -> AffineGradient<Self> {
            backward(record, gradient, input_gradient)
        }
    }
}
