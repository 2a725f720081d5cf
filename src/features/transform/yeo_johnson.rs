//! The power transform of Yeo and Johnson.

use super::minimize::minimize;

/// Where λ is looked for.
const LAMBDA_MIN: f64 = -5.0;
const LAMBDA_MAX: f64 = 5.0;

/// λ closer than this to 0 or 2 takes the logarithm.
const NEAR: f64 = f64::EPSILON;

/// `((1 + x)^λ − 1) / λ` for x ≥ 0, `−((1 − x)^(2−λ) − 1) / (2 − λ)` below, with their logarithmic
/// limits at λ = 0 and λ = 2.
///
/// # Source
/// Yeo and Johnson, "A new family of power transformations to improve normality or symmetry",
/// Biometrika 87, 2000; `scipy.stats.yeojohnson`.
pub(super) fn yeo_johnson(x: f64, lambda: f64) -> f64 {
    if x >= 0.0 { power(x, lambda) } else { -power(-x, 2.0 - lambda) }
}

/// `((1 + x)^power − 1) / power` without loss of digits for small x.
fn power(x: f64, power: f64) -> f64 {
    let log = x.ln_1p();
    if power.abs() < NEAR { log } else { (power * log).exp_m1() / power }
}

/// λ of highest likelihood in −5..5 for finite values; 1, which changes nothing, where all are
/// equal.
///
/// `log L = −n/2 · ln var(y) + (λ − 1) · Σ sign(x) · ln(1 + |x|)`.
pub(super) fn fit_lambda(values: &[f64]) -> f64 {
    if values.iter().all(|value| value.to_bits() == values[0].to_bits()) {
        return 1.0;
    }
    let count = values.len() as f64;
    let log_sum: f64 = values.iter().map(|x| x.abs().ln_1p().copysign(*x)).sum();
    minimize(LAMBDA_MIN, LAMBDA_MAX, |lambda| {
        let mapped = || values.iter().map(|&x| yeo_johnson(x, lambda));
        let mean = mapped().sum::<f64>() / count;
        let variance = mapped().map(|y| (y - mean) * (y - mean)).sum::<f64>() / count;
        count / 2.0 * variance.ln() - (lambda - 1.0) * log_sum
    })
}
