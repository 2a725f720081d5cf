use super::*;
use crate::base::parse_date;
use jiff::ToSpan;

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
    let tail = tails.estimate(&[1.0, 0.0]).unwrap();
    // The third worst of twenty days.
    assert!((tail.var_frac - 1.0 / 83.0).abs() < 1e-12, "{tail:?}");
}

#[test]
fn the_window_forgets_and_short_history_estimates_nothing() {
    let mut tails = tails(20, 0.9);
    assert_eq!(tails.estimate(&[1.0, 0.0]), Err(TooShort { days: 0, needed: 20 }));
    tails.observe(day(0), &[100.0, 1.0]);
    tails.observe(day(1), &[50.0, 1.0]);
    for number in 2..=20 {
        assert!(tails.estimate(&[1.0, 0.0]).is_err());
        tails.observe(day(number), &[50.0, 1.0]);
    }
    let crash = tails.estimate(&[1.0, 0.0]).unwrap();
    assert!((crash.cvar_frac - 0.25).abs() < 1e-12, "{crash:?}");
    tails.observe(day(21), &[50.0, 1.0]);
    assert_eq!(tails.estimate(&[1.0, 0.0]).unwrap().cvar_frac, 0.0);
    assert_eq!(tails.estimate(&[0.0, -3.0]).unwrap().var_frac, 0.0);
}

#[test]
fn a_symbol_without_a_close_keeps_its_last_one_and_counts_from_its_first() {
    let mut tails = tails(20, 0.9);
    for number in 0..=30 {
        let late = if number < 15 { f64::NAN } else { 10.0 };
        let gap = if number == 20 { f64::NAN } else { 100.0 };
        tails.observe(day(number), &[gap, late]);
    }
    assert!(tails.estimate(&[1.0, 0.0]).is_ok());
    assert_eq!(tails.estimate(&[1.0, 0.1]), Err(TooShort { days: 15, needed: 20 }));
    assert!(tails.estimate(&[f64::NAN, 0.0]).is_err());
    assert!(tails.estimate(&[f64::INFINITY, 0.0]).is_err());
}
