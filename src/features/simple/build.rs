//! From a specification to its kernel and the names of its outputs.

use super::gradient::gradient;
use super::inflection::InflectionKernel;
use super::peaks::PeakKernel;
use super::statistics::{differencing, max, mean, min, skew};
use super::window::WindowKernel;
use crate::config::{FeatureSpec, PriceInput};
use crate::features::kernel::Kernel;

const DEFAULT_UNIT_BPS: f64 = 100.0;

/// The kernel of a simple kind; `None` for every other kind.
pub(in crate::features) fn build(spec: &FeatureSpec) -> Option<Box<dyn Kernel>> {
    Some(match spec {
        FeatureSpec::Differencing(p) => {
            Box::new(WindowKernel::new(p.window + 1, p.input, differencing))
        }
        FeatureSpec::Mean(p) => Box::new(WindowKernel::new(p.window, p.input, mean)),
        FeatureSpec::Min(p) => Box::new(WindowKernel::new(p.window, p.input, min)),
        FeatureSpec::Max(p) => Box::new(WindowKernel::new(p.window, p.input, max)),
        FeatureSpec::Skew(p) => Box::new(WindowKernel::new(p.window, p.input, skew)),
        FeatureSpec::Gradient(p) => {
            let unit_bps = p.unit_bps;
            Box::new(WindowKernel::new(p.window, p.input, move |w: &[f64]| gradient(w, unit_bps)))
        }
        FeatureSpec::GradientPeaks(p) => Box::new(PeakKernel::new(p)),
        FeatureSpec::Inflection(p) => Box::new(InflectionKernel::new(p)),
        _ => return None,
    })
}

/// The names of a simple kind's outputs without the symbol; `None` for every other kind.
///
/// Windows always show, the other parameters where they differ from their defaults.
pub(in crate::features) fn output_names(spec: &FeatureSpec) -> Option<Vec<String>> {
    let single = |kind: &str, window: usize, input: PriceInput| {
        vec![format!("{kind}_{window}{}", input_suffix(input))]
    };
    Some(match spec {
        FeatureSpec::Differencing(p) => single("differencing", p.window, p.input),
        FeatureSpec::Mean(p) => single("mean", p.window, p.input),
        FeatureSpec::Min(p) => single("min", p.window, p.input),
        FeatureSpec::Max(p) => single("max", p.window, p.input),
        FeatureSpec::Skew(p) => single("skew", p.window, p.input),
        FeatureSpec::Gradient(p) => {
            let stem = format!("gradient_{}{}", p.window, input_suffix(p.input));
            vec![stem + &unit_suffix(p.unit_bps)]
        }
        FeatureSpec::GradientPeaks(p) => {
            let mut stem = format!("gradient_peaks_{}{}", p.window, input_suffix(p.input));
            stem += &unit_suffix(p.unit_bps);
            if (p.band_low, p.band_high, p.fs_factor) != (0.2, 2.5, 10.0) {
                stem += &format!("_band{}-{}of{}", p.band_low, p.band_high, p.fs_factor);
            }
            ["before", "after", "whole"].map(|part| format!("{stem}.{part}")).to_vec()
        }
        FeatureSpec::Inflection(p) => {
            let mut stem = format!("inflection_{}{}", p.window, input_suffix(p.input));
            if p.sigma_bars.to_bits() != 2.0_f64.to_bits() {
                stem += &format!("_sigma{}", p.sigma_bars);
            }
            ["amplitude", "frequency", "phase", "residual"]
                .map(|part| format!("{stem}.{part}"))
                .to_vec()
        }
        _ => return None,
    })
}

fn input_suffix(input: PriceInput) -> &'static str {
    match input {
        PriceInput::Open => "_open",
        PriceInput::High => "_high",
        PriceInput::Low => "_low",
        PriceInput::Close => "",
        PriceInput::Volume => "_volume",
    }
}

fn unit_suffix(unit_bps: f64) -> String {
    if unit_bps.to_bits() == DEFAULT_UNIT_BPS.to_bits() {
        String::new()
    } else {
        format!("_{unit_bps}bps")
    }
}
