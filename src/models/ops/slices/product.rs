//! Matrix products on slices: the one place where slices become pointers.

use std::sync::Once;

use gemm::Parallelism;

/// Rows of the left factor, in units of the kernel's six, from which on the right one is copied into the kernel's
/// order. A recurrent layer's 64 rows do not repay the copy: measured with shapes of `benches/w4.yaml`.
const PACKED_FROM: usize = 16;
/// Columns that one product of a transposed left factor makes at a time: of more than these the library copies the
/// left factor into the kernel's order, which costs more than it gives.
const TRANSPOSED_COLUMNS: usize = 128;
static PACKING: Once = Once::new();

/// A matrix in a slice.
#[derive(Debug, Clone, Copy)]
pub(in crate::models::ops) struct Matrix<'a> {
    values: &'a [f32],
    rows: usize,
    columns: usize,
    row_stride: usize,
    column_stride: usize,
}

impl<'a> Matrix<'a> {
    /// `rows × columns`, row after row.
    pub(in crate::models::ops) fn new(values: &'a [f32], rows: usize, columns: usize) -> Self {
        Self { values, rows, columns, row_stride: columns, column_stride: 1 }
    }

    /// `count` columns from `first` on.
    pub(in crate::models::ops) fn columns(self, first: usize, count: usize) -> Self {
        assert!(first + count <= self.columns, "invariant: columns of the matrix");
        let values = &self.values[first * self.column_stride..];
        Self { values, columns: count, ..self }
    }

    pub(in crate::models::ops) fn transposed(self) -> Self {
        Self {
            values: self.values,
            rows: self.columns,
            columns: self.rows,
            row_stride: self.column_stride,
            column_stride: self.row_stride,
        }
    }

    /// The same values in `out`, row after row: for a factor of many products, whose rows the
    /// library would otherwise gather each time.
    pub(in crate::models::ops) fn write_rows(self, out: &mut [f32]) {
        for (row, out) in out.chunks_exact_mut(self.columns.max(1)).take(self.rows).enumerate() {
            let values = self.values[row * self.row_stride..].iter().step_by(self.column_stride);
            out.iter_mut().zip(values).for_each(|(out, value)| *out = *value);
        }
    }

    /// # Panics
    /// If it cannot be multiplied by `right`, or one of them leaves its slice.
    fn check(&self, right: Matrix<'_>) {
        assert_eq!(self.columns, right.rows, "invariant: inner sizes of a product are equal");
        assert!(self.extent() <= self.values.len(), "invariant: the left matrix is in its slice");
        assert!(
            right.extent() <= right.values.len(),
            "invariant: the right matrix is in its slice"
        );
    }

    /// Values from the first to the last of the matrix.
    fn extent(&self) -> usize {
        if self.rows == 0 || self.columns == 0 {
            return 0;
        }
        (self.rows - 1) * self.row_stride + (self.columns - 1) * self.column_stride + 1
    }
}

/// What a product does with what its result held before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::models::ops) enum Before {
    Overwrite,
    Add,
}

/// `left · right`, row after row, into `out`; one thread.
pub(in crate::models::ops) fn multiply(
    out: &mut [f32],
    before: Before,
    left: Matrix<'_>,
    right: Matrix<'_>,
) {
    let row_stride = right.columns;
    multiply_strided(out, row_stride, before, left, right);
}

/// `left · right`, row after row, in memory that nothing else was written to before.
#[expect(unsafe_code, reason = "zeroing what is overwritten at once costs a pass over memory")]
pub(in crate::models::ops) fn product(left: Matrix<'_>, right: Matrix<'_>) -> Vec<f32> {
    let (rows, inner, columns) = (left.rows, left.columns, right.columns);
    if inner == 0 {
        return vec![0.0; rows * columns];
    }
    let mut out = Vec::with_capacity(rows * columns);
    let place = out.as_mut_ptr();
    left.check(right);
    // SAFETY: `place` has room for rows × columns values, the factors lie within their slices (checked),
    // and the product writes every value of its result before the length says that they are there.
    unsafe {
        gemm_into(place, columns, Before::Overwrite, left, right);
        out.set_len(rows * columns);
    }
    out
}

