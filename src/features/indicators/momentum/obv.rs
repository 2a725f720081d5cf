//! On-balance volume.

use crate::features::kernel::{Kernel, KernelInput};

/// The running sum of volume, added when the close rises and taken away when it falls.
///
/// Starts as the volume of the first bar; warm-up 1 bar; unit of the volume. It depends on where
/// the history begins: difference or standardize it before learning from it.
///
/// # Source
/// Granville, New Key to Stock Market Profits (1963); TA-Lib `OBV`.
pub(in crate::features::indicators) struct Obv {
    last: Option<f64>,
    total: f64,
}

impl Obv {
    pub(in crate::features::indicators) const fn new() -> Self {
        Self { last: None, total: 0.0 }
    }
}

impl Kernel for Obv {
    fn num_outputs(&self) -> usize {
        1
    }

    fn warm_up(&self) -> usize {
        1
    }

    fn update(&mut self, input: &KernelInput<'_>, out: &mut [f64]) {
        let (close, volume) = (input.bar.close, input.bar.volume);
        match self.last.replace(close) {
            Some(last) if close < last => self.total -= volume,
            Some(last) if close > last => self.total += volume,
            Some(_) => {}
            None => self.total = volume,
        }
        out[0] = self.total;
    }
}
