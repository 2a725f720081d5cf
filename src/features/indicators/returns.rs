//! Returns of the close and their volatility.

use super::rolling::{Ring, RollingMoments};
use crate::features::kernel::{Kernel, KernelInput};

/// How a close is compared with an earlier one.
#[derive(Debug, Clone, Copy)]
pub(super) enum Scale {
    /// `(close − earlier)/earlier`, a fraction.
    Simple,
    /// `ln(close/earlier)`.
    Log,
    /// `100·(close/earlier − 1)`, percent.
    Percent,
}

impl Scale {
    fn change(self, close: f64, earlier: f64) -> f64 {
        match self {
            Self::Simple => (close - earlier) / earlier,
            Self::Log => (close / earlier).ln(),
            Self::Percent => 100.0 * (close / earlier - 1.0),
        }
    }
}

/// The change of the close over `window` bars: `return`, `log_return` and `roc`.
///
/// Warm-up `window + 1` bars. A flat close gives 0.
///
/// # Source
/// TA-Lib `ROCP` (simple) and `ROC` (percent).
pub(super) struct Change {
    scale: Scale,
    window: usize,
    closes: Ring,
}

impl Change {
    pub(super) fn new(scale: Scale, window: usize) -> Self {
        Self { scale, window, closes: Ring::new(window) }
    }
}

impl Kernel for Change {
    fn num_outputs(&self) -> usize {
        1
    }

    fn warm_up(&self) -> usize {
        self.window + 1
    }

    fn update(&mut self, input: &KernelInput<'_>, out: &mut [f64]) {
        let close = input.bar.close;
        let earlier = self.closes.push(close);
        out[0] = earlier.map_or(f64::NAN, |earlier| self.scale.change(close, earlier));
    }
}

/// Sample standard deviation (divisor `window − 1`) of the last `window` one-bar log returns of
/// the close, per bar and not annualized.
///
/// Warm-up `window + 1` bars. A flat close gives 0.
pub(super) struct Volatility {
    window: usize,
    last: Option<f64>,
    moments: RollingMoments<1>,
}

impl Volatility {
    pub(super) fn new(window: usize) -> Self {
        Self { window, last: None, moments: RollingMoments::new(window) }
    }
}

impl Kernel for Volatility {
    fn num_outputs(&self) -> usize {
        1
    }

    fn warm_up(&self) -> usize {
        self.window + 1
    }

    fn update(&mut self, input: &KernelInput<'_>, out: &mut [f64]) {
        let close = input.bar.close;
        if let Some(last) = self.last.replace(close) {
            self.moments.push([(close / last).ln()]);
        }
        let freedom = self.window.saturating_sub(1).max(1) as f64;
        let deviation = || (self.moments.squares(0) / freedom).sqrt();
        out[0] = if self.moments.is_full() { deviation() } else { f64::NAN };
    }
}