/// `left · right` into rows of `out` that are `row_stride` values apart; one thread.
///
/// # Panics
/// If the shapes do not fit.
pub(in crate::models::ops) fn multiply_strided(
    out: &mut [f32],
    row_stride: usize,
    before: Before,
    left: Matrix<'_>,
    right: Matrix<'_>,
) {
    let (rows, columns) = (left.rows, right.columns);
    let needed = Matrix { values: out, rows, columns, row_stride, column_stride: 1 }.extent();
    assert!(columns <= row_stride && needed <= out.len(), "invariant: the product fits its place");
    left.check(right);
    #[expect(unsafe_code, reason = "the library takes pointers; extents are checked above")]
    // SAFETY: every element that the product reads or writes lies within its slice (asserted above) and
    // `out` is borrowed mutably and so overlaps neither factor.
    unsafe {
        gemm_into(out.as_mut_ptr(), row_stride, before, left, right);
    }
}

/// `left · right` into rows at `out`; one thread. The values there are read only to add to them.
///
/// # Safety
/// `out` must have room for the rows and overlap neither factor, and the factors must lie within
/// their slices ([`Matrix::check`]).
#[expect(unsafe_code, reason = "the library takes pointers")]
unsafe fn gemm_into(
    out: *mut f32,
    row_stride: usize,
    before: Before,
    left: Matrix<'_>,
    right: Matrix<'_>,
) {
    if left.rows == 0 || right.columns == 0 {
        return;
    }
    let all = right.columns;
    let piece = if left.column_stride == 1 { all } else { TRANSPOSED_COLUMNS };
    for first in (0..all).step_by(piece) {
        let columns = right.columns(first, piece.min(all - first));
        // SAFETY: as the caller promises; these are columns of the factor and of the result.
        unsafe { gemm_columns(out.add(first), row_stride, before, left, columns) };
    }
}

/// One call of the library.
///
/// # Safety
/// As for [`gemm_into`].
#[expect(unsafe_code, reason = "the library takes pointers")]
unsafe fn gemm_columns(
    out: *mut f32,
    row_stride: usize,
    before: Before,
    left: Matrix<'_>,
    right: Matrix<'_>,
) {
    PACKING.call_once(|| gemm::set_lhs_packing_threshold_single_thread(PACKED_FROM));
    let alpha = if before == Before::Add { 1.0 } else { 0.0 };
    // SAFETY: as the caller promises; strides of a slice fit isize.
    unsafe {
        gemm::gemm(
            left.rows,
            right.columns,
            left.columns,
            out,
            1,
            row_stride as isize,
            before == Before::Add,
            left.values.as_ptr(),
            left.column_stride as isize,
            left.row_stride as isize,
            right.values.as_ptr(),
            right.column_stride as isize,
            right.row_stride as isize,
            alpha,
            1.0,
            false,
            false,
            false,
            Parallelism::None,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_by_hand() {
        let left = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]; // 2 × 3
        let right = [1.0, 0.0, 0.0, 1.0, 1.0, 1.0]; // 3 × 2
        let mut out = [9.0; 4];
        let (l, r) = (Matrix::new(&left, 2, 3), Matrix::new(&right, 3, 2));
        multiply(&mut out, Before::Overwrite, l, r);
        assert_eq!(out, [4.0, 5.0, 10.0, 11.0]);
        assert_eq!(product(l, r), out);
        assert_eq!(product(Matrix::new(&[], 2, 0), Matrix::new(&[], 0, 2)), [0.0; 4]);
        multiply(&mut out, Before::Add, l, r);
        assert_eq!(out, [8.0, 10.0, 20.0, 22.0]);
        multiply(
            &mut out[..1],
            Before::Overwrite,
            l.transposed().columns(0, 1).transposed(),
            r.columns(1, 1),
        );
        assert_eq!(out[0], 5.0);
        let mut rows = [0.0; 6];
        l.transposed().write_rows(&mut rows);
        assert_eq!(rows, [1.0, 4.0, 2.0, 5.0, 3.0, 6.0]);
        let mut wide = [0.0; 6];
        multiply_strided(&mut wide, 4, Before::Overwrite, l, r);
        assert_eq!(wide, [4.0, 5.0, 0.0, 0.0, 10.0, 11.0]);
    }

    #[test]
    #[should_panic(expected = "the product fits its place")]
    fn a_result_that_is_too_small_is_refused() {
        let values = [0.0; 4];
        let matrix = Matrix::new(&values, 2, 2);
        multiply(&mut [0.0; 3], Before::Overwrite, matrix, matrix);
    }
}
