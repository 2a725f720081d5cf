//! Weighted sums over symbols, one per day.

use pulp::{Arch, Simd, WithSimd};

/// The weighted sum of the columns for each day: `columns` has one column per weight, of which the first `days` places
/// are used. A column of weight 0 is left out, so that what it lacks does not matter.
///
/// Each sum is that of `weight * change` from the first column to the last, to the bit: days are independent, and lanes
/// hold days.
pub(super) fn sum_columns(columns: &[f64], weights: &[f64], days: usize, sums: &mut Vec<f64>) {
    sums.clear();
    // As an empty sum has it.
    sums.resize(days, -0.0);
    if let Some(height) = columns.len().checked_div(weights.len()).filter(|height| *height > 0) {
        Arch::new().dispatch(Sums { columns, height, weights, sums });
    }
}

struct Sums<'a> {
    columns: &'a [f64],
    height: usize,
    weights: &'a [f64],
    sums: &'a mut [f64],
}

impl WithSimd for Sums<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let (sums, rest) = S::as_mut_simd_f64s(self.sums);
        let days = sums.len() * S::F64_LANES + rest.len();
        for (column, &weight) in self.columns.chunks_exact(self.height).zip(self.weights) {
            if weight == 0.0 {
                continue;
            }
            let lanes = simd.splat_f64s(weight);
            let (changes, last) = S::as_simd_f64s(&column[..days]);
            // Two roundings, as plain numbers have them.
            for (sum, change) in sums.iter_mut().zip(changes) {
                *sum = simd.add_f64s(*sum, simd.mul_f64s(lanes, *change));
            }
            for (sum, change) in rest.iter_mut().zip(last) {
                *sum += weight * change;
            }
        }
    }
}
