use proptest::prelude::*;

use super::Sizer;
use super::band::keep_within;
use super::equal_risk;
use super::estimate::{Estimate, dot};
use super::linear::solve;
use super::programme;
use crate::base::SeedStream;
use crate::config::{
    BandSizing, FixedFractionalSizing, KellySizing, Sizing, VolatilityTargetSizing, WindowSizing,
};

const NUM_ROWS: usize = 80;

/// Returns with a common factor, of symbols that differ in mean and size.
fn columns(seed: u64, size: usize, mean: f64) -> Vec<Vec<f64>> {
    let mut rng = SeedStream::new(seed).rng();
    let loadings: Vec<f64> = (0..size).map(|_| 0.3 + rng.uniform()).collect();
    let scales: Vec<f64> = (0..size).map(|_| 0.002 + 0.03 * rng.uniform()).collect();
    let means: Vec<f64> = (0..size).map(|_| mean * (0.5 + rng.uniform())).collect();
    let mut columns = vec![Vec::new(); size];
    for _ in 0..NUM_ROWS {
        let common = rng.normal();
        for (i, column) in columns.iter_mut().enumerate() {
            column.push(means[i] + scales[i] * (loadings[i] * common + rng.normal()));
        }
    }
    columns
}

fn estimate(seed: u64, size: usize, mean: f64) -> Estimate {
    Estimate::of(&columns(seed, size, mean))
}

fn two(first: f64, second: f64, correlation: f64, means: [f64; 2]) -> Estimate {
    let cross = first * second * correlation;
    let covariance = vec![vec![first * first, cross], vec![cross, second * second]];
    Estimate { means: means.to_vec(), covariance }
}

/// `Σ⁻¹v`, scaled to a sum of 1.
fn mix(estimate: &Estimate, v: &[f64]) -> Vec<f64> {
    let raw = solve(&estimate.covariance, v).unwrap();
    let sum: f64 = raw.iter().sum();
    raw.iter().map(|x| x / sum).collect()
}

fn marginals(estimate: &Estimate, x: &[f64]) -> Vec<f64> {
    estimate.covariance.iter().map(|row| dot(row, x)).collect()
}

fn close(found: &[f64], expected: &[f64], tolerance: f64) {
    for (a, b) in found.iter().zip(expected) {
        assert!((a - b).abs() <= tolerance, "{found:?} must be {expected:?}");
    }
    assert_eq!(found.len(), expected.len());
}

/// A sizer that has seen prices with these returns.
fn fed(rule: &Sizing, columns: &[Vec<f64>]) -> Sizer {
    let mut sizer = Sizer::new(rule, columns.len(), 252.0);
    let mut closes = vec![100.0; columns.len()];
    sizer.observe(&closes);
    for row in 0..columns[0].len() {
        closes.iter_mut().zip(columns).for_each(|(close, column)| *close *= 1.0 + column[row]);
        sizer.observe(&closes);
    }
    sizer
}

fn window() -> WindowSizing {
    WindowSizing { window: NUM_ROWS, band: 0.0 }
}

fn windowed() -> Vec<Sizing> {
    let kelly = KellySizing { fraction: 0.5, weight_max: 0.6, window: NUM_ROWS, band: 0.0 };
    let target = VolatilityTargetSizing {
        volatility_annual: 0.12,
        scale_max: 2.0,
        window: NUM_ROWS,
        band: 0.0,
    };
    vec![
        Sizing::EqualRisk(window()),
        Sizing::MinVariance(window()),
        Sizing::MaxSharpe(window()),
        Sizing::Kelly(kelly),
        Sizing::VolatilityTarget(target),
    ]
}

#[test]
fn two_symbols_by_formula() {
    // Equal risk of two is the inverse of the deviations, whatever the correlation.
    for correlation in [-0.99, -0.5, 0.0, 0.3, 0.999] {
        let covariance = two(0.01, 0.03, correlation, [0.0, 0.0]).covariance;
        close(&equal_risk::shares(&covariance).unwrap(), &[0.75, 0.25], 1e-9);
    }
    // Least variance: (0.0009 − c) / (0.0001 + 0.0009 − 2c) with c = 0.2 · 0.01 · 0.03.
    let estimate = two(0.01, 0.03, 0.2, [0.001, 0.002]);
    let first = (0.0009 - 0.00006) / (0.001 - 0.00012);
    close(&programme::min_variance(&estimate).unwrap(), &[first, 1.0 - first], 1e-9);
    // Highest ratio without correlation: mean over variance.
    let estimate = two(0.01, 0.02, 0.0, [0.001, 0.002]);
    close(&programme::max_sharpe(&estimate).unwrap(), &[2.0 / 3.0, 1.0 / 3.0], 1e-9);
    // Half of Kelly: 0.5 · 0.00002 / 0.0001 and 0.5 · 0.00004 / 0.0004.
    let estimate = two(0.01, 0.02, 0.0, [0.000_02, 0.000_04]);
    close(&programme::growth(&estimate, 0.5, 1.0, 1.0).unwrap(), &[0.1, 0.05], 1e-9);
    close(&programme::growth(&estimate, 0.5, 0.07, 1.0).unwrap(), &[0.07, 0.05], 1e-9);
    // A loser is not held, nor is anything beyond the share of equity.
    let estimate = two(0.01, 0.02, 0.0, [0.001, -0.002]);
    close(&programme::growth(&estimate, 1.0, 5.0, 0.4).unwrap(), &[0.4, 0.0], 1e-9);
}

