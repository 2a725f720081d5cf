//! Relative strength index.

use crate::features::indicators::averages::SeededAverage;
use crate::features::kernel::{Kernel, KernelInput};

/// `100·gain/(gain + loss)`, the Wilder averages of the rises and falls of the close.
///
/// Both averages start as the mean of the first `window` changes. Warm-up `window + 1` bars. In
/// 0..=100; 0 where the close has never moved, as in TA-Lib.
///
/// # Source
/// Wilder, New Concepts in Technical Trading Systems (1978); TA-Lib `RSI`.
pub(in crate::features::indicators) struct Rsi {
    window: usize,
    last: Option<f64>,
    gain: SeededAverage,
    loss: SeededAverage,
}

impl Rsi {
    pub(in crate::features::indicators) fn new(window: usize) -> Self {
        let average = SeededAverage::wilder(window);
        Self { window, last: None, gain: average.clone(), loss: average }
    }
}

impl Kernel for Rsi {
    fn num_outputs(&self) -> usize {
        1
    }

    fn warm_up(&self) -> usize {
        self.window + 1
    }

    fn update(&mut self, input: &KernelInput<'_>, out: &mut [f64]) {
        let close = input.bar.close;
        let Some(last) = self.last.replace(close) else {
            out[0] = f64::NAN;
            return;
        };
        let gain = self.gain.push((close - last).max(0.0));
        let loss = self.loss.push((last - close).max(0.0));
        let moved = gain + loss;
        out[0] = if moved == 0.0 { 0.0 } else { 100.0 * gain / moved };
    }
}
