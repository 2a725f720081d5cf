//! The normal distribution.

use std::f64::consts::{PI, SQRT_2};

/// Logarithm of the density at `z`.
pub(super) fn log_density(z: f64) -> f64 {
    -0.5 * z * z - 0.5 * (2.0 * PI).ln()
}

/// Probability of a value between `low` and `high`, without loss in the tails.
pub(super) fn mass(low: f64, high: f64) -> f64 {
    if low > 0.0 {
        return mass(-high, -low);
    }
    (below(high) - below(low)).max(0.0)
}

/// Probability of a value up to `z`.
fn below(z: f64) -> f64 {
    0.5 * complementary_error(-z / SQRT_2)
}

/// The complementary error function, relative error below 1.2e-7.
///
/// # Source
/// Press et al., "Numerical Recipes in C", 2nd edition, §6.2, `erfcc`.
fn complementary_error(x: f64) -> f64 {
    const COEFFICIENTS: [f64; 10] = [
        -1.265_512_23,
        1.000_023_68,
        0.374_091_96,
        0.096_784_18,
        -0.186_288_06,
        0.278_868_07,
        -1.135_203_98,
        1.488_515_87,
        -0.822_152_23,
        0.170_872_77,
    ];
    let t = 1.0 / (1.0 + 0.5 * x.abs());
    let series = COEFFICIENTS.iter().rev().fold(0.0, |sum, coefficient| sum * t + coefficient);
    let tail = t * (series - x * x).exp();
    if x >= 0.0 { tail } else { 2.0 - tail }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masses_of_the_table() {
        for (low, high, expected) in [
            (-1.0, 1.0, 0.682_689_492_137),
            (-1.959_963_984_540, 1.959_963_984_540, 0.95),
            (0.0, 3.0, 0.498_650_101_968),
            (5.0, f64::INFINITY, 2.866_515_719e-7),
        ] {
            let found = mass(low, high);
            assert!((found / expected - 1.0).abs() < 1e-6, "{low} {high}: {found}");
        }
        assert!((log_density(0.0) + 0.918_938_533_204_672_8).abs() < 1e-15);
    }
}
