//! The sine fit of the smoothed and detrended window.

use super::sine::SineGrid;
use super::smoothing::{Gaussian, detrend};
use super::window::Window;
use crate::config::{Inflection, PriceInput};
use crate::features::kernel::{Kernel, KernelInput, read};

/// Below this fraction of the input now, root mean square, a detrended window counts as straight.
const FLAT: f64 = 1e-12;

/// Four outputs: amplitude as a fraction of the input now, frequency in cycles per bar, phase at
/// the last bar in radians, and the share of the wave that the sine leaves unexplained.
///
/// The window over the input now is smoothed by a Gaussian of `sigma_bars`, a least-squares line is
/// taken off, and `A·sin(ωi + φ) + c` is fitted by linear least squares for each ω of a fixed grid:
/// ½ to 8 cycles per window in steps of ¼, at least four bars a cycle. The ω with the least residual
/// wins. A straight window, or an input of 0 now, gives four zeros.
pub(super) struct InflectionKernel {
    window: Window,
    input: PriceInput,
    gaussian: Gaussian,
    grid: SineGrid,
    scaled: Vec<f64>,
    smooth: Vec<f64>,
}

impl InflectionKernel {
    pub(super) fn new(settings: &Inflection) -> Self {
        Self {
            window: Window::new(settings.window),
            input: settings.input,
            gaussian: Gaussian::new(settings.sigma_bars),
            grid: SineGrid::new(settings.window),
            scaled: vec![0.0; settings.window],
            smooth: vec![0.0; settings.window],
        }
    }
}

impl Kernel for InflectionKernel {
    fn num_outputs(&self) -> usize {
        4
    }

    fn warm_up(&self) -> usize {
        self.window.len()
    }

    fn update(&mut self, input: &KernelInput<'_>, out: &mut [f64]) {
        let Some(samples) = self.window.push(read(self.input, input.bar)) else {
            out.fill(f64::NAN);
            return;
        };
        out.fill(0.0);
        let now = samples[samples.len() - 1];
        if now == 0.0 {
            return;
        }
        self.scaled.iter_mut().zip(samples).for_each(|(to, sample)| *to = sample / now);
        self.gaussian.apply(&self.scaled, &mut self.smooth);
        detrend(&mut self.smooth);
        let energy: f64 = self.smooth.iter().map(|x| x * x).sum();
        if energy <= FLAT * FLAT * self.smooth.len() as f64 {
            return;
        }
        let fit = self.grid.fit(&self.smooth);
        out.copy_from_slice(&[fit.amplitude, fit.frequency, fit.phase, fit.residual]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Timestamp;
    use crate::domain::Bar;

    fn last(closes: &[f64], sigma_bars: f64) -> [f64; 4] {
        let settings = Inflection { window: closes.len(), input: PriceInput::Close, sigma_bars };
        let mut kernel = InflectionKernel::new(&settings);
        let mut out = [0.0; 4];
        for &close in closes {
            let time = Timestamp::MIN;
            let (open, high, low, volume) = (close, close, close, 0.0);
            let bar = Bar { open_time: time, available_at: time, open, high, low, close, volume };
            kernel.update(&KernelInput { bar: &bar, other: None }, &mut out);
        }
        out
    }

    #[test]
    fn a_wave_on_a_trend_is_found() {
        let wave = |i: f64| 100.0 + 0.1 * i + 2.0 * (std::f64::consts::TAU * i / 20.0).sin();
        let closes: Vec<f64> = (0..80).map(|i| wave(f64::from(i))).collect();
        let [amplitude, frequency, _, residual] = last(&closes, 1.0);
        assert!((frequency - 0.05).abs() < 0.004, "{frequency}");
        assert!((amplitude - 0.018).abs() < 0.003, "{amplitude}");
        assert!(residual < 0.35, "{residual}");
    }

    #[test]
    fn the_scale_of_the_price_does_not_matter() {
        let closes: Vec<f64> = (0..32).map(|i| 10.0 + f64::from(i * i % 7)).collect();
        let scaled: Vec<f64> = closes.iter().map(|x| x * 64.0).collect();
        assert_eq!(last(&closes, 2.0), last(&scaled, 2.0));
    }

    #[test]
    fn a_straight_window_gives_zeros() {
        let line: Vec<f64> = (0..30).map(|i| 100.0 + f64::from(i)).collect();
        assert_eq!(last(&line, 0.0), [0.0; 4]);
        assert_eq!(last(&[3.0; 10], 2.0), [0.0; 4]);
    }
}