#[test]
fn without_a_gain_the_best_ratio_is_the_least_variance() {
    let estimate = two(0.01, 0.03, 0.2, [-0.001, 0.0]);
    let least = programme::min_variance(&estimate).unwrap();
    assert_eq!(programme::max_sharpe(&estimate).unwrap(), least);
}

#[test]
fn twins_and_opposites_have_an_answer() {
    let twin = columns(3, 1, 0.001).remove(0);
    let opposite: Vec<f64> = twin.iter().map(|x| -x).collect();
    for pair in [vec![twin.clone(), twin.clone()], vec![twin, opposite]] {
        for rule in windowed() {
            let sized = fed(&rule, &pair).size(&[0.0, 0.5, 0.5], &[1.0, 0.0, 0.0]);
            assert!(sized.iter().all(|w| w.is_finite() && w.abs() <= 2.0), "{rule:?} {sized:?}");
            close(&[sized.iter().sum()], &[1.0], 1e-12);
        }
    }
}

#[test]
fn without_an_estimate_the_signal_is_taken() {
    let (target, held) = ([0.1, 0.4, 0.5], [0.5, 0.25, 0.25]);
    for rule in windowed() {
        let cold =
            fed(&rule, &columns(1, 2, 0.001).iter().map(|c| c[1..].to_vec()).collect::<Vec<_>>());
        assert!(!cold.is_warm());
        assert_eq!(cold.size(&target, &held), target);
        let warm = fed(&rule, &columns(1, 2, 0.001));
        assert!(warm.is_warm());
        assert_ne!(warm.size(&target, &held), target, "{rule:?}");
        let still = fed(&rule, &[columns(1, 1, 0.001).remove(0), vec![0.0; NUM_ROWS]]);
        assert_eq!(still.size(&target, &held), target);
        assert_eq!(warm.size(&[1.0, 0.0, 0.0], &held), [1.0, 0.0, 0.0]);
    }
}

#[test]
fn rows_with_an_unknown_close_are_left_out() {
    let rule = Sizing::MinVariance(WindowSizing { window: 10, band: 0.0 });
    let mut sizer = Sizer::new(&rule, 2, 252.0);
    let mut clean = sizer.clone();
    for row in 0..12 {
        let closes = [100.0 + f64::from(row % 3), 50.0 + f64::from(row % 5)];
        clean.observe(&closes);
        sizer.observe(&closes);
        sizer.observe(&[f64::NAN, 50.0]);
        sizer.observe(&[0.0, 50.0]);
    }
    let (target, held) = ([0.0, 0.5, 0.5], [1.0, 0.0, 0.0]);
    assert_eq!(sizer.size(&target, &held), clean.size(&target, &held));
}

#[test]
fn a_short_position_is_sized_as_its_mirror() {
    let straight = columns(7, 2, 0.001);
    let mirrored = vec![straight[0].clone(), straight[1].iter().map(|x| -x).collect()];
    for rule in windowed() {
        let (target, held) = ([0.2, 0.5, 0.3], [1.0, 0.0, 0.0]);
        let long = fed(&rule, &straight).size(&target, &held);
        let short = fed(&rule, &mirrored).size(&[0.8, 0.5, -0.3], &held);
        close(&[short[1], -short[2]], &long[1..], 1e-6);
        close(&[short.iter().sum()], &[1.0], 1e-12);
    }
}

#[test]
fn volatility_is_hit_or_capped() {
    let columns = columns(11, 3, 0.0);
    let (target, held) = ([0.1, 0.4, 0.3, 0.2], [1.0, 0.0, 0.0, 0.0]);
    let check = |volatility_annual, scale_max| {
        let rule =
            VolatilityTargetSizing { volatility_annual, scale_max, window: NUM_ROWS, band: 0.0 };
        let sized = fed(&Sizing::VolatilityTarget(rule), &columns).size(&target, &held);
        let estimate = Estimate::of(&columns);
        ((estimate.variance(&sized[1..]) * 252.0).sqrt(), sized[1] / target[1])
    };
    let (volatility, scale) = check(0.1, 100.0);
    close(&[volatility], &[0.1], 1e-9);
    let (_, capped) = check(0.1, scale / 2.0);
    close(&[capped], &[scale / 2.0], 1e-12);
}

