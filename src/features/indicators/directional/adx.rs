//! Average directional index.

use super::atr::true_range;
use crate::domain::Bar;
use crate::features::kernel::{Kernel, KernelInput};

/// Average directional index with its two directional indicators.
///
/// Of the rise of the high and the fall of the low only the larger counts, and only if positive:
/// `+DM` or `−DM`. With Wilder sums `S ← S − S/window + x` that start as plain sums of the first
/// `window − 1` values: `±DI = 100·S(±DM)/S(true range)`, `DX = 100·|+DI − −DI|/(+DI + −DI)`; ADX is
/// the Wilder average of DX, seeded by the mean of its first `window` values.
///
/// Outputs adx, `plus_di`, `minus_di`, in 0..=100; warm-up `2·window` bars for all three. On bars
/// without range DI is 0; a bar with both DI at 0 counts 0 in the seed and leaves ADX as it was
/// later, as in TA-Lib.
///
/// # Source
/// Wilder (1978); TA-Lib `ADX`, `PLUS_DI`, `MINUS_DI`.
pub(in crate::features::indicators) struct Adx {
    window: usize,
    last: Option<Bar>,
    /// Bars after the first one.
    count: usize,
    /// Sums of +DM, −DM and the true range.
    sums: [f64; 3],
    adx: f64,
}

impl Adx {
    pub(in crate::features::indicators) const fn new(window: usize) -> Self {
        Self { window, last: None, count: 0, sums: [0.0; 3], adx: 0.0 }
    }

    fn smooth(&mut self, values: [f64; 3]) {
        let decay = if self.count < self.window { 0.0 } else { 1.0 / self.window as f64 };
        for (sum, value) in self.sums.iter_mut().zip(values) {
            *sum += value - decay * *sum;
        }
    }

    fn average(&mut self, plus: f64, minus: f64) {
        let window = self.window as f64;
        let moved = plus + minus;
        let dx = (moved != 0.0).then(|| 100.0 * (plus - minus).abs() / moved);
        if self.count < 2 * self.window {
            self.adx += dx.unwrap_or(0.0) / window;
        } else if let Some(dx) = dx {
            self.adx += (dx - self.adx) / window;
        }
    }
}

impl Kernel for Adx {
    fn num_outputs(&self) -> usize {
        3
    }

    fn warm_up(&self) -> usize {
        2 * self.window
    }

    fn update(&mut self, input: &KernelInput<'_>, out: &mut [f64]) {
        out.fill(f64::NAN);
        let Some(last) = self.last.replace(*input.bar) else { return };
        self.count = self.count.saturating_add(1);
        let (plus, minus) = movement(input.bar, &last);
        self.smooth([plus, minus, true_range(input.bar, last.close)]);
        if self.count < self.window {
            return;
        }
        let share = |sum: f64| if self.sums[2] == 0.0 { 0.0 } else { 100.0 * sum / self.sums[2] };
        let (plus_di, minus_di) = (share(self.sums[0]), share(self.sums[1]));
        self.average(plus_di, minus_di);
        if self.count + 1 >= self.warm_up() {
            out.copy_from_slice(&[self.adx, plus_di, minus_di]);
        }
    }
}

fn movement(bar: &Bar, last: &Bar) -> (f64, f64) {
    let (rise, fall) = (bar.high - last.high, last.low - bar.low);
    if fall > 0.0 && rise < fall {
        (0.0, fall)
    } else if rise > 0.0 && rise > fall {
        (rise, 0.0)
    } else {
        (0.0, 0.0)
    }
}
