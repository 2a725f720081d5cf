//! The step on the CPU: one pass for the norm, one for everything else.

use burn::backend::Flex;
use pulp::{Arch, Simd, WithSimd};

use super::{AdamOps, AdamRates, AdamTensors, BETA1, BETA2, NORM_EPSILON};
use crate::models::ops::slices::{Values, load, store, tensor};

/// Values that are summed in f32 before they are added up in f64.
const BLOCK: usize = 1024;

struct SumOfSquares<'a>(&'a [f32]);

impl WithSimd for SumOfSquares<'_> {
    type Output = f64;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> f64 {
        let mut total = 0.0;
        for block in self.0.chunks(BLOCK) {
            let mut sum = simd.splat_f32s(0.0);
            for at in (0..block.len()).step_by(S::F32_LANES) {
                let lanes = load(simd, block, at);
                sum = simd.mul_add_f32s(lanes, lanes, sum);
            }
            total += f64::from(simd.reduce_sum_f32s(sum));
        }
        total
    }
}

struct Step<'a> {
    gradient: &'a [f32],
    parameters: &'a mut [f32],
    mean: &'a mut [f32],
    square: &'a mut [f32],
    scale: f32,
    rates: AdamRates,
}

impl WithSimd for Step<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let splat = |number: f64| simd.splat_f32s(number as f32);
        let scale = simd.splat_f32s(self.scale);
        let (beta1, beta2) = (splat(BETA1), splat(BETA2));
        let (share1, share2) = (splat(1.0 - BETA1), splat(1.0 - BETA2));
        let (correction, epsilon) = (splat(1.0 / self.rates.correction), splat(self.rates.epsilon));
        let step_size = splat(self.rates.step_size);
        for at in (0..self.gradient.len()).step_by(S::F32_LANES) {
            let gradient = simd.mul_f32s(load(simd, self.gradient, at), scale);
            let mean = simd.mul_f32s(load(simd, self.mean, at), beta1);
            let mean = simd.mul_add_f32s(gradient, share1, mean);
            let square = simd.mul_f32s(load(simd, self.square, at), beta2);
            let square = simd.mul_add_f32s(simd.mul_f32s(gradient, gradient), share2, square);
            let deviation = simd.mul_add_f32s(simd.sqrt_f32s(square), correction, epsilon);
            let change = simd.mul_f32s(simd.div_f32s(mean, deviation), step_size);
            let parameters = simd.sub_f32s(load(simd, self.parameters, at), change);
            store(simd, self.parameters, at, parameters);
            store(simd, self.mean, at, mean);
            store(simd, self.square, at, square);
        }
    }
}

impl AdamOps for Flex {
    fn adam_step(tensors: AdamTensors<Self>, rates: AdamRates) -> AdamTensors<Self> {
        let gradient = Values::new(tensors.gradient);
        let copy = |tensor| Values::new(tensor).slice().to_vec();
        let mut parameters: Vec<f32> = copy(tensors.parameters);
        let mut mean = copy(tensors.mean);
        let mut square = copy(tensors.square);
        let arch = Arch::new();
        let norm = arch.dispatch(SumOfSquares(gradient.slice())).sqrt();
        let scale = (rates.max_norm / (norm + NORM_EPSILON)).min(1.0) as f32;
        arch.dispatch(Step {
            gradient: gradient.slice(),
            parameters: &mut parameters,
            mean: &mut mean,
            square: &mut square,
            scale,
            rates,
        });
        let count = parameters.len();
        AdamTensors {
            parameters: tensor(parameters, [count]),
            mean: tensor(mean, [count]),
            square: tensor(square, [count]),
            gradient: tensor(vec![norm as f32], [1]),
        }
    }
}
