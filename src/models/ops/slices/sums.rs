//! Sums over rows and onto rows of a matrix.

use pulp::{Arch, Simd, WithSimd};

use super::vector::{load, store};

/// Adds every row of `values` to `out`, from the first to the last.
pub(in crate::models::ops) fn sum_columns(values: &[f32], out: &mut [f32]) {
    Arch::new().dispatch(ColumnSums { values, out });
}

/// Adds `row` to every row of `out`.
pub(in crate::models::ops) fn add_to_rows(out: &mut [f32], row: &[f32]) {
    Arch::new().dispatch(RowSums { out, row });
}

struct RowSums<'a> {
    out: &'a mut [f32],
    row: &'a [f32],
}

impl WithSimd for RowSums<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        for out in self.out.chunks_exact_mut(self.row.len()) {
            for at in (0..self.row.len()).step_by(S::F32_LANES) {
                let sum = simd.add_f32s(load(simd, out, at), load(simd, self.row, at));
                store(simd, out, at, sum);
            }
        }
    }
}

struct ColumnSums<'a> {
    values: &'a [f32],
    out: &'a mut [f32],
}

impl WithSimd for ColumnSums<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        for row in self.values.chunks_exact(self.out.len()) {
            for at in (0..self.out.len()).step_by(S::F32_LANES) {
                let sum = simd.add_f32s(load(simd, self.out, at), load(simd, row, at));
                store(simd, self.out, at, sum);
            }
        }
    }
}

/// The product of each row of `values` with `column`, one value a row.
pub(in crate::models::ops) fn multiply_by_column(out: &mut [f32], values: &[f32], column: &[f32]) {
    Arch::new().dispatch(RowProducts { out, values, column });
}

struct RowProducts<'a> {
    out: &'a mut [f32],
    values: &'a [f32],
    column: &'a [f32],
}

impl WithSimd for RowProducts<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let width = self.column.len();
        for (out, row) in self.out.iter_mut().zip(self.values.chunks_exact(width)) {
            let mut sum = simd.splat_f32s(0.0);
            for at in (0..width).step_by(S::F32_LANES) {
                sum = simd.mul_add_f32s(load(simd, row, at), load(simd, self.column, at), sum);
            }
            *out = simd.reduce_sum_f32s(sum);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_added_to_what_was_there() {
        let mut out = [1.0, 0.0, 0.0];
        sum_columns(&[1.0, 2.0, 3.0, 10.0, 20.0, 30.0], &mut out);
        assert_eq!(out, [12.0, 22.0, 33.0]);
        let mut rows = [1.0, 2.0, 3.0, 4.0];
        add_to_rows(&mut rows, &[10.0, 20.0]);
        assert_eq!(rows, [11.0, 22.0, 13.0, 24.0]);
        let mut products = [0.0; 2];
        multiply_by_column(&mut products, &rows, &[1.0, 2.0]);
        assert_eq!(products, [55.0, 61.0]);
    }
}
