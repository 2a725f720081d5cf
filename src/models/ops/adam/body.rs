//! The step in ordinary tensor operations.

use burn::backend::Backend;

use super::{AdamRates, AdamTensors, BETA1, BETA2, NORM_EPSILON};
use crate::models::ops::expression::Expression;

pub(in crate::models::ops) fn step<B: Backend>(
    tensors: AdamTensors<B>,
    rates: AdamRates,
) -> AdamTensors<B> {
    let gradient = Expression::<B>(tensors.gradient);
    let norm = (&gradient * &gradient).sum(0).sqrt();
    let scale = norm.plus(NORM_EPSILON).inverse().scaled(rates.max_norm);
    let scale = Expression(B::float_clamp_max(scale.0, 1.0.into()));
    let gradient = &gradient * &scale;
    let mean = Expression::<B>(tensors.mean).scaled(BETA1);
    let mean = &mean + &gradient.scaled(1.0 - BETA1);
    let square = Expression::<B>(tensors.square).scaled(BETA2);
    let square = &square + &(&gradient * &gradient).scaled(1.0 - BETA2);
    let deviation = square.sqrt().scaled(1.0 / rates.correction).plus(rates.epsilon);
    let change = (&mean / &deviation).scaled(rates.step_size);
    AdamTensors {
        parameters: (&Expression(tensors.parameters) - &change).0,
        mean: mean.0,
        square: square.0,
        gradient: norm.0,
    }
}

#[cfg(any(feature = "cuda", feature = "vulkan"))]
impl super::AdamOps for burn_cubecl::CubeBackend {
    fn adam_step(tensors: AdamTensors<Self>, rates: AdamRates) -> AdamTensors<Self> {
        step(tensors, rates)
    }
}
