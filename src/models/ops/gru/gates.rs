//! The gates of one step for a block of sequences, in one pass over memory and in place: what comes
//! from the input becomes the gates, and the gates become their gradients.

use pulp::{Simd, WithSimd};

use crate::models::ops::slices::{load, sigmoid, store, tanh};

/// One step forward.
///
/// # Shapes
/// `gates: [B, 3H]` from the input, without biases → r, z, n;
/// `from_state: [B, 3H]` without biases; `input_bias`, `hidden_bias: [3H]`; `previous: [B, H]` →
/// `candidate: [B, H]`, Wₕₙ p + bₕₙ, and `state: [B, H]`
pub(super) struct Forward<'a> {
    pub(super) width: usize,
    pub(super) gates: &'a mut [f32],
    pub(super) from_state: &'a [f32],
    pub(super) input_bias: &'a [f32],
    pub(super) hidden_bias: &'a [f32],
    pub(super) previous: &'a [f32],
    pub(super) candidate: &'a mut [f32],
    pub(super) state: &'a mut [f32],
}

impl WithSimd for Forward<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let width = self.width;
        let [bir, biz, bin] = thirds(self.input_bias, width);
        let [bhr, bhz, bhn] = thirds(self.hidden_bias, width);
        for row in 0..self.state.len() / width {
            let [r, z, n] = thirds_mut(&mut self.gates[3 * width * row..], width);
            let [hr, hz, hn] = thirds(&self.from_state[3 * width * row..], width);
            let previous = &self.previous[width * row..width * (row + 1)];
            let candidate = &mut self.candidate[width * row..width * (row + 1)];
            let state = &mut self.state[width * row..width * (row + 1)];
            for at in (0..width).step_by(S::F32_LANES) {
                let lanes = |values: &[f32]| load(simd, values, at);
                let sum = |a, b| simd.add_f32s(a, b);
                let reset = sum(sum(lanes(r), lanes(bir)), sum(lanes(hr), lanes(bhr)));
                let reset = sigmoid(simd, reset);
                let update = sum(sum(lanes(z), lanes(biz)), sum(lanes(hz), lanes(bhz)));
                let update = sigmoid(simd, update);
                let from_state = sum(lanes(hn), lanes(bhn));
                let new = simd.mul_add_f32s(reset, from_state, sum(lanes(n), lanes(bin)));
                let new = tanh(simd, new);
                let change = simd.sub_f32s(lanes(previous), new);
                store(simd, r, at, reset);
                store(simd, z, at, update);
                store(simd, n, at, new);
                store(simd, candidate, at, from_state);
                store(simd, state, at, simd.mul_add_f32s(update, change, new));
            }
        }
    }
}

/// One step backward.
///
/// # Shapes
/// `gates: [B, 3H]` r, z, n → their gradients before the functions; `candidate: [B, H]`
/// Wₕₙ p + bₕₙ → its gradient; `previous`, `gradient: [B, H]`; `later: [B, H]` the gradient from the
/// step after → the part of the gradient of p that does not pass the gates; `of_input_bias: [3H]` and
/// `of_candidate_bias: [H]`, to which the gradients of all rows are added
pub(super) struct Backward<'a> {
    pub(super) width: usize,
    pub(super) gates: &'a mut [f32],
    pub(super) candidate: &'a mut [f32],
    pub(super) previous: &'a [f32],
    pub(super) gradient: &'a [f32],
    pub(super) later: &'a mut [f32],
    pub(super) of_input_bias: &'a mut [f32],
    pub(super) of_candidate_bias: &'a mut [f32],
}

impl WithSimd for Backward<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let width = self.width;
        let one = simd.splat_f32s(1.0);
        let [of_r, of_z, of_n] = thirds_mut(self.of_input_bias, width);
        for row in 0..self.later.len() / width {
            let [r, z, n] = thirds_mut(&mut self.gates[3 * width * row..], width);
            let candidate = &mut self.candidate[width * row..width * (row + 1)];
            let previous = &self.previous[width * row..width * (row + 1)];
            let gradient = &self.gradient[width * row..width * (row + 1)];
            let later = &mut self.later[width * row..width * (row + 1)];
            for at in (0..width).step_by(S::F32_LANES) {
                let lanes = |values: &[f32]| load(simd, values, at);
                let total = simd.add_f32s(lanes(gradient), lanes(later));
                let (reset, update, new) = (lanes(r), lanes(z), lanes(n));
                let rest = simd.sub_f32s(one, update);
                let dn = simd.mul_f32s(total, rest);
                let dn = simd.mul_f32s(dn, simd.negate_mul_add_f32s(new, new, one));
                let dz = simd.mul_f32s(total, simd.sub_f32s(lanes(previous), new));
                let dz = simd.mul_f32s(dz, simd.mul_f32s(update, rest));
                let slope = simd.mul_f32s(reset, simd.sub_f32s(one, reset));
                let dr = simd.mul_f32s(simd.mul_f32s(dn, lanes(candidate)), slope);
                store(simd, r, at, dr);
                store(simd, z, at, dz);
                store(simd, n, at, dn);
                let of_candidate = simd.mul_f32s(dn, reset);
                store(simd, candidate, at, of_candidate);
                store(simd, later, at, simd.mul_f32s(total, update));
                add(simd, of_r, at, dr);
                add(simd, of_z, at, dz);
                add(simd, of_n, at, dn);
                add(simd, self.of_candidate_bias, at, of_candidate);
            }
        }
    }
}

/// Adds lanes to those from `at` on. A function and not a closure: a build that optimises little calls closures.
#[inline(always)]
fn add<S: Simd>(simd: S, sums: &mut [f32], at: usize, more: S::f32s) {
    let sum = simd.add_f32s(load(simd, sums, at), more);
    store(simd, sums, at, sum);
}

/// The parts of one row that belong to r, z and n.
#[inline(always)]
fn thirds(values: &[f32], width: usize) -> [&[f32]; 3] {
    [&values[..width], &values[width..2 * width], &values[2 * width..3 * width]]
}

#[inline(always)]
fn thirds_mut(values: &mut [f32], width: usize) -> [&mut [f32]; 3] {
    let (r, rest) = values.split_at_mut(width);
    let (z, rest) = rest.split_at_mut(width);
    [r, z, &mut rest[..width]]
}
