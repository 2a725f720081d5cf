use super::*;
use crate::base::{Rng, SeedStream, parse_date};
use crate::config::VarMethod;
use jiff::ToSpan;

impl Tails {
    fn tail_of(&self, weights: &[f64]) -> Result<Tail, TooShort> {
        self.estimate(&mut Scratch { weights: weights.to_vec(), returns: Vec::new() })
    }
}

fn day(number: i32) -> Date {
    parse_date("2019-01-01").unwrap().saturating_add(number.days())
}

fn tails(window: usize, confidence: f64) -> Tails {
    let limits = RiskLimits {
        var_window_days: Some(window),
        var_confidence: Some(confidence),
        ..RiskLimits::default()
    };
    Tails::new(&limits, 2)
}

#[test]
fn closes_of_one_day_replace_each_other() {
    let mut tails = tails(20, 0.9);
    for number in 0..=20 {
        let last = 100.0 - f64::from(number);
        tails.observe(day(number), &[50.0, 1.0]);
        tails.observe(day(number), &[last, 1.0]);
    }
    let tail = tails.tail_of(&[1.0, 0.0]).unwrap();
    // The third worst of twenty days.
    assert!((tail.var_frac - 1.0 / 83.0).abs() < 1e-12, "{tail:?}");
}

#[test]
fn the_window_forgets_and_short_history_estimates_nothing() {
    let mut tails = tails(20, 0.9);
    assert_eq!(tails.tail_of(&[1.0, 0.0]), Err(TooShort { days: 0, needed: 20 }));
    tails.observe(day(0), &[100.0, 1.0]);
    tails.observe(day(1), &[50.0, 1.0]);
    for number in 2..=20 {
        assert!(tails.tail_of(&[1.0, 0.0]).is_err());
        tails.observe(day(number), &[50.0, 1.0]);
    }
    let crash = tails.tail_of(&[1.0, 0.0]).unwrap();
    assert!((crash.cvar_frac - 0.25).abs() < 1e-12, "{crash:?}");
    tails.observe(day(21), &[50.0, 1.0]);
    assert_eq!(tails.tail_of(&[1.0, 0.0]).unwrap().cvar_frac, 0.0);
    assert_eq!(tails.tail_of(&[0.0, -3.0]).unwrap().var_frac, 0.0);
}

#[test]
fn a_symbol_without_a_close_keeps_its_last_one_and_counts_from_its_first() {
    let mut tails = tails(20, 0.9);
    for number in 0..=30 {
        let late = if number < 15 { f64::NAN } else { 10.0 };
        let gap = if number == 20 { f64::NAN } else { 100.0 };
        tails.observe(day(number), &[gap, late]);
    }
    assert!(tails.tail_of(&[1.0, 0.0]).is_ok());
    assert_eq!(tails.tail_of(&[1.0, 0.1]), Err(TooShort { days: 15, needed: 20 }));
    assert!(tails.tail_of(&[f64::NAN, 0.0]).is_err());
    assert!(tails.tail_of(&[f64::INFINITY, 0.0]).is_err());
}

/// The same by rows and plain sums, the definition in its shortest form.
struct Plain {
    estimator: Estimator,
    rows: Vec<Vec<f64>>,
}

impl Plain {
    /// Returns of days, oldest first, as far as all that counts is known.
    fn tail_of(&self, weights: &[f64]) -> Tail {
        let of_day = |row: &Vec<f64>| {
            let parts = weights.iter().zip(row).filter(|(weight, _)| **weight != 0.0);
            parts.map(|(weight, change)| weight * change).sum::<f64>()
        };
        let returns = self.rows.iter().map(of_day).filter(|change| change.is_finite());
        self.estimator.tail(&mut returns.collect::<Vec<f64>>())
    }
}

#[test]
fn estimates_are_those_of_plain_sums_to_the_bit() {
    let mut rng = SeedStream::new(7).child("tail").rng();
    let methods = [VarMethod::Historical, VarMethod::Parametric, VarMethod::MonteCarlo];
    for round in 0..60 {
        let (symbols, window) = (1 + rng.below(60), 20 + rng.below(260));
        let limits = RiskLimits {
            var_window_days: Some(window),
            var_confidence: Some([0.9, 0.99, 0.995][rng.below(3)]),
            var_method: Some(methods[round % 3]),
            ..RiskLimits::default()
        };
        let mut tails = Tails::new(&limits, symbols);
        let mut plain = Plain { estimator: tails.estimator.clone(), rows: Vec::new() };
        let mut last = vec![f64::NAN; symbols];
        for number in 0..window as i32 + 40 {
            let mut now = last.clone();
            for (index, close) in now.iter_mut().enumerate() {
                let known = if close.is_nan() { 100.0 } else { *close };
                let is_missing = rng.below(50) == 0 || (index == 0 && number < 5);
                *close = if is_missing { *close } else { known * (0.02 * rng.normal()).exp() };
            }
            // Every day comes twice; the second time counts.
            tails.observe(day(number), &vec![1.0 + rng.uniform(); symbols]);
            tails.observe(day(number), &now);
            if number > 0 {
                plain
                    .rows
                    .push(now.iter().zip(&last).map(|(now, then)| now / then - 1.0).collect());
            }
            plain.rows.drain(..plain.rows.len().saturating_sub(window));
            last = now;
        }
        let mut scratch = Scratch::default();
        for _ in 0..20 {
            let weight = |rng: &mut Rng| if rng.below(4) == 0 { 0.0 } else { rng.normal() };
            scratch.weights = (0..symbols).map(|_| weight(&mut rng)).collect();
            let expected = plain.tail_of(&scratch.weights.clone());
            let found = tails.estimate(&mut scratch).unwrap();
            let bits = |tail: Tail| [tail.var_frac.to_bits(), tail.cvar_frac.to_bits()];
            assert_eq!(bits(found), bits(expected), "{symbols} symbols, {limits:?}");
        }
    }
}
