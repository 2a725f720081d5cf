//! Stationary block bootstrap.

use rayon::prelude::*;

use crate::base::SeedStream;
use crate::metrics::distribution::percentile_sorted;

/// Below this share of resamples with a value, a metric gets no interval.
const DEFINED_SHARE_MIN: f64 = 0.9;

/// How intervals are drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BootstrapOptions {
    /// Resamples; 0 leaves all intervals out.
    pub samples: usize,
    /// Mean length of a block, bars, at least 1. Longer blocks keep longer dependence.
    pub mean_block_bars: f64,
    /// Probability that the interval covers, such as 0.95.
    pub confidence: f64,
}

/// Draws resamples of row numbers: blocks of geometric length, wrapped around the end.
///
/// Each resample has its own stream of random numbers, so that the number of threads changes nothing.
///
/// # Source
/// Politis and Romano, "The Stationary Bootstrap", JASA 89, 1994; percentile intervals.
#[derive(Debug, Clone)]
pub struct Resampler {
    options: BootstrapOptions,
    seeds: SeedStream,
}

impl Resampler {
    /// A resampler whose results depend on `options` and `seeds` only.
    #[must_use]
    pub fn new(options: BootstrapOptions, seeds: &SeedStream) -> Self {
        Self { options, seeds: seeds.child("bootstrap") }
    }

    /// The row numbers of one resample of `count` rows.
    #[must_use]
    pub fn rows(&self, sample: usize, count: usize) -> Vec<usize> {
        let mut rows = Vec::with_capacity(count);
        if count == 0 {
            return rows;
        }
        let mut rng = self.seeds.index(sample).rng();
        let restart = 1.0 / self.options.mean_block_bars.max(1.0);
        let mut row = rng.below(count);
        for _ in 0..count {
            rows.push(row);
            row = if rng.uniform() < restart { rng.below(count) } else { (row + 1) % count };
        }
        rows
    }

    /// Percentile intervals of several statistics of `count` rows at once, in the order that
    /// `statistics` gives them; `None` where too few resamples have a value.
    pub fn intervals(
        &self,
        count: usize,
        statistics: impl Fn(&[usize]) -> Vec<Option<f64>> + Sync,
    ) -> Vec<Option<(f64, f64)>> {
        if count < 2 {
            return Vec::new();
        }
        let draws: Vec<Vec<Option<f64>>> = (0..self.options.samples)
            .into_par_iter()
            .map(|sample| statistics(&self.rows(sample, count)))
            .collect();
        let num_statistics = draws.first().map_or(0, Vec::len);
        (0..num_statistics).map(|column| self.interval(&draws, column)).collect()
    }

    fn interval(&self, draws: &[Vec<Option<f64>>], column: usize) -> Option<(f64, f64)> {
        let mut values: Vec<f64> = draws.iter().filter_map(|draw| draw[column]).collect();
        if (values.len() as f64) < DEFINED_SHARE_MIN * draws.len() as f64 {
            return None;
        }
        values.sort_unstable_by(f64::total_cmp);
        let tail = (1.0 - self.options.confidence) / 2.0;
        Some((percentile_sorted(&values, tail)?, percentile_sorted(&values, 1.0 - tail)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resampler(samples: usize, mean_block_bars: f64) -> Resampler {
        let options = BootstrapOptions { samples, mean_block_bars, confidence: 0.9 };
        Resampler::new(options, &SeedStream::new(3))
    }

    #[test]
    fn blocks_have_the_asked_mean_length() {
        let rows = resampler(1, 8.0).rows(0, 100_000);
        let joins = rows.windows(2).filter(|pair| pair[1] == (pair[0] + 1) % 100_000).count();
        let share = joins as f64 / 99_999.0;
        assert!((share - 7.0 / 8.0).abs() < 0.01, "{share}");
    }

    #[test]
    fn intervals_are_the_same_twice_and_hold_the_mean() {
        let values: Vec<f64> = (0..200).map(|i| f64::from(i % 7)).collect();
        let mean = |rows: &[usize]| {
            vec![Some(rows.iter().map(|&row| values[row]).sum::<f64>() / rows.len() as f64), None]
        };
        let first = resampler(500, 5.0).intervals(values.len(), mean);
        assert_eq!(first, resampler(500, 5.0).intervals(values.len(), mean));
        let (low, high) = first[0].unwrap();
        assert!(low < 2.97 && 2.97 < high && high - low < 1.0, "{low} {high}");
        assert_eq!(first[1], None);
    }

    #[test]
    fn too_few_rows_have_no_interval() {
        let none = |_: &[usize]| vec![Some(1.0)];
        assert!(resampler(10, 5.0).intervals(0, none).is_empty());
        assert!(resampler(10, 5.0).intervals(1, none).is_empty());
        assert!(resampler(0, 5.0).intervals(9, none).is_empty());
    }
}
