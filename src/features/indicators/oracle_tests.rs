//! Every kernel against the committed numbers of TA-Lib, and what all kernels have in common.

use std::collections::BTreeMap;

use super::{build, output_names};
use crate::base::{SeedStream, Timestamp};
use crate::config::FeatureSpec;
use crate::domain::Bar;
use crate::features::kernel::KernelInput;

const BARS: &str = include_str!("../../../tests/fixtures/talib/bars.csv");
const FEATURES: &str = include_str!("../../../tests/fixtures/talib/features.json");
const EXPECTED: &str = include_str!("../../../tests/fixtures/talib/expected.csv");

/// Largest error relative to the expected value, or to 1e-3 of the column's largest value
/// where that is more: next to a zero crossing the last bit of a price decides, in TA-Lib as here.
const TOLERANCE: f64 = 1e-9;
const FLOOR: f64 = 1e-3;

fn bar(numbers: &[f64]) -> Bar {
    Bar {
        open_time: Timestamp::MIN,
        available_at: Timestamp::MIN,
        open: numbers[0],
        high: numbers[1],
        low: numbers[2],
        close: numbers[3],
        volume: numbers[4],
    }
}

fn fixture_bars() -> BTreeMap<String, Vec<Bar>> {
    let mut bars: BTreeMap<String, Vec<Bar>> = BTreeMap::new();
    for line in BARS.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let numbers: Vec<f64> = cells[2..].iter().map(|cell| cell.parse().unwrap()).collect();
        bars.entry(cells[1].to_owned()).or_default().push(bar(&numbers));
    }
    bars
}

fn expected_columns() -> (Vec<usize>, BTreeMap<String, Vec<f64>>) {
    let mut lines = EXPECTED.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let header = lines.next().unwrap();
    let lines: Vec<_> = lines.collect();
    let number = |cell: &str| if cell.is_empty() { f64::NAN } else { cell.parse().unwrap() };
    let rows = lines.iter().map(|cells| cells[0].parse().unwrap()).collect();
    let column = |index: usize| lines.iter().map(|cells| number(cells[index])).collect();
    (rows, header.iter().enumerate().skip(1).map(|(i, &n)| (n.to_owned(), column(i))).collect())
}

fn fold(spec: &FeatureSpec, own: &[Bar], other: &[Bar]) -> Vec<Vec<f64>> {
    let mut kernel = build(spec).unwrap();
    let mut out = vec![0.0; kernel.num_outputs()];
    own.iter()
        .zip(other)
        .map(|(bar, other)| {
            kernel.update(&KernelInput { bar, other: Some(other) }, &mut out);
            out.clone()
        })
        .collect()
}

/// The largest error of a column relative to its tolerance scale.
fn worst_error(name: &str, found: &[f64], expected: &[f64]) -> f64 {
    let largest =
        expected.iter().fold(0.0_f64, |a, &x| if x.is_nan() { a } else { a.max(x.abs()) });
    let mut worst = 0.0_f64;
    for (row, (&found, &expected)) in found.iter().zip(expected).enumerate() {
        assert_eq!(found.is_nan(), expected.is_nan(), "{name} entry {row}: {found} {expected}");
        let scale = expected.abs().max(FLOOR * largest);
        if found != expected && !found.is_nan() {
            worst = worst.max((found - expected).abs() / scale);
        }
    }
    worst
}

fn all_features() -> BTreeMap<String, Vec<FeatureSpec>> {
    serde_json::from_str(FEATURES).unwrap()
}

#[test]
fn kernels_equal_ta_lib() {
    let bars = fixture_bars();
    let (rows, mut expected) = expected_columns();
    let mut failures = Vec::new();
    for (symbol, specs) in all_features() {
        let (own, other) = (&bars[&symbol], &bars[if symbol == "X" { "Y" } else { "X" }]);
        for spec in specs {
            let outputs = fold(&spec, own, other);
            for (index, name) in output_names(&spec).unwrap().iter().enumerate() {
                let name = format!("{symbol}.{name}");
                let column = expected.remove(&name).unwrap_or_else(|| panic!("no column {name}"));
                let found: Vec<f64> = rows.iter().map(|&row| outputs[row][index]).collect();
                let worst = worst_error(&name, &found, &column);
                println!("{name} {worst:.1e}");
                if worst > TOLERANCE {
                    failures.push(format!("{name}: {worst:.2e}"));
                }
            }
        }
    }
    assert!(failures.is_empty(), "beyond {TOLERANCE:e}: {failures:#?}");
    assert!(expected.is_empty(), "not computed: {:?}", expected.keys());
}

#[test]
fn outputs_begin_with_the_warm_up_and_stay_finite() {
    let bars = fixture_bars();
    for spec in all_features().into_values().flatten() {
        let warm_up = build(&spec).unwrap().warm_up();
        let outputs = fold(&spec, &bars["X"], &bars["Y"]);
        assert_eq!(output_names(&spec).unwrap().len(), outputs[0].len());
        for (row, values) in outputs.iter().enumerate() {
            let ready = row + 1 >= warm_up;
            let right = |v: &f64| if ready { v.is_finite() } else { v.is_nan() };
            assert!(values.iter().all(right), "{spec:?} row {row}: {values:?}");
        }
    }
}

#[test]
fn flat_bars_give_the_stated_values() {
    let flat = vec![bar(&[0.1, 0.1, 0.1, 0.1, 5.0]); 200];
    for spec in &all_features()["X"] {
        let last = fold(spec, &flat, &flat).pop().unwrap();
        let expected: &[f64] = match spec {
            FeatureSpec::Aroon(_) => &[100.0; 2],
            FeatureSpec::Bollinger(_) => &[0.1; 3],
            FeatureSpec::Ema(_) => &[last[0]],
            FeatureSpec::Sma(_) if last[0] < 1.0 => &[0.1],
            FeatureSpec::Sma(_) | FeatureSpec::Obv(_) => &[5.0],
            _ => &vec![0.0; last.len()],
        };
        let close = last.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-14);
        assert!(close && last.len() == expected.len(), "{spec:?}: {last:?}");
    }
}

#[test]
fn a_row_without_the_other_symbol_is_skipped() {
    let mut rng = SeedStream::new(3).child("pairs").rng();
    let mut price = || bar(&[100.0 + rng.normal(); 5]);
    let rows: Vec<(Bar, Bar)> = (0..40).map(|_| (price(), price())).collect();
    let spec: FeatureSpec = serde_json::from_str(r#"{"beta":{"with":"Y","window":5}}"#).unwrap();
    let (mut whole, mut gappy) = (build(&spec).unwrap(), build(&spec).unwrap());
    let (mut a, mut b) = ([0.0], [0.0]);
    for (own, other) in &rows {
        let stray = price();
        gappy.update(&KernelInput { bar: &stray, other: None }, &mut b);
        assert!(a == b || a[0].is_nan() || a == [0.0], "{a:?} {b:?}");
        whole.update(&KernelInput { bar: own, other: Some(other) }, &mut a);
        gappy.update(&KernelInput { bar: own, other: Some(other) }, &mut b);
        assert!(a == b || a[0].is_nan() && b[0].is_nan());
    }
    assert!(a[0].is_finite());
}
