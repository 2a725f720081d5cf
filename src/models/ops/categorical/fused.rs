//! The operations on the CPU, row by row.

use std::sync::Arc;

use burn::backend::Flex;
use burn_flex::FlexTensor;
use pulp::{Arch, Simd, WithSimd};

use super::{CategoricalKernel, CategoricalOps, ILLEGAL};
use crate::models::ops::slices::{Scratch, Values, exp, load, select, store, tensor};

/// What the way back needs.
#[derive(Debug, Clone)]
pub(in crate::models::ops) struct Record {
    /// `[M, K]` probabilities.
    probabilities: Arc<Scratch>,
    /// `[M, K]` their logarithms.
    logarithms: Arc<Scratch>,
    /// `[M, 1]`
    actions: FlexTensor,
    /// `[M, 2]` log-probability and entropy.
    results: Arc<[f32]>,
    width: usize,
}

/// Probabilities and their logarithms, row by row.
struct Distributions<'a> {
    logits: &'a [f32],
    legal: &'a [f32],
    width: usize,
    probabilities: &'a mut [f32],
    logarithms: &'a mut [f32],
}

impl WithSimd for Distributions<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let width = self.width;
        let (zero, one) = (simd.splat_f32s(0.0), simd.splat_f32s(1.0));
        let illegal = simd.splat_f32s(ILLEGAL);
        let rows = self.logits.chunks_exact(width).zip(self.legal.chunks_exact(width));
        let results = self.probabilities.chunks_exact_mut(width);
        let results = results.zip(self.logarithms.chunks_exact_mut(width));
        for ((logits, legal), (probabilities, logarithms)) in rows.zip(results) {
            let masked = |at: usize| {
                let is_barred = simd.sub_f32s(one, load(simd, legal, at));
                simd.mul_add_f32s(is_barred, illegal, load(simd, logits, at))
            };
            let mut highest = simd.splat_f32s(f32::MIN);
            for at in (0..width).step_by(S::F32_LANES) {
                highest = simd.max_f32s(highest, masked(at));
            }
            let highest = simd.splat_f32s(simd.reduce_max_f32s(highest));
            let mut sum = zero;
            for at in (0..width).step_by(S::F32_LANES) {
                let below = simd.sub_f32s(masked(at), highest);
                let is_legal = simd.greater_than_f32s(load(simd, legal, at), zero);
                let weight = select(simd, is_legal, exp(simd, below), zero);
                sum = simd.add_f32s(sum, weight);
                store(simd, probabilities, at, weight);
                store(simd, logarithms, at, below);
            }
            let sum = simd.reduce_sum_f32s(sum);
            let (inverse, logarithm) = (simd.splat_f32s(1.0 / sum), simd.splat_f32s(sum.ln()));
            for at in (0..width).step_by(S::F32_LANES) {
                let weight = load(simd, probabilities, at);
                store(simd, probabilities, at, simd.mul_f32s(weight, inverse));
                let below = load(simd, logarithms, at);
                store(simd, logarithms, at, simd.sub_f32s(below, logarithm));
            }
        }
    }
}

struct Backward<'a> {
    record: &'a Record,
    actions: &'a [f32],
    gradient: &'a [f32],
    of_logits: &'a mut [f32],
}

impl WithSimd for Backward<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let width = self.record.width;
        let zero = simd.splat_f32s(0.0);
        let rows = self.of_logits.chunks_exact_mut(width).zip(self.gradient.chunks_exact(2));
        for (row, (of_logits, gradient)) in rows.enumerate() {
            let probabilities = &self.record.probabilities[row * width..(row + 1) * width];
            let logarithms = &self.record.logarithms[row * width..(row + 1) * width];
            let entropy = simd.splat_f32s(self.record.results[2 * row + 1]);
            let of_log_prob = simd.splat_f32s(gradient[0]);
            let of_entropy = simd.splat_f32s(gradient[1]);
            for at in (0..width).step_by(S::F32_LANES) {
                let surplus = simd.add_f32s(load(simd, logarithms, at), entropy);
                let slope = simd.mul_add_f32s(of_entropy, surplus, of_log_prob);
                let pull = simd.mul_f32s(load(simd, probabilities, at), slope);
                store(simd, of_logits, at, simd.sub_f32s(zero, pull));
            }
            of_logits[self.actions[row] as usize] += gradient[0];
        }
    }
}

