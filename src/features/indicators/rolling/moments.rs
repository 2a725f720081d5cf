//! Means, variances and covariances of a window.

/// How far a sum of squares may shrink, relative to its largest value since the last exact
/// computation, before rounding would show.
const COLLAPSE: f64 = 1e-3;

/// The first two moments of `D` columns over the newest `window` rows, in constant amortized time.
///
/// The sums are taken of distances from a shift near the mean. They are computed anew from the
/// window at every turn of the ring, and whenever a sum of squares has collapsed, so that neither
/// a million rows nor one wild value leave a trace: the relative error of a variance stays below
/// about 1e-12, and a window of equal values has variance 0 and its value as mean, exactly.
#[derive(Debug, Clone)]
pub(crate) struct RollingMoments<const D: usize> {
    window: usize,
    rows: Vec<[f64; D]>,
    next: usize,
    shift: [f64; D],
    sums: [f64; D],
    products: [[f64; D]; D],
    peaks: [f64; D],
}

impl<const D: usize> RollingMoments<D> {
    /// An empty window; a length of 0 counts as 1.
    pub(crate) fn new(window: usize) -> Self {
        Self {
            window: window.max(1),
            rows: Vec::new(),
            next: 0,
            shift: [0.0; D],
            sums: [0.0; D],
            products: [[0.0; D]; D],
            peaks: [0.0; D],
        }
    }

    /// Adds the newest row; the oldest of a full window leaves.
    pub(crate) fn push(&mut self, row: [f64; D]) {
        if self.rows.len() < self.window {
            self.rows.push(row);
            if self.is_full() {
                self.rebuild();
            }
            return;
        }
        let old = std::mem::replace(&mut self.rows[self.next], row);
        self.next = (self.next + 1) % self.window;
        self.accumulate(old, -1.0);
        self.accumulate(row, 1.0);
        if self.next == 0 || self.has_collapsed() {
            self.rebuild();
        }
    }

    /// Whether the window has been filled; the figures below mean nothing before.
    pub(crate) fn is_full(&self) -> bool {
        self.rows.len() == self.window
    }

    /// The mean of column `d`.
    pub(crate) fn mean(&self, d: usize) -> f64 {
        self.shift[d] + self.sums[d] / self.window as f64
    }

    /// The sum of squared distances of column `d` from its mean.
    pub(crate) fn squares(&self, d: usize) -> f64 {
        self.cross(d, d).max(0.0)
    }

    /// The sum of the products of the distances of columns `a` and `b` from their means.
    pub(crate) fn cross(&self, a: usize, b: usize) -> f64 {
        self.products[a][b] - self.sums[a] * self.sums[b] / self.window as f64
    }

    /// The population standard deviation of column `d`, divisor `window`.
    pub(crate) fn population_deviation(&self, d: usize) -> f64 {
        (self.squares(d) / self.window as f64).sqrt()
    }

    fn accumulate(&mut self, row: [f64; D], sign: f64) {
        let distances: [f64; D] = std::array::from_fn(|d| row[d] - self.shift[d]);
        for a in 0..D {
            self.sums[a] += sign * distances[a];
            for b in 0..D {
                self.products[a][b] += sign * (distances[a] * distances[b]);
            }
        }
    }

    fn has_collapsed(&mut self) -> bool {
        let mut collapsed = false;
        for d in 0..D {
            self.peaks[d] = self.peaks[d].max(self.products[d][d]);
            // A NaN must not outlive the window.
            collapsed |= self.products[d][d].is_nan();
            collapsed |= self.squares(d) < COLLAPSE * self.peaks[d];
        }
        collapsed
    }

    fn rebuild(&mut self) {
        let Some(&first) = self.rows.first() else { return };
        let count = self.rows.len() as f64;
        self.shift = std::array::from_fn(|d| {
            first[d] + self.rows.iter().map(|row| row[d] - first[d]).sum::<f64>() / count
        });
        (self.sums, self.products) = ([0.0; D], [[0.0; D]; D]);
        for index in 0..self.rows.len() {
            self.accumulate(self.rows[index], 1.0);
        }
        self.peaks = std::array::from_fn(|d| self.products[d][d]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::SeedStream;

    fn exact(window: &[f64]) -> (f64, f64) {
        let mean = window.iter().sum::<f64>() / window.len() as f64;
        let correction = window.iter().map(|x| x - mean).sum::<f64>() / window.len() as f64;
        let mean = mean + correction;
        (mean, window.iter().map(|x| (x - mean).powi(2)).sum())
    }

    fn check_long_run(window: usize, column: impl Fn(usize, f64) -> f64) {
        let mut rng = SeedStream::new(7).child("moments").rng();
        let mut moments = RollingMoments::new(window);
        let mut values = Vec::new();
        for row in 0..200_000 {
            values.push(column(row, rng.normal()));
            moments.push([values[row]]);
            if row >= window && row % 997 == 0 {
                let (mean, squares) = exact(&values[row + 1 - window..]);
                assert!((moments.mean(0) / mean - 1.0).abs() < 1e-12, "row {row}");
                let found = moments.squares(0);
                assert!((found / squares - 1.0).abs() < 1e-10, "row {row}: {found} {squares}");
            }
        }
    }

    #[test]
    fn long_runs_do_not_drift() {
        check_long_run(20, |row, noise| 100.0 + row as f64 * 0.01 + noise);
        check_long_run(1000, |row, noise| 100.0 + (row as f64 * 0.001).sin() * 50.0 + noise);
        check_long_run(50, |row, noise| if row % 971 == 0 { 1e12 } else { 1e3 + noise });
        check_long_run(
            50,
            |row, noise| if row / 500 % 2 == 0 { 1e-3 } else { 1e4 } * (2.0 + noise),
        );
    }

    #[test]
    fn equal_values_have_no_variance() {
        let mut moments = RollingMoments::new(7);
        for value in (0..50).map(|i| f64::from(i).sin()).chain([0.1; 7]) {
            moments.push([value, 3.0 * value]);
        }
        assert_eq!((moments.mean(0), moments.squares(0)), (0.1, 0.0));
        assert_eq!((moments.mean(1), moments.cross(0, 1)), (0.1 * 3.0, 0.0));
    }

    #[test]
    fn a_nan_leaves_with_its_row() {
        let mut moments = RollingMoments::new(4);
        for value in [1.0, 2.0, f64::NAN, 3.0, 5.0, 4.0, 6.0] {
            moments.push([value]);
        }
        assert_eq!((moments.mean(0), moments.squares(0)), (4.5, 5.0));
    }
}
