//! The step on the CPU: one pass for the norm, one for everything else.

use burn::backend::Flex;
use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

use super::{AdamOps, AdamRates, AdamTensors, BETA1, BETA2, NORM_EPSILON};
use crate::models::ops::slices::{Values, load, store, tensor};

/// Values that are summed in f32 before they are added up in f64.
const BLOCK: usize = 1024;
/// Values that one thread takes at a time; whole blocks and whole registers.
const PIECE: usize = 16 * BLOCK;

struct SumOfSquares<'a>(&'a [f32]);

impl WithSimd for SumOfSquares<'_> {
    type Output = f32;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> f32 {
        let mut sum = simd.splat_f32s(0.0);
        for at in (0..self.0.len()).step_by(S::F32_LANES) {
            let lanes = load(simd, self.0, at);
            sum = simd.mul_add_f32s(lanes, lanes, sum);
        }
        simd.reduce_sum_f32s(sum)
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

/// ‖g‖; each block is summed in f32, the blocks in f64 and in their order.
fn norm(arch: Arch, gradient: &[f32]) -> f64 {
    let blocks = gradient.par_chunks(BLOCK).with_min_len(PIECE / BLOCK);
    let sums: Vec<f32> = blocks.map(|block| arch.dispatch(SumOfSquares(block))).collect();
    sums.into_iter().map(f64::from).sum::<f64>().sqrt()
}

impl AdamOps for Flex {
    fn adam_step(tensors: AdamTensors<Self>, rates: AdamRates) -> AdamTensors<Self> {
        let gradient = Values::new(tensors.gradient);
        let mut parameters = Values::new(tensors.parameters);
        let mut mean = Values::new(tensors.mean);
        let mut square = Values::new(tensors.square);
        let arch = Arch::new();
        let norm = norm(arch, gradient.slice());
        let scale = (rates.max_norm / (norm + NORM_EPSILON)).min(1.0) as f32;
        let pieces = gradient.slice().par_chunks(PIECE);
        let pieces = pieces.zip(parameters.slice_mut().par_chunks_mut(PIECE));
        let pieces = pieces.zip(mean.slice_mut().par_chunks_mut(PIECE));
        let pieces = pieces.zip(square.slice_mut().par_chunks_mut(PIECE));
        pieces.for_each(|(((gradient, parameters), mean), square)| {
            arch.dispatch(Step { gradient, parameters, mean, square, scale, rates });
        });
        AdamTensors {
            parameters: parameters.into_tensor(),
            mean: mean.into_tensor(),
            square: square.into_tensor(),
            gradient: tensor(vec![norm as f32], [1]),
        }
    }
}
