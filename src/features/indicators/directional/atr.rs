//! Average true range.

use crate::domain::Bar;
use crate::features::indicators::averages::SeededAverage;
use crate::features::kernel::{Kernel, KernelInput};

/// The range of a bar, widened to the close before it.
pub(super) fn true_range(bar: &Bar, last_close: f64) -> f64 {
    (bar.high - bar.low).max((bar.high - last_close).abs()).max((bar.low - last_close).abs())
}

/// Wilder average of the true range `max(high − low, |high − last close|, |low − last close|)`.
///
/// Starts as the mean of the first `window` true ranges; the first bar has none. Warm-up
/// `window + 1` bars. Unit of the price; 0 where the price stands still.
///
/// # Source
/// Wilder (1978); TA-Lib `ATR`.
pub(in crate::features::indicators) struct Atr {
    window: usize,
    last: Option<f64>,
    average: SeededAverage,
}

impl Atr {
    pub(in crate::features::indicators) fn new(window: usize) -> Self {
        Self { window, last: None, average: SeededAverage::wilder(window) }
    }
}

impl Kernel for Atr {
    fn num_outputs(&self) -> usize {
        1
    }

    fn warm_up(&self) -> usize {
        self.window + 1
    }

    fn update(&mut self, input: &KernelInput<'_>, out: &mut [f64]) {
        let last = self.last.replace(input.bar.close);
        out[0] = last.map_or(f64::NAN, |last| self.average.push(true_range(input.bar, last)));
    }
}
