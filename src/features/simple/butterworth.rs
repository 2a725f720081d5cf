//! A Butterworth band-pass of order 2 without delay.

/// Samples added at each end, mirrored through the end sample.
const PAD: usize = 15;

/// Biquad `(gain − gain·z⁻²) / (1 + a1·z⁻¹ + a2·z⁻²)`.
#[derive(Debug, Clone, Copy)]
struct Section {
    gain: f64,
    a1: f64,
    a2: f64,
}

/// A filter that goes over the samples forward and then backward, so that nothing is shifted; waves
/// at the two edges of its band are halved.
///
/// Order 2 per edge, so four poles in all; analog prototype, band transformation and bilinear
/// transformation with warped edges. Both passes start as if the first sample had always been there.
///
/// # Source
/// `scipy.signal.butter(2, [low, high], "bandpass", fs=fs)` and `filtfilt` with its defaults: odd
/// extension by 15 samples.
#[derive(Debug, Clone, Copy)]
pub(super) struct BandPass {
    sections: [Section; 2],
}

impl BandPass {
    /// Edges in the units of `fs`, `0 < low < high < fs / 2`.
    pub(super) fn new(low: f64, high: f64, fs: f64) -> Self {
        let warp = |edge: f64| 4.0 * (std::f64::consts::PI * edge / fs).tan();
        let (low, high) = (warp(low), warp(high));
        let (width, center2) = (high - low, low * high);
        // The upper pole of the prototype, scaled to half the width of the band.
        let half = Complex { re: -1.0, im: 1.0 }.scale(width / 2.0 / 2.0_f64.sqrt());
        let root = half.square().add(Complex { re: -center2, im: 0.0 }).sqrt();
        let sections = [half.add(root), half.add(root.scale(-1.0))].map(|pole| {
            let four = Complex { re: 4.0, im: 0.0 };
            let below = four.add(pole.scale(-1.0));
            let z = four.add(pole).divide(below);
            // One zero at z = 1 from s = 0 and one at z = −1 from infinity fall to each section.
            let gain = width * 4.0 / below.norm2();
            Section { gain, a1: -2.0 * z.re, a2: z.norm2() }
        });
        Self { sections }
    }

    /// Filters more than 15 samples into `out`, which becomes as long.
    pub(super) fn apply(&self, samples: &[f64], out: &mut Vec<f64>) {
        let last = samples.len() - 1;
        let mirrored = |end: usize, inner: usize| 2.0 * samples[end] - samples[inner];
        out.clear();
        out.extend((1..=PAD).rev().map(|inner| mirrored(0, inner)));
        out.extend_from_slice(samples);
        out.extend((1..=PAD).map(|inner| mirrored(last, last - inner)));
        for _ in 0..2 {
            self.pass(out);
            out.reverse();
        }
        out.drain(..PAD);
        out.truncate(samples.len());
    }

    /// Filters forward in place. The first section stops what is constant, so in the steady state
    /// of the first sample only its own memory is filled.
    fn pass(&self, samples: &mut [f64]) {
        let mut steady = samples[0];
        for Section { gain, a1, a2 } in self.sections {
            let (mut state1, mut state2) = (-gain * steady, -gain * steady);
            steady = 0.0;
            for sample in samples.iter_mut() {
                let input = gain * *sample;
                let output = input + state1;
                state1 = state2 - a1 * output;
                state2 = -input - a2 * output;
                *sample = output;
            }
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Complex {
    re: f64,
    im: f64,
}

impl Complex {
    fn add(self, other: Self) -> Self {
        Self { re: self.re + other.re, im: self.im + other.im }
    }

    fn scale(self, factor: f64) -> Self {
        Self { re: self.re * factor, im: self.im * factor }
    }

    fn square(self) -> Self {
        Self { re: self.re * self.re - self.im * self.im, im: 2.0 * self.re * self.im }
    }

    fn norm2(self) -> f64 {
        self.re * self.re + self.im * self.im
    }

    fn divide(self, other: Self) -> Self {
        let re = self.re * other.re + self.im * other.im;
        let im = self.im * other.re - self.re * other.im;
        Self { re, im }.scale(1.0 / other.norm2())
    }

    /// The root with a real part of at least 0.
    fn sqrt(self) -> Self {
        let length = self.re.hypot(self.im);
        let re = f64::midpoint(length, self.re).max(0.0).sqrt();
        let im = f64::midpoint(length, -self.re).max(0.0).sqrt();
        Self { re, im: im.copysign(self.im) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines of the fixture: `low,high,fs`, then the input, then the filtered output.
    #[test]
    fn filtering_equals_scipy() {
        let text =
            include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/simple/band.csv"));
        let rows: Vec<Vec<f64>> = text
            .lines()
            .map(|line| line.split(',').map(|x| x.parse().unwrap()).collect())
            .collect();
        assert!(rows.len() >= 9 && rows.len().is_multiple_of(3));
        for case in rows.chunks(3) {
            let filter = BandPass::new(case[0][0], case[0][1], case[0][2]);
            let mut filtered = Vec::new();
            filter.apply(&case[1], &mut filtered);
            assert_eq!(filtered.len(), case[2].len());
            for (found, expected) in filtered.iter().zip(&case[2]) {
                assert!((found - expected).abs() < 1e-9, "{:?}: {found} {expected}", case[0]);
            }
        }
    }
}
