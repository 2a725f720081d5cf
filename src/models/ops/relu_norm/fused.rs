//! The operation on the CPU, row by row.

use std::sync::Arc;

use burn::backend::Flex;
use burn_flex::FlexTensor;
use pulp::{Arch, Simd, WithSimd};

use super::{NORM_EPSILON, ReluNormGradient, ReluNormKernel, ReluNormOps};
use crate::models::ops::slices::{Scratch, Values, load, select, store, tensor};

/// What the way back needs.
#[derive(Debug, Clone)]
pub(in crate::models::ops) struct Record {
    input: FlexTensor,
    scale: FlexTensor,
    /// Mean and 1 / deviation of each row after the ReLU.
    moments: Arc<Scratch>,
}

struct Forward<'a> {
    input: &'a [f32],
    scale: &'a [f32],
    shift: &'a [f32],
    result: &'a mut [f32],
    moments: &'a mut [f32],
}

impl WithSimd for Forward<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let width = self.scale.len();
        let zero = simd.splat_f32s(0.0);
        let rows = self.input.chunks_exact(width).zip(self.result.chunks_exact_mut(width));
        for ((input, result), moments) in rows.zip(self.moments.chunks_exact_mut(2)) {
            let mut sum = zero;
            let mut squares = zero;
            for at in (0..width).step_by(S::F32_LANES) {
                sum = simd.add_f32s(sum, simd.max_f32s(load(simd, input, at), zero));
            }
            let mean = simd.reduce_sum_f32s(sum) / width as f32;
            let means = simd.splat_f32s(mean);
            let full = width - width % S::F32_LANES;
            for at in (0..full).step_by(S::F32_LANES) {
                let active = simd.max_f32s(load(simd, input, at), zero);
                let centered = simd.sub_f32s(active, means);
                squares = simd.mul_add_f32s(centered, centered, squares);
            }
            let mut total = simd.reduce_sum_f32s(squares);
            for value in &input[full..] {
                total += (value.max(0.0) - mean) * (value.max(0.0) - mean);
            }
            let inverse = 1.0 / (total / width as f32 + NORM_EPSILON).sqrt();
            let inverses = simd.splat_f32s(inverse);
            for at in (0..width).step_by(S::F32_LANES) {
                let active = simd.max_f32s(load(simd, input, at), zero);
                let normal = simd.mul_f32s(simd.sub_f32s(active, means), inverses);
                let (scale, shift) = (load(simd, self.scale, at), load(simd, self.shift, at));
                store(simd, result, at, simd.mul_add_f32s(normal, scale, shift));
            }
            moments.copy_from_slice(&[mean, inverse]);
        }
    }
}

struct Backward<'a> {
    input: &'a [f32],
    scale: &'a [f32],
    moments: &'a [f32],
    /// Of the result; becomes that of the input.
    gradient: &'a mut [f32],
    of_scale: &'a mut [f32],
    of_shift: &'a mut [f32],
}

impl WithSimd for Backward<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let width = self.scale.len();
        let zero = simd.splat_f32s(0.0);
        let rows = self.input.chunks_exact(width).zip(self.gradient.chunks_exact_mut(width));
        for ((input, gradient), moments) in rows.zip(self.moments.chunks_exact(2)) {
            let (means, inverses) = (simd.splat_f32s(moments[0]), simd.splat_f32s(moments[1]));
            let normal = |at: usize| {
                let active = simd.max_f32s(load(simd, input, at), zero);
                simd.mul_f32s(simd.sub_f32s(active, means), inverses)
            };
            let (mut sum, mut along) = (zero, zero);
            for at in (0..width).step_by(S::F32_LANES) {
                let (outer, normal) = (load(simd, gradient, at), normal(at));
                let inner = simd.mul_f32s(outer, load(simd, self.scale, at));
                sum = simd.add_f32s(sum, inner);
                along = simd.mul_add_f32s(inner, normal, along);
                let of_scale = load(simd, self.of_scale, at);
                store(simd, self.of_scale, at, simd.mul_add_f32s(outer, normal, of_scale));
                let of_shift = load(simd, self.of_shift, at);
                store(simd, self.of_shift, at, simd.add_f32s(outer, of_shift));
            }
            let share = 1.0 / width as f32;
            let sum = simd.splat_f32s(simd.reduce_sum_f32s(sum) * share);
            let along = simd.splat_f32s(simd.reduce_sum_f32s(along) * share);
            for at in (0..width).step_by(S::F32_LANES) {
                let inner = simd.mul_f32s(load(simd, gradient, at), load(simd, self.scale, at));
                let centered = simd.sub_f32s(inner, sum);
                let centered = simd.negate_mul_add_f32s(normal(at), along, centered);
                let is_active = simd.greater_than_f32s(load(simd, input, at), zero);
                let found = simd.mul_f32s(centered, inverses);
                store(simd, gradient, at, select(simd, is_active, found, zero));
            }
        }
    }
}

impl ReluNormKernel for Flex {
    type Record = Record;

    fn relu_norm_forward(
        input: FlexTensor,
        scale: FlexTensor,
        shift: FlexTensor,
    ) -> (FlexTensor, Record) {
        let (values, scales, shift) =
            (Values::new(input.clone()), Values::new(scale.clone()), Values::new(shift));
        let [rows, width] = values.dims();
        let mut result = vec![0.0; rows * width];
        let mut moments = Scratch::new(rows * 2);
        Arch::new().dispatch(Forward {
            input: values.slice(),
            scale: scales.slice(),
            shift: shift.slice(),
            result: &mut result,
            moments: &mut moments,
        });
        (tensor(result, [rows, width]), Record { input, scale, moments: moments.into() })
    }

    fn relu_norm_backward(record: Record, gradient: FlexTensor) -> ReluNormGradient<Self> {
        let (input, scale) = (Values::new(record.input), Values::new(record.scale));
        let mut gradient = Values::new(gradient);
        let [_, width] = input.dims();
        let (mut of_scale, mut of_shift) = (vec![0.0; width], vec![0.0; width]);
        Arch::new().dispatch(Backward {
            input: input.slice(),
            scale: scale.slice(),
            moments: &record.moments,
            gradient: gradient.slice_mut(),
            of_scale: &mut of_scale,
            of_shift: &mut of_shift,
        });
        ReluNormGradient {
            input: gradient.into_tensor(),
            scale: tensor(of_scale, [1, width]),
            shift: tensor(of_shift, [1, width]),
        }
    }
}

impl ReluNormOps for Flex {
    fn relu_norm(input: FlexTensor, scale: FlexTensor, shift: FlexTensor) -> FlexTensor {
        Self::relu_norm_forward(input, scale, shift).0
    }
}
