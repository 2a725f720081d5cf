//! Aroon.

use crate::features::indicators::rolling::RollingExtreme;
use crate::features::kernel::{Kernel, KernelInput};

/// `up = 100·(window − age of the highest high)/window`, `down` likewise of the lowest low, over
/// `window + 1` bars; the newest bar has age 0, of equal extremes the newest counts.
///
/// Outputs up, down, in 0..=100; warm-up `window + 1` bars. On flat bars both are 100.
///
/// # Source
/// Chande, The Time Price Oscillator (1995); TA-Lib `AROON`, whose outputs come in the order
/// down, up.
pub(in crate::features::indicators) struct Aroon {
    window: usize,
    count: usize,
    highest: RollingExtreme,
    lowest: RollingExtreme,
}

impl Aroon {
    pub(in crate::features::indicators) fn new(window: usize) -> Self {
        let highest = RollingExtreme::highest(window + 1);
        let lowest = RollingExtreme::lowest(window + 1);
        Self { window, count: 0, highest, lowest }
    }
}

impl Kernel for Aroon {
    fn num_outputs(&self) -> usize {
        2
    }

    fn warm_up(&self) -> usize {
        self.window + 1
    }

    fn update(&mut self, input: &KernelInput<'_>, out: &mut [f64]) {
        self.count = self.count.saturating_add(1);
        let (_, high_age) = self.highest.push(input.bar.high);
        let (_, low_age) = self.lowest.push(input.bar.low);
        if self.count < self.warm_up() {
            out.fill(f64::NAN);
            return;
        }
        let window = self.window as f64;
        let share = |age: f64| 100.0 * (window - age) / window;
        out.copy_from_slice(&[share(high_age), share(low_age)]);
    }
}
