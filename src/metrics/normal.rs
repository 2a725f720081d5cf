//! The standard normal distribution, to the last digits.

use std::f64::consts::PI;

// Coefficients of Acklam's rational approximation of the normal quantile, highest power first.
const CENTER_TOP: [f64; 6] = [
    -3.969_683_028_665_376e1,
    2.209_460_984_245_205e2,
    -2.759_285_104_469_687e2,
    1.383_577_518_672_69e2,
    -3.066_479_806_614_716e1,
    2.506_628_277_459_239,
];
const CENTER_BOTTOM: [f64; 6] = [
    -5.447_609_879_822_406e1,
    1.615_858_368_580_409e2,
    -1.556_989_798_598_866e2,
    6.680_131_188_771_972e1,
    -1.328_068_155_288_572e1,
    1.0,
];
const TAIL_TOP: [f64; 6] = [
    -7.784_894_002_430_293e-3,
    -3.223_964_580_411_365e-1,
    -2.400_758_277_161_838,
    -2.549_732_539_343_734,
    4.374_664_141_464_968,
    2.938_163_982_698_783,
];
const TAIL_BOTTOM: [f64; 5] = [
    7.784_695_709_041_462e-3,
    3.224_671_290_700_398e-1,
    2.445_134_137_142_996,
    3.754_408_661_907_416,
    1.0,
];
const TAIL_BELOW: f64 = 0.02425;

/// Beyond this many deviations the tail is computed by itself, so that it keeps its digits.
const TAIL_FROM: f64 = 3.0;
/// Terms of the continued fraction; at 3 deviations 100 are enough for 16 digits.
const FRACTION_TERMS: u32 = 160;

/// The density of the standard normal distribution.
#[must_use]
pub(super) fn normal_density(x: f64) -> f64 {
    (-0.5 * x * x).exp() / (2.0 * PI).sqrt()
}

/// The standard normal distribution function `Φ(x)`, relative error below 10⁻¹².
///
/// # Source
/// Abramowitz and Stegun, "Handbook of Mathematical Functions", 1964: 26.2.11 (series) and 26.2.14
/// (continued fraction of the tail).
#[must_use]
pub fn normal_cdf(x: f64) -> f64 {
    if x.is_nan() {
        return x;
    }
    if x > TAIL_FROM {
        return 1.0 - tail(x);
    }
    if x < -TAIL_FROM {
        return tail(-x);
    }
    let (mut term, mut sum, mut odd) = (x, x, 1.0);
    while term.abs() > f64::EPSILON * sum.abs() {
        odd += 2.0;
        term *= x * x / odd;
        sum += term;
    }
    0.5 + normal_density(x) * sum
}

/// The standard normal quantile of `probability`; `None` outside 0..1, ends excluded.
///
/// # Source
/// Acklam, "An algorithm for computing the inverse normal cumulative distribution function", 2003, with
/// his refinement: one step of Halley's method, which leaves rounding error only.
#[must_use]
pub fn normal_quantile(probability: f64) -> Option<f64> {
    if !(probability > 0.0 && probability < 1.0) {
        return None;
    }
    if probability > 0.5 {
        return normal_quantile(1.0 - probability).map(|z| -z);
    }
    let z = rough_quantile(probability);
    let step = (normal_cdf(z) - probability) / normal_density(z);
    let refined = z - step / (1.0 + 0.5 * z * step);
    Some(if refined.is_finite() { refined } else { z })
}

fn rough_quantile(probability: f64) -> f64 {
    if probability < TAIL_BELOW {
        let q = (-2.0 * probability.ln()).sqrt();
        return polynomial(&TAIL_TOP, q) / polynomial(&TAIL_BOTTOM, q);
    }
    let q = probability - 0.5;
    q * polynomial(&CENTER_TOP, q * q) / polynomial(&CENTER_BOTTOM, q * q)
}

fn polynomial(coefficients: &[f64], x: f64) -> f64 {
    coefficients.iter().fold(0.0, |sum, c| sum * x + c)
}

/// The probability above `x`, for `x` well above 0.
fn tail(x: f64) -> f64 {
    let fraction = (1..=FRACTION_TERMS).rev().fold(x, |below, k| x + f64::from(k) / below);
    normal_density(x) / fraction
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_probabilities() {
        for (x, expected) in [
            (0.0, 0.5),
            (1.0, 0.841_344_746_068_542_9),
            (-1.96, 0.024_997_895_148_220_43),
            (2.999, 0.998_645_663_466_272_9),
            (-3.5, 2.326_290_790_355_250_4e-4),
            (-8.0, 6.220_960_574_271_785e-16),
            (9.0, 1.0),
        ] {
            let found = normal_cdf(x);
            assert!((found / expected - 1.0).abs() < 1e-12, "{x}: {found}");
        }
        assert!(normal_cdf(f64::NAN).is_nan());
        assert_eq!(normal_cdf(f64::NEG_INFINITY), 0.0);
    }

    #[test]
    fn quantiles_of_the_normal() {
        for (probability, expected) in [
            (0.5, 0.0),
            (0.95, 1.644_853_626_951_472_2),
            (0.975, 1.959_963_984_540_054),
            (0.01, -2.326_347_874_040_841),
            (1e-9, -5.997_807_015_007_687),
        ] {
            let found = normal_quantile(probability).unwrap();
            assert!((found - expected).abs() < 1e-13 * (1.0 + expected.abs()), "{found}");
        }
        assert_eq!(normal_quantile(0.0), None);
        assert_eq!(normal_quantile(1.0), None);
        assert_eq!(normal_quantile(f64::NAN), None);
    }
}
