use super::percentile::{percentile, sorted};
use super::yeo_johnson::{fit_lambda, yeo_johnson};
use super::{FittedStep, FittedTransforms};
use crate::base::Timestamp;
use crate::config::{ClipPercentile, Transform};
use crate::features::FeatureFrame;
use crate::features::test_panels::{range, xnys};

const CHAIN: [Transform; 4] = [
    Transform::ClipPercentile(ClipPercentile { low: 0.1, high: 99.9 }),
    Transform::YeoJohnson,
    Transform::Standardize,
    Transform::Squash,
];

fn fixture() -> Vec<Vec<f64>> {
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/simple/transforms.csv"))
        .lines()
        .map(|line| line.split(',').map(|x| x.parse().unwrap()).collect())
        .collect()
}

/// One row a day from 2024-01-01 on, decided at the close of New York.
fn frame(columns: &[(&str, &[f64])]) -> FeatureFrame {
    let hour = |day: usize| 1_704_142_800 + 86_400 * i64::try_from(day).unwrap();
    FeatureFrame {
        names: columns.iter().map(|(name, _)| (*name).to_owned()).collect(),
        times: (0..columns[0].1.len()).map(|day| Timestamp::from_seconds(hour(day))).collect(),
        columns: columns.iter().map(|(_, values)| values.to_vec()).collect(),
    }
}

fn fit(transforms: &[Transform], frame: &FeatureFrame, days: &str) -> FittedTransforms {
    FittedTransforms::fit(transforms, frame, range(days), &xnys()).unwrap()
}

/// Lines: λ; the sample; the sample transformed; percentiles asked for, then their values.
#[test]
fn power_and_percentiles_equal_scipy_and_numpy() {
    let rows = fixture();
    assert!(rows.len() >= 40 && rows.len().is_multiple_of(4));
    for case in rows.chunks(4) {
        let lambda = case[0][0];
        for (x, expected) in case[1].iter().zip(&case[2]) {
            let found = yeo_johnson(*x, lambda);
            assert!((found - expected).abs() <= 1e-9 * expected.abs().max(1.0), "{lambda}: {x}");
        }
        let ordered = sorted(&case[1]);
        let (percents, expected) = case[3].split_at(case[3].len() / 2);
        for (percent, expected) in percents.iter().zip(expected) {
            let found = percentile(&ordered, *percent);
            assert!((found - expected).abs() <= 1e-12 * expected.abs().max(1.0), "{percent}");
        }
        if case[1].len() > 100 {
            let found = fit_lambda(&case[1]);
            assert!((found - lambda).abs() < 1e-6, "{found} {lambda}");
        }
    }
}

#[test]
fn the_fit_sees_its_range_only() {
    let values = [f64::NAN, 1.0, 2.0, 3.0, 4.0, 1000.0];
    let fitted =
        fit(&[Transform::Standardize], &frame(&[("a", &values)]), "2024-01-01..2024-01-05");
    let step = FittedStep::Scale { center: 2.5, scale: 1.25_f64.sqrt() };
    assert_eq!(fitted.columns()[0].steps, [step]);
    let mut out = [0.0];
    fitted.apply_row(&[2.5 + 1.25_f64.sqrt()], &mut out);
    assert_eq!(out, [1.0]);
    fitted.apply_row(&[f64::NAN], &mut out);
    assert!(out[0].is_nan());
}

#[test]
fn robust_by_hand() {
    let spread = [1.0, 2.0, 3.0, 4.0, 100.0];
    let mostly = [0.0, 0.0, 0.0, 0.0, 7.0];
    let frame = frame(&[("spread", &spread), ("mostly", &mostly), ("same", &[5.0; 5])]);
    let fitted = fit(&[Transform::Robust], &frame, "2024-01-01..2024-12-31");
    let steps: Vec<FittedStep> = fitted.columns().iter().map(|column| column.steps[0]).collect();
    assert_eq!(
        steps,
        [
            FittedStep::Scale { center: 3.0, scale: 2.0 },
            FittedStep::Scale { center: 0.0, scale: 1.0 },
            FittedStep::Constant { value: 5.0 },
        ]
    );
}

#[test]
fn constant_columns_are_zero_and_recorded() {
    let noise: Vec<f64> = (0..50).map(|i| 0.1 + f64::from(i % 3) * 1e-17).collect();
    let frame = frame(&[("c", &[0.3; 50]), ("noise", &noise)]);
    let fitted = fit(&CHAIN, &frame, "2024-01-01..2024-12-31");
    assert_eq!(fitted.constant_columns().collect::<Vec<_>>(), ["c", "noise"]);
    let mut out = [1.0; 2];
    fitted.apply_row(&[0.3, 9.0], &mut out);
    assert_eq!(out, [0.0, 0.0]);
}

#[test]
fn a_column_without_values_is_named() {
    let late = [f64::NAN, f64::NAN, 1.0];
    let error = FittedTransforms::fit(
        &CHAIN,
        &frame(&[("a", &[1.0, 2.0, 3.0]), ("SPY.late", &late)]),
        range("2024-01-01..2024-01-02"),
        &xnys(),
    );
    assert_eq!(
        error.unwrap_err().to_string(),
        "column `SPY.late` must have a finite value in the fit range 2024-01-01..2024-01-02, had none"
    );
    let limits = Transform::ClipPercentile(ClipPercentile { low: 50.0, high: 20.0 });
    let days = range("2024-01-01..2024-01-02");
    let error = FittedTransforms::fit(&[limits], &frame(&[("a", &[1.0])]), days, &xnys());
    assert!(error.unwrap_err().to_string().ends_with("within 0..=100, was 50..20"));
}

#[test]
fn seen_days_are_refused() {
    let fitted = fit(&CHAIN, &frame(&[("a", &[1.0, 2.0])]), "2024-01-01..2024-01-31");
    assert!(fitted.check_unseen(range("2024-02-01..2024-02-29")).is_ok());
    assert_eq!(
        fitted.check_unseen(range("2024-01-31..2024-02-29")).unwrap_err().to_string(),
        "transforms fitted on 2024-01-01..2024-01-31 must not be judged on days they have seen, was \
         2024-01-31..2024-02-29"
    );
}

#[test]
fn numbers_survive_json_bit_for_bit() {
    let rows = fixture();
    let frame = frame(&[("a", &rows[1][..250]), ("b", &rows[5][..250]), ("c", &rows[9][..250])]);
    let fitted = fit(&CHAIN, &frame, "2024-01-01..2024-12-31");
    let text = serde_json::to_string(&fitted).unwrap();
    let again: FittedTransforms = serde_json::from_str(&text).unwrap();
    assert_eq!(again, fitted);
    assert_eq!(again.apply_frame(&frame).unwrap(), fitted.apply_frame(&frame).unwrap());
    assert!(text.contains(r#""fit_range":"2024-01-01..2024-12-31""#), "{text}");
}

#[test]
fn the_whole_chain_stays_inside_its_bounds() {
    let rows = fixture();
    for sample in [&rows[1], &rows[5], &rows[9], &rows[13], &rows[17]] {
        let frame = frame(&[("a", sample)]);
        let out = fit(&CHAIN, &frame, "2024-01-01..2025-12-31").apply_frame(&frame).unwrap();
        let mean = out.iter().sum::<f32>() / out.len() as f32;
        assert!(out.iter().all(|x| x.abs() <= 1.5) && mean.abs() < 0.1, "{mean}");
    }
}