/// Shapes and buffers of one evaluation.
fn distributions(logits: FlexTensor, legal: FlexTensor) -> (Scratch, Scratch, [usize; 2]) {
    let (logits, legal) = (Values::new(logits), Values::new(legal));
    let [rows, width] = logits.dims();
    let mut probabilities = Scratch::new(rows * width);
    let mut logarithms = Scratch::new(rows * width);
    Arch::new().dispatch(Distributions {
        logits: logits.slice(),
        legal: legal.slice(),
        width,
        probabilities: &mut probabilities,
        logarithms: &mut logarithms,
    });
    (probabilities, logarithms, [rows, width])
}

impl CategoricalKernel for Flex {
    type Record = Record;

    fn categorical_forward(
        logits: FlexTensor,
        legal: FlexTensor,
        actions: FlexTensor,
    ) -> (FlexTensor, Record) {
        let (probabilities, logarithms, [rows, width]) = distributions(logits, legal);
        let chosen = Values::new(actions.clone());
        let per_row = probabilities.chunks_exact(width).zip(logarithms.chunks_exact(width));
        let mut results = Vec::with_capacity(2 * rows);
        for ((probabilities, logarithms), action) in per_row.zip(chosen.slice()) {
            let mut entropy = 0.0;
            for (probability, logarithm) in probabilities.iter().zip(logarithms) {
                entropy -= probability * logarithm;
            }
            results.extend([logarithms[*action as usize], entropy]);
        }
        let record = Record {
            probabilities: probabilities.into(),
            logarithms: logarithms.into(),
            actions,
            results: results.as_slice().into(),
            width,
        };
        (tensor(results, [rows, 2]), record)
    }

    fn categorical_backward(record: Record, gradient: FlexTensor) -> FlexTensor {
        let (gradient, actions) = (Values::new(gradient), Values::new(record.actions.clone()));
        let [rows, _] = gradient.dims();
        let mut of_logits = vec![0.0; rows * record.width];
        Arch::new().dispatch(Backward {
            record: &record,
            actions: actions.slice(),
            gradient: gradient.slice(),
            of_logits: &mut of_logits,
        });
        tensor(of_logits, [rows, record.width])
    }
}

impl CategoricalOps for Flex {
    fn categorical(logits: FlexTensor, legal: FlexTensor, actions: FlexTensor) -> FlexTensor {
        Self::categorical_forward(logits, legal, actions).0
    }

    fn sample(logits: FlexTensor, legal: FlexTensor, uniforms: FlexTensor) -> FlexTensor {
        let (probabilities, logarithms, [rows, width]) = distributions(logits, legal);
        let uniforms = Values::new(uniforms);
        let mut results = Vec::with_capacity(2 * rows);
        let per_row = probabilities.chunks_exact(width).zip(logarithms.chunks_exact(width));
        for ((probabilities, logarithms), uniform) in per_row.zip(uniforms.slice()) {
            let action = invert(probabilities, *uniform);
            results.extend([action as f32, logarithms[action]]);
        }
        tensor(results, [rows, 2])
    }
}

/// The first action whose cumulative probability exceeds the share `uniform` of the total; one of
/// probability 0 is never the first.
fn invert(probabilities: &[f32], uniform: f32) -> usize {
    let total: f32 = probabilities.iter().sum();
    let level = uniform * total;
    let mut cumulative = 0.0;
    let mut last = 0;
    for (action, probability) in probabilities.iter().enumerate() {
        cumulative += probability;
        if cumulative > level {
            return action;
        }
        if *probability > 0.0 {
            last = action;
        }
    }
    last // rounding can leave the level at the total
}