#[test]
fn fixed_fractions_keep_side_and_nothing_else() {
    let rule = Sizing::FixedFractional(FixedFractionalSizing { fraction: 0.1, band: 0.0 });
    let sized = Sizer::new(&rule, 3, 252.0).size(&[0.9, 0.7, -0.6, 0.0], &[1.0, 0.0, 0.0, 0.0]);
    close(&sized, &[1.0, 0.1, -0.1, 0.0], 1e-15);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) })]

    #[test]
    fn risk_is_shared_equally(seed in any::<u64>(), size in 1_usize..12) {
        let estimate = estimate(seed, size, 0.0);
        let x = equal_risk::shares(&estimate.covariance).unwrap();
        let total = estimate.variance(&x);
        for (share, marginal) in x.iter().zip(marginals(&estimate, &x)) {
            let risk = share * marginal / total;
            prop_assert!((risk * size as f64 - 1.0).abs() < 1e-8, "{risk} of {size}");
        }
        prop_assert!((x.iter().sum::<f64>() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn least_variance_is_the_formula_or_meets_its_conditions(
        seed in any::<u64>(),
        size in 1_usize..10,
    ) {
        let estimate = estimate(seed, size, 0.0);
        let x = programme::min_variance(&estimate).unwrap();
        let free = mix(&estimate, &vec![1.0; size]);
        if free.iter().all(|&x| x > 1e-6) {
            close(&x, &free, 1e-7);
        }
        // No exchange of a bit of one for a bit of another lowers the variance.
        let gradient = marginals(&estimate, &x);
        let level = dot(&gradient, &x);
        for (share, slope) in x.iter().zip(gradient) {
            prop_assert!(slope >= level * (1.0 - 1e-5), "{slope} {level} {x:?}");
            prop_assert!(*share < 1e-6 || slope <= level * (1.0 + 1e-5), "{slope} {level} {x:?}");
        }
        prop_assert!((x.iter().sum::<f64>() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn the_best_ratio_is_the_formula_or_meets_its_conditions(
        seed in any::<u64>(),
        size in 1_usize..10,
        mean in -0.002_f64..0.01,
    ) {
        let estimate = estimate(seed, size, mean);
        prop_assume!(estimate.means.iter().any(|&mean| mean > 1e-5));
        let x = programme::max_sharpe(&estimate).unwrap();
        let free = mix(&estimate, &estimate.means);
        if free.iter().all(|&x| x > 1e-6) && dot(&free, &estimate.means) > 0.0 {
            close(&x, &free, 1e-6);
        }
        let (gain, variance) = (dot(&estimate.means, &x), estimate.variance(&x));
        for (i, slope) in marginals(&estimate, &x).into_iter().enumerate() {
            // Slope of the logarithm of the ratio: none may rise, and those held are level.
            let rise = estimate.means[i] / gain - slope / variance;
            prop_assert!(rise < 1e-5, "{rise} {x:?}");
            prop_assert!(x[i] < 1e-6 || rise > -1e-5, "{rise} {x:?}");
        }
    }

    #[test]
    fn kelly_is_the_formula_or_meets_its_conditions(
        seed in any::<u64>(),
        size in 1_usize..10,
        mean in -0.001_f64..0.002,
        fraction in 0.05_f64..1.0,
        weight_max in 0.05_f64..1.0,
        share in 0.1_f64..1.5,
    ) {
        let estimate = estimate(seed, size, mean);
        let w = programme::growth(&estimate, fraction, weight_max, share).unwrap();
        let total: f64 = w.iter().sum();
        prop_assert!(total <= share * (1.0 + 1e-12));
        let slopes: Vec<f64> = marginals(&estimate, &w)
            .iter()
            .zip(&estimate.means)
            .map(|(marginal, mean)| mean - marginal / fraction)
            .collect();
        let scale = estimate.covariance.iter().enumerate().map(|(i, r)| r[i]).fold(0.0, f64::max);
        let tolerance = 1e-6 * scale.max(estimate.means.iter().fold(0.0, |m, x| m.max(x.abs())))
            / fraction;
        // What the budget is worth: the slope of those that neither cap nor floor holds.
        let is_inside = |w: f64| w > 1e-6 && w < weight_max - 1e-6;
        let inside: Vec<f64> =
            w.iter().zip(&slopes).filter(|(w, _)| is_inside(**w)).map(|(_, s)| *s).collect();
        let is_spent = total > share - 1e-6;
        let worth = if is_spent {
            inside.first().copied().unwrap_or_else(|| {
                let out = w.iter().zip(&slopes).filter(|(w, _)| **w <= 1e-6);
                out.map(|(_, slope)| *slope).fold(0.0, f64::max)
            })
        } else {
            0.0
        };
        for (w, slope) in w.iter().zip(slopes) {
            prop_assert!((0.0..=weight_max).contains(w));
            let excess = slope - worth;
            prop_assert!(*w >= weight_max - 1e-6 || excess < tolerance, "{excess} {w}");
            prop_assert!(*w <= 1e-6 || excess > -tolerance, "{excess} {w}");
        }
    }

    #[test]
    fn the_default_is_the_signal_bit_by_bit(
        target in prop::collection::vec(-1e3_f64..1e3, 1..8),
        held in prop::collection::vec(-1e3_f64..1e3, 8),
    ) {
        let sizer = Sizer::new(&Sizing::default(), target.len() - 1, 252.0);
        let sized = sizer.size(&target, &held[..target.len()]);
        let bits = |weights: &[f64]| weights.iter().map(|w| w.to_bits()).collect::<Vec<_>>();
        prop_assert_eq!(bits(&sized), bits(&target));
    }

    #[test]
    fn a_band_keeps_and_never_borrows(
        band in 0.0_f64..0.3,
        target in prop::collection::vec(-0.5_f64..1.0, 1..6),
        offs in prop::collection::vec(-0.4_f64..0.4, 6),
    ) {
        let whole = |risky: Vec<f64>| {
            let cash = 1.0 - risky.iter().sum::<f64>();
            std::iter::once(cash).chain(risky).collect::<Vec<_>>()
        };
        let held = whole(target.iter().zip(&offs).map(|(w, off)| w + off).collect());
        let target = whole(target);
        let sized = keep_within(band, target.clone(), &held);
        prop_assert!((sized.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        prop_assert!(sized[0] >= target[0].min(0.0) - 1e-12);
        for i in 1..sized.len() {
            prop_assert!(sized[i] == target[i] || sized[i] == held[i]);
            prop_assert!((sized[i] - target[i]).abs() <= band);
        }
        // Where nothing is kept from its target for cash's sake, all that is close is kept.
        let kept = |i: usize| (target[i] - held[i]).abs() > band || sized[i] == held[i];
        let cash: f64 = 1.0 - (1..sized.len())
            .map(|i| if (target[i] - held[i]).abs() > band { target[i] } else { held[i] })
            .sum::<f64>();
        prop_assert!(cash < target[0].min(0.0) || (1..sized.len()).all(kept));
    }

    #[test]
    fn weights_sum_keep_sides_and_repeat(
        seed in any::<u64>(),
        wanted in prop::collection::vec(-0.4_f64..0.6, 2..7),
        gaps in prop::collection::vec(any::<bool>(), 7),
    ) {
        let risky: Vec<f64> =
            wanted.iter().zip(&gaps).map(|(w, gap)| if *gap { 0.0 } else { *w }).collect();
        let share: f64 = risky.iter().map(|w| w.abs()).sum();
        let cash = 1.0 - risky.iter().sum::<f64>();
        let target: Vec<f64> = std::iter::once(cash).chain(risky).collect();
        let mut held = vec![0.0; target.len()];
        held[0] = 1.0;
        let columns = columns(seed, wanted.len(), 0.001);
        for rule in windowed() {
            let sized = fed(&rule, &columns).size(&target, &held);
            let again = fed(&rule, &columns).size(&target, &held);
            prop_assert_eq!(&sized, &again);
            prop_assert!((sized.iter().sum::<f64>() - 1.0).abs() < 1e-12);
            let most = if matches!(rule, Sizing::VolatilityTarget(_)) { 2.0 * share } else { share };
            let total: f64 = sized[1..].iter().map(|w| w.abs()).sum();
            prop_assert!(total <= most * (1.0 + 1e-9), "{rule:?} {total} {most}");
            for (w, aim) in sized[1..].iter().zip(&target[1..]) {
                prop_assert!(w * aim >= 0.0 && (*aim != 0.0 || *w == 0.0));
            }
        }
    }
}

#[test]
fn the_band_of_each_rule_is_its_own() {
    let held = [0.5, 0.5];
    let check = |rule: Sizing, expected: &[f64]| {
        let sized = Sizer::new(&rule, 1, 252.0).size(&[0.45, 0.55], &held);
        assert_eq!(sized, expected);
    };
    check(Sizing::TargetWeights(BandSizing { band: 0.1 }), &held);
    check(Sizing::TargetWeights(BandSizing { band: 0.01 }), &[0.45, 0.55]);
    check(Sizing::EqualRisk(WindowSizing { window: 10, band: 0.1 }), &held);
    let rule = FixedFractionalSizing { fraction: 0.45, band: 0.1 };
    check(Sizing::FixedFractional(rule), &held);
}
