//! Our figures against empyrical-reloaded and scipy (tests/oracles/make_metrics.py).

use super::{BarClock, BootstrapOptions, Summary, SummaryInput};
use crate::base::SeedStream;

const RETURNS: &str = include_str!("../../tests/fixtures/metrics/returns.csv");
const EXPECTED: &str = include_str!("../../tests/fixtures/metrics/expected.csv");

fn rows(text: &str) -> impl Iterator<Item = Vec<&str>> {
    text.lines().skip(1).map(|line| line.splitn(4, ',').collect())
}

fn column(case: &str, index: usize) -> Vec<f64> {
    let own = rows(RETURNS).filter(|row| row[0] == case);
    own.map(|row| row[index].parse().unwrap()).collect()
}

fn expected(case: &str) -> Vec<(&'static str, Option<f64>)> {
    let own = rows(EXPECTED).filter(|row| row[0] == case);
    own.map(|row| (row[1], row[2].parse().ok())).collect()
}

fn check(case: &str) {
    let values = expected(case);
    let input = |name: &str| values.iter().find(|(n, _)| *n == name).and_then(|(_, v)| *v).unwrap();
    let (returns, benchmark) = (column(case, 1), column(case, 2));
    let input = SummaryInput {
        returns: &returns,
        benchmark: &benchmark,
        exposure: &[],
        turnover: &[],
        costs: &[],
        trades: &[],
        clock: BarClock { bars_per_year: input("bars_per_year") },
        risk_free: input("risk_free"),
    };
    let options = BootstrapOptions { samples: 0, mean_block_bars: 1.0, confidence: 0.95 };
    let summary = Summary::compute(&input, options, &SeedStream::new(1));
    for &(name, value) in values.iter().skip(2) {
        let found = summary.value(name);
        match (found, value) {
            (Some(found), Some(value)) => {
                let error = (found - value).abs() / value.abs().max(1.0);
                assert!(error < 1e-9, "{case} {name}: {found} instead of {value}");
            }
            _ => assert_eq!(found, value, "{case} {name}"),
        }
    }
}

#[test]
fn all_cases_agree_with_the_oracle() {
    let mut cases: Vec<&str> = rows(EXPECTED).map(|row| row[0]).collect();
    cases.dedup();
    assert_eq!(cases.len(), 8);
    cases.into_iter().for_each(check);
}
