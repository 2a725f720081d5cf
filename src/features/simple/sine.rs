//! The sine that fits a window best, by linear least squares on a fixed grid of frequencies.

use std::f64::consts::TAU;

/// Frequencies tried, in quarter cycles per window: half a cycle to eight cycles.
const QUARTER_CYCLES: std::ops::RangeInclusive<u32> = 2..=32;

/// What a sine has to say: `amplitude · sin(2π·frequency·i + phase) + offset`, `i = 0` at the last
/// sample and negative before it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct SineFit {
    /// At least 0, in the units of the samples.
    pub(super) amplitude: f64,
    /// Cycles per sample.
    pub(super) frequency: f64,
    /// Radians at the last sample, −π to π.
    pub(super) phase: f64,
    /// Root mean square of what is left over, as a fraction of the samples' own; 0 to 1.
    pub(super) residual: f64,
}

/// One frequency with an orthonormal basis of the span of `{1, sin, cos}`.
struct Frequency {
    cycles_per_sample: f64,
    /// The two directions beside the constant one.
    first: Vec<f64>,
    second: Vec<f64>,
    /// `sin = … + sin_on_first · first`, `cos = … + cos_on_first · first + cos_on_second · second`.
    sin_on_first: f64,
    cos_on_first: f64,
    cos_on_second: f64,
}

/// The grid for one length of window, worked out once.
pub(super) struct SineGrid {
    frequencies: Vec<Frequency>,
}

impl SineGrid {
    /// Frequencies of ½, ¾, 1, … 8 cycles per window, none with fewer than four samples a cycle;
    /// `len` is 8 or more.
    pub(super) fn new(len: usize) -> Self {
        let frequencies = QUARTER_CYCLES
            .map(|quarters| f64::from(quarters) / 4.0 / len as f64)
            .filter(|&frequency| frequency <= 0.25)
            .map(|frequency| Frequency::new(frequency, len))
            .collect();
        Self { frequencies }
    }

    /// The best sine for samples whose mean is 0; of equals the slowest. Flat samples give zeros.
    pub(super) fn fit(&self, samples: &[f64]) -> SineFit {
        let energy = dot(samples, samples);
        let mut best = SineFit { amplitude: 0.0, frequency: 0.0, phase: 0.0, residual: 0.0 };
        let mut explained = 0.0;
        for frequency in &self.frequencies {
            let on_first = dot(samples, &frequency.first);
            let on_second = dot(samples, &frequency.second);
            let gain = on_first * on_first + on_second * on_second;
            if gain > explained {
                explained = gain;
                best = frequency.sine(on_first, on_second);
                best.residual = ((energy - gain).max(0.0) / energy).sqrt();
            }
        }
        best
    }
}

impl Frequency {
    fn new(cycles_per_sample: f64, len: usize) -> Self {
        let angle = |index: usize| -TAU * cycles_per_sample * (len - 1 - index) as f64;
        let mut first: Vec<f64> = (0..len).map(|index| angle(index).sin()).collect();
        let mut second: Vec<f64> = (0..len).map(|index| angle(index).cos()).collect();
        center(&mut first);
        center(&mut second);
        let sin_on_first = normalize(&mut first);
        let cos_on_first = dot(&second, &first);
        second.iter_mut().zip(&first).for_each(|(x, unit)| *x -= cos_on_first * unit);
        let cos_on_second = normalize(&mut second);
        Self { cycles_per_sample, first, second, sin_on_first, cos_on_first, cos_on_second }
    }

    /// Back from the basis to `a·sin + b·cos`, then to amplitude and phase.
    fn sine(&self, on_first: f64, on_second: f64) -> SineFit {
        let cos_part = on_second / self.cos_on_second;
        let sin_part = (on_first - cos_part * self.cos_on_first) / self.sin_on_first;
        SineFit {
            amplitude: sin_part.hypot(cos_part),
            frequency: self.cycles_per_sample,
            phase: cos_part.atan2(sin_part),
            residual: 0.0,
        }
    }
}

fn dot(left: &[f64], right: &[f64]) -> f64 {
    left.iter().zip(right).map(|(a, b)| a * b).sum()
}

fn center(samples: &mut [f64]) {
    let mean = samples.iter().sum::<f64>() / samples.len() as f64;
    samples.iter_mut().for_each(|sample| *sample -= mean);
}

/// Scales to length 1 and returns the length before.
fn normalize(samples: &mut [f64]) -> f64 {
    let length = dot(samples, samples).sqrt();
    samples.iter_mut().for_each(|sample| *sample /= length);
    length
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sine_on_the_grid_is_found() {
        let len = 40_usize;
        for (cycles, phase) in [(1.25, 0.7), (2.0, -2.9), (5.5, 3.0), (0.75, 0.0)] {
            let frequency = cycles / 40.0;
            let mut samples: Vec<f64> = (0..len)
                .map(|i| 0.3 * (TAU * frequency * (i as f64 - 39.0) + phase).sin())
                .collect();
            center(&mut samples);
            let fit = SineGrid::new(len).fit(&samples);
            assert!((fit.amplitude - 0.3).abs() < 1e-9, "{fit:?}");
            assert!((fit.frequency - frequency).abs() < 1e-12, "{fit:?}");
            assert!((fit.phase - phase).abs() < 1e-9, "{fit:?}");
            assert!(fit.residual < 1e-6, "{fit:?}");
        }
    }

    #[test]
    fn flat_samples_give_zeros() {
        let fit = SineGrid::new(8).fit(&[0.0; 8]);
        let zeros = SineFit { amplitude: 0.0, frequency: 0.0, phase: 0.0, residual: 0.0 };
        assert_eq!(fit, zeros);
    }

    /// Lines of the fixture: amplitude, frequency, phase and residual of `numpy.linalg.lstsq` on the
    /// same grid, then the samples.
    #[test]
    fn fits_equal_numpy() {
        let text =
            include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/simple/sine.csv"));
        let mut rows = 0;
        for line in text.lines() {
            let numbers: Vec<f64> = line.split(',').map(|x| x.parse().unwrap()).collect();
            let (expected, samples) = numbers.split_at(4);
            let fit = SineGrid::new(samples.len()).fit(samples);
            let found = [fit.amplitude, fit.frequency, fit.phase, fit.residual];
            for (found, expected) in found.iter().zip(expected) {
                assert!((found - expected).abs() < 1e-8, "{found} {expected} in {line}");
            }
            rows += 1;
        }
        assert!(rows >= 6);
    }
}
