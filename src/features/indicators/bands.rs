//! Distances from a rolling mean in rolling standard deviations.

use super::rolling::RollingMoments;
use crate::config::{self, InputWindow, PriceInput};
use crate::features::kernel::{Kernel, KernelInput, read};

/// `(x − mean)/deviation` of the input over the last `window` bars, the newest included.
///
/// The deviation is that of the population (divisor `window`). Warm-up `window` bars. Where all
/// values are equal the score is 0.
///
/// # Source
/// TA-Lib `SMA` and `STDDEV` with `nbdev` 1.
pub(super) struct ZScore {
    input: PriceInput,
    window: usize,
    moments: RollingMoments<1>,
}

impl ZScore {
    pub(super) fn new(spec: InputWindow) -> Self {
        Self { input: spec.input, window: spec.window, moments: RollingMoments::new(spec.window) }
    }
}

impl Kernel for ZScore {
    fn num_outputs(&self) -> usize {
        1
    }

    fn warm_up(&self) -> usize {
        self.window
    }

    fn update(&mut self, input: &KernelInput<'_>, out: &mut [f64]) {
        let value = read(self.input, input.bar);
        self.moments.push([value]);
        let deviation = self.moments.population_deviation(0);
        out[0] = if !self.moments.is_full() {
            f64::NAN
        } else if deviation == 0.0 {
            0.0
        } else {
            (value - self.moments.mean(0)) / deviation
        };
    }
}

/// Bollinger bands of the close: the mean of `window` bars, and `deviations` population standard
/// deviations above and below it.
///
/// Outputs upper, middle, lower; warm-up `window` bars; unit of the price. On a flat close the
/// three are equal.
///
/// # Source
/// TA-Lib `BBANDS` with the simple average.
pub(super) struct Bollinger {
    window: usize,
    deviations: f64,
    moments: RollingMoments<1>,
}

impl Bollinger {
    pub(super) fn new(spec: config::Bollinger) -> Self {
        let moments = RollingMoments::new(spec.window);
        Self { window: spec.window, deviations: spec.deviations, moments }
    }
}

impl Kernel for Bollinger {
    fn num_outputs(&self) -> usize {
        3
    }

    fn warm_up(&self) -> usize {
        self.window
    }

    fn update(&mut self, input: &KernelInput<'_>, out: &mut [f64]) {
        self.moments.push([input.bar.close]);
        if !self.moments.is_full() {
            out.fill(f64::NAN);
            return;
        }
        let middle = self.moments.mean(0);
        let width = self.deviations * self.moments.population_deviation(0);
        out.copy_from_slice(&[middle + width, middle, middle - width]);
    }
}
