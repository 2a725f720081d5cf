//! Stochastic oscillator.

use crate::config;
use crate::features::indicators::rolling::{RollingExtreme, RollingMoments};
use crate::features::kernel::{Kernel, KernelInput};

/// Slow stochastic: `raw = 100·(close − lowest low)/(highest high − lowest low)` over `k` bars,
/// `%K = SMA(raw, smooth)`, `%D = SMA(%K, d)`.
///
/// Outputs k, d, in 0..=100; warm-up `k + smooth + d − 2` bars for both. `raw` is 0 where high and
/// low are equal over the window, as in TA-Lib.
///
/// # Source
/// TA-Lib `STOCH` with simple averages.
pub(in crate::features::indicators) struct Stochastic {
    spec: config::Stochastic,
    count: usize,
    highest: RollingExtreme,
    lowest: RollingExtreme,
    slow_k: RollingMoments<1>,
    slow_d: RollingMoments<1>,
}

impl Stochastic {
    pub(in crate::features::indicators) fn new(spec: config::Stochastic) -> Self {
        Self {
            spec,
            count: 0,
            highest: RollingExtreme::highest(spec.k),
            lowest: RollingExtreme::lowest(spec.k),
            slow_k: RollingMoments::new(spec.smooth),
            slow_d: RollingMoments::new(spec.d),
        }
    }
}

impl Kernel for Stochastic {
    fn num_outputs(&self) -> usize {
        2
    }

    fn warm_up(&self) -> usize {
        self.spec.k + self.spec.smooth + self.spec.d - 2
    }

    fn update(&mut self, input: &KernelInput<'_>, out: &mut [f64]) {
        out.fill(f64::NAN);
        self.count = self.count.saturating_add(1);
        let (highest, _) = self.highest.push(input.bar.high);
        let (lowest, _) = self.lowest.push(input.bar.low);
        if self.count < self.spec.k {
            return;
        }
        let range = highest - lowest;
        let raw = if range == 0.0 { 0.0 } else { 100.0 * (input.bar.close - lowest) / range };
        self.slow_k.push([raw]);
        if !self.slow_k.is_full() {
            return;
        }
        let slow_k = self.slow_k.mean(0);
        self.slow_d.push([slow_k]);
        if self.slow_d.is_full() {
            out.copy_from_slice(&[slow_k, self.slow_d.mean(0)]);
        }
    }
}
