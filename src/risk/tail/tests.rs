use super::*;

fn historical(returns: &[f64], confidence: f64) -> Tail {
    Estimator::new(VarMethod::Historical, confidence).tail(&mut returns.to_vec())
}

fn close(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance, "was {found}, expected {expected}");
}

/// By hand: the losses are 1, 2, … 10 percent.
#[test]
fn a_small_sample_by_hand() {
    let returns: Vec<f64> = (1..=10).map(|percent| -0.01 * f64::from(percent)).collect();
    let check = |confidence: f64, var_frac: f64, cvar_frac: f64| {
        let tail = historical(&returns, confidence);
        close(tail.var_frac, var_frac, 1e-12);
        close(tail.cvar_frac, cvar_frac, 1e-12);
    };
    check(0.9, 0.09, 0.10);
    check(0.8, 0.08, 0.095);
    // The worst 15 %: all of 10 % and half of 9 %.
    check(0.85, 0.09, (0.10 + 0.5 * 0.09) / 1.5);
    check(0.99, 0.10, 0.10);
    check(0.5, 0.05, 0.08);
}

#[test]
fn gains_are_negative_losses() {
    let tail = historical(&[0.01; 30], 0.9);
    assert_eq!((tail.var_frac, tail.cvar_frac), (-0.01, -0.01));
}

/// Expected shortfall is the least of `a + mean(max(loss − a, 0)) / (1 − c)` over all `a`, and the smallest such `a` is the
/// value at risk (Rockafellar and Uryasev 2002).
#[test]
fn the_shortfall_is_the_minimum_of_rockafellar_and_uryasev() {
    let mut rng = SeedStream::new(4).child("tail").rng();
    for _ in 0..300 {
        let count = 20 + rng.below(300);
        let confidence = 0.5 + 0.499 * rng.uniform();
        let returns: Vec<f64> = (0..count).map(|_| 0.01 * rng.student_t(3)).collect();
        let tail = historical(&returns, confidence);
        let bound = |a: f64| {
            let excess: f64 = returns.iter().map(|change| (-change - a).max(0.0)).sum();
            a + excess / (count as f64 * (1.0 - confidence))
        };
        let least = returns.iter().map(|change| bound(-change)).fold(f64::INFINITY, f64::min);
        close(tail.cvar_frac, least, 1e-12);
        close(bound(tail.var_frac), least, 1e-12);
        assert!(tail.cvar_frac >= tail.var_frac);
        let beyond = returns.iter().filter(|&&change| -change > tail.var_frac).count();
        assert!(beyond as f64 <= count as f64 * (1.0 - confidence) + 1e-9);
    }
}

/// Of the normal distribution at 99 %: 2.3263 and 2.6652 deviations.
#[test]
fn the_three_ways_agree_where_returns_are_normal() {
    let mut rng = SeedStream::new(5).child("tail").rng();
    let returns: Vec<f64> = (0..100_000).map(|_| 0.001 + 0.01 * rng.normal()).collect();
    let tails = [VarMethod::Historical, VarMethod::Parametric, VarMethod::MonteCarlo]
        .map(|method| Estimator::new(method, 0.99).tail(&mut returns.clone()));
    for tail in tails {
        close(tail.var_frac, 0.023_263 - 0.001, 5e-4);
        close(tail.cvar_frac, 0.026_652 - 0.001, 5e-4);
    }
    let two = Estimator::new(VarMethod::Parametric, 0.99).tail(&mut [0.01, -0.01]);
    close(two.var_frac, 2.326_347_874_040_841 * 0.000_2_f64.sqrt(), 1e-12);
    close(two.cvar_frac, 2.665_214_220_345_808 * 0.000_2_f64.sqrt(), 1e-12);
}

/// Bits, not digits: two numbers are found in one pass, more by selection.
#[test]
fn the_few_worst_are_those_of_a_selection() {
    let mut rng = SeedStream::new(9).child("tail").rng();
    for _ in 0..2_000 {
        let count = 4 + rng.below(300);
        let values: Vec<f64> =
            (0..count).map(|_| [0.01 * rng.normal(), 0.0, -0.0, -0.01][rng.below(4)]).collect();
        for worst in 0..4 {
            let mut sorted = values.clone();
            let (below, edge, _) = sorted.select_nth_unstable_by(worst, f64::total_cmp);
            let expected = (below.iter().sum::<f64>(), *edge);
            let found = worst_of(&mut values.clone(), worst);
            let bits = |(below, edge): (f64, f64)| [below.to_bits(), edge.to_bits()];
            assert_eq!(bits(found), bits(expected), "{worst} of {values:?}");
        }
    }
}

#[test]
fn fat_tails_show_in_the_historical_way_only() {
    let mut returns = vec![0.001; 198];
    returns.extend([-0.2, -0.2]);
    let [historical, parametric] = [VarMethod::Historical, VarMethod::Parametric]
        .map(|method| Estimator::new(method, 0.99).tail(&mut returns.clone()));
    close(historical.cvar_frac, 0.2, 1e-12);
    assert!(parametric.cvar_frac < 0.06);
}

#[test]
fn an_estimate_needs_a_day_beyond_its_confidence() {
    for (confidence, days) in [(0.99, 100), (0.95, 20), (0.9, 10), (0.995, 200), (0.5, 2)] {
        assert_eq!(Estimator::new(VarMethod::Historical, confidence).days_per_breach(), days);
    }
}
