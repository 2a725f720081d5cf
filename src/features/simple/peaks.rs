//! Angles of the slopes around the last peak of the band-passed window.

use super::butterworth::BandPass;
use super::gradient::{angle, slope};
use super::window::Window;
use crate::config::{PeakGradient, PriceInput};
use crate::features::kernel::{Kernel, KernelInput, read};

/// Three outputs in degrees: before the peak, after it, over the whole window.
///
/// The window passes through a Butterworth band-pass of order 2, forward and backward. The peak `p`
/// is the last sample of the filtered window, ends excluded, that is above its left neighbor and not
/// below its right one. The slopes are least-squares slopes of the unfiltered input over `0..=p`,
/// `p..` and the whole window, as angles like those of the gradient. Without a peak all three are the
/// angle of the whole. The filter sees nothing but the window, so nothing after its last bar.
pub(super) struct PeakKernel {
    window: Window,
    input: PriceInput,
    unit_bps: f64,
    filter: BandPass,
    filtered: Vec<f64>,
}

impl PeakKernel {
    pub(super) fn new(settings: &PeakGradient) -> Self {
        Self {
            window: Window::new(settings.window),
            input: settings.input,
            unit_bps: settings.unit_bps,
            filter: BandPass::new(settings.band_low, settings.band_high, settings.fs_factor),
            filtered: Vec::with_capacity(settings.window),
        }
    }
}

impl Kernel for PeakKernel {
    fn num_outputs(&self) -> usize {
        3
    }

    fn warm_up(&self) -> usize {
        self.window.len()
    }

    fn update(&mut self, input: &KernelInput<'_>, out: &mut [f64]) {
        let Some(samples) = self.window.push(read(self.input, input.bar)) else {
            out.fill(f64::NAN);
            return;
        };
        self.filter.apply(samples, &mut self.filtered);
        let now = samples[samples.len() - 1];
        let degrees = |part: &[f64]| angle(slope(part), now, self.unit_bps);
        out[2] = degrees(samples);
        (out[0], out[1]) = match last_peak(&self.filtered) {
            Some(peak) => (degrees(&samples[..=peak]), degrees(&samples[peak..])),
            None => (out[2], out[2]),
        };
    }
}

fn last_peak(samples: &[f64]) -> Option<usize> {
    let is_peak = |three: &[f64]| three[0] < three[1] && three[1] >= three[2];
    samples.windows(3).rposition(is_peak).map(|left| left + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Bar;

    fn last(closes: &[f64]) -> [f64; 3] {
        let settings = PeakGradient {
            window: closes.len(),
            input: PriceInput::Close,
            unit_bps: 100.0,
            band_low: 0.2,
            band_high: 2.5,
            fs_factor: 10.0,
        };
        let mut kernel = PeakKernel::new(&settings);
        let mut out = [0.0; 3];
        for &close in closes {
            let bar = Bar {
                open_time: crate::base::Timestamp::MIN,
                available_at: crate::base::Timestamp::MIN,
                open: close,
                high: close,
                low: close,
                close,
                volume: 0.0,
            };
            kernel.update(&KernelInput { bar: &bar, other: None }, &mut out);
        }
        out
    }

    #[test]
    fn peaks_are_strict_on_the_left() {
        assert_eq!(last_peak(&[0.0, 1.0, 0.0, 2.0, 2.0]), Some(3));
        assert_eq!(last_peak(&[0.0, 1.0, 2.0]), None);
        assert_eq!(last_peak(&[2.0, 2.0, 1.0]), None);
    }

    #[test]
    fn a_tent_rises_before_its_peak_and_falls_after() {
        let closes: Vec<f64> =
            (0..64).map(|i| 100.0 - 0.5 * (f64::from(i) - 40.0_f64).abs()).collect();
        let [before, after, whole] = last(&closes);
        assert!(before > 15.0 && after < -15.0, "{before} {after}");
        assert!(before > whole && whole > after);
    }

    #[test]
    fn a_flat_window_has_no_peak() {
        assert_eq!(last(&[50.0; 20]), [0.0; 3]);
    }
}
