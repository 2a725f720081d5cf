//! Moving averages and the difference of two of them.

use super::rolling::RollingMoments;
use crate::config::{self, InputWindow, PriceInput};
use crate::features::kernel::{Kernel, KernelInput, read};

/// Simple moving average: the mean of the last `window` values of the input.
///
/// Warm-up `window` bars. Unit of the input.
///
/// # Source
/// TA-Lib `SMA`.
pub(super) struct Sma {
    input: PriceInput,
    window: usize,
    moments: RollingMoments<1>,
}

impl Sma {
    pub(super) fn new(spec: InputWindow) -> Self {
        Self { input: spec.input, window: spec.window, moments: RollingMoments::new(spec.window) }
    }
}

impl Kernel for Sma {
    fn num_outputs(&self) -> usize {
        1
    }

    fn warm_up(&self) -> usize {
        self.window
    }

    fn update(&mut self, input: &KernelInput<'_>, out: &mut [f64]) {
        self.moments.push([read(self.input, input.bar)]);
        out[0] = if self.moments.is_full() { self.moments.mean(0) } else { f64::NAN };
    }
}

/// A recursive average that starts as the mean of its first `window` values.
///
/// `y ← y + weight·(x − y)`; NaN until `window` values have been seen.
#[derive(Debug, Clone)]
pub(super) struct SeededAverage {
    window: usize,
    weight: f64,
    count: usize,
    value: f64,
}

impl SeededAverage {
    /// The exponential average of TA-Lib: weight `2/(window + 1)`.
    pub(super) fn exponential(window: usize) -> Self {
        Self { window, weight: 2.0 / (window as f64 + 1.0), count: 0, value: 0.0 }
    }

    /// Wilder's average: weight `1/window`.
    pub(super) fn wilder(window: usize) -> Self {
        Self { window, weight: 1.0 / window as f64, count: 0, value: 0.0 }
    }

    pub(super) fn push(&mut self, value: f64) -> f64 {
        self.count = self.count.saturating_add(1);
        if self.count > self.window {
            self.value += self.weight * (value - self.value);
            return self.value;
        }
        self.value += value;
        if self.count < self.window {
            return f64::NAN;
        }
        self.value /= self.window as f64;
        self.value
    }
}

/// Exponential moving average with weight `2/(window + 1)`, seeded by the mean of the first
/// `window` values.
///
/// Warm-up `window` bars. Unit of the input.
///
/// # Source
/// TA-Lib `EMA`, default compatibility.
pub(super) struct Ema {
    input: PriceInput,
    average: SeededAverage,
}

impl Ema {
    pub(super) fn new(spec: InputWindow) -> Self {
        Self { input: spec.input, average: SeededAverage::exponential(spec.window) }
    }
}

impl Kernel for Ema {
    fn num_outputs(&self) -> usize {
        1
    }

    fn warm_up(&self) -> usize {
        self.average.window
    }

    fn update(&mut self, input: &KernelInput<'_>, out: &mut [f64]) {
        out[0] = self.average.push(read(self.input, input.bar));
    }
}

/// Moving average convergence/divergence of the close: `macd = EMA(fast) − EMA(slow)`,
/// `signal = EMA(macd)`, `histogram = macd − signal`.
///
/// The fast average starts `slow − fast` bars late, so that both seeds end at bar `slow`; the
/// signal is seeded by the mean of the first `signal` differences. Warm-up `slow + signal − 1`
/// bars. Unit of the price.
///
/// # Source
/// TA-Lib `MACD`.
pub(super) struct Macd {
    late: usize,
    fast: SeededAverage,
    slow: SeededAverage,
    signal: SeededAverage,
}

impl Macd {
    pub(super) fn new(spec: config::Macd) -> Self {
        Self {
            late: spec.slow.saturating_sub(spec.fast),
            fast: SeededAverage::exponential(spec.fast),
            slow: SeededAverage::exponential(spec.slow),
            signal: SeededAverage::exponential(spec.signal),
        }
    }
}

impl Kernel for Macd {
    fn num_outputs(&self) -> usize {
        3
    }

    fn warm_up(&self) -> usize {
        self.slow.window + self.signal.window - 1
    }

    fn update(&mut self, input: &KernelInput<'_>, out: &mut [f64]) {
        out.fill(f64::NAN);
        let close = input.bar.close;
        let slow = self.slow.push(close);
        if self.slow.count <= self.late {
            return;
        }
        let fast = self.fast.push(close);
        if self.slow.count < self.slow.window {
            return;
        }
        let macd = fast - slow;
        let signal = self.signal.push(macd);
        if self.signal.count >= self.signal.window {
            out.copy_from_slice(&[macd, signal, macd - signal]);
        }
    }
}
