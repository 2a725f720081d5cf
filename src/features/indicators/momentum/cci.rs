//! Commodity channel index.

use crate::features::indicators::rolling::{Ring, RollingMoments};
use crate::features::kernel::{Kernel, KernelInput};

/// `(p − mean)/(0.015·mean absolute deviation)` of the typical price `p = (high + low + close)/3`
/// over `window` bars.
///
/// Warm-up `window` bars. 0 where the typical price stood still. Each update reads the window.
///
/// # Source
/// Lambert, Commodity Channel Index (1980), also for the constant 0.015; TA-Lib `CCI`.
pub(in crate::features::indicators) struct Cci {
    window: usize,
    prices: Ring,
    moments: RollingMoments<1>,
}

impl Cci {
    pub(in crate::features::indicators) fn new(window: usize) -> Self {
        Self { window, prices: Ring::new(window), moments: RollingMoments::new(window) }
    }
}

impl Kernel for Cci {
    fn num_outputs(&self) -> usize {
        1
    }

    fn warm_up(&self) -> usize {
        self.window
    }

    fn update(&mut self, input: &KernelInput<'_>, out: &mut [f64]) {
        let price = (input.bar.high + input.bar.low + input.bar.close) / 3.0;
        self.prices.push(price);
        self.moments.push([price]);
        if !self.moments.is_full() {
            out[0] = f64::NAN;
            return;
        }
        let mean = self.moments.mean(0);
        let total: f64 = self.prices.iter().map(|p| (p - mean).abs()).sum();
        let deviation = total / self.window as f64;
        out[0] = if deviation == 0.0 { 0.0 } else { (price - mean) / (0.015 * deviation) };
    }
}
