//! Our figures against the papers' examples, scipy, mpmath and brute force (tests/oracles/overfitting.py).

use super::*;
use crate::metrics::{BarClock, mean, standard_deviation};

const EXPECTED: &str = include_str!("../../../tests/fixtures/metrics/overfitting.csv");

fn expected(case: &str, figure: &str) -> f64 {
    let rows = EXPECTED.lines().map(|line| line.splitn(4, ',').collect::<Vec<_>>());
    let row = rows.into_iter().find(|row| row[0] == case && row[1] == figure);
    row.unwrap_or_else(|| panic!("no {figure} of {case}"))[2].parse().unwrap()
}

fn check(case: &str, figure: &str, found: Option<f64>) {
    let value = expected(case, figure);
    let found = found.unwrap_or_else(|| panic!("{case} {figure} has no value"));
    let error = (found - value).abs() / value.abs().max(1.0);
    assert!(error < 1e-9, "{case} {figure}: {found} instead of {value}");
}

const fn normal(sharpe: f64, bars: usize) -> TrackRecord {
    TrackRecord { sharpe, bars, skew: 0.0, kurtosis: 3.0 }
}

#[test]
fn examples_of_the_sharpe_ratio_efficient_frontier() {
    let month = normal(0.458, 24);
    let skewed = TrackRecord { skew: -2.448, kurtosis: 10.164, ..month };
    check("sref_psr_normal", "published", probabilistic_sharpe(&month, 0.0));
    check("sref_psr_skewed", "published", probabilistic_sharpe(&skewed, 0.0));
    let years = |year: f64, record: TrackRecord| {
        let record = TrackRecord { sharpe: 2.0 / year.sqrt(), ..record };
        min_track_record_bars(&record, 1.0 / year.sqrt(), 0.95).map(|bars| bars / year)
    };
    check("sref_mintrl_daily", "published", years(252.0, month));
    check("sref_mintrl_weekly", "published", years(52.0, month));
    check("sref_mintrl_monthly", "published", years(12.0, month));
    let fund = TrackRecord { skew: -0.72, kurtosis: 5.78, ..month };
    check("sref_mintrl_fund", "published", years(12.0, fund));
}

#[test]
fn example_of_the_deflated_sharpe_ratio() {
    let record =
        TrackRecord { sharpe: 2.5 / 250.0_f64.sqrt(), bars: 1250, skew: -3.0, kurtosis: 10.0 };
    let deflated = |record: TrackRecord, trials: f64| {
        deflated_sharpe(&DeflatedInput { record, trials, sharpe_variance: 0.5 / 250.0 })
    };
    let probability = |found: Option<DeflatedSharpe>| found.map(|found| found.probability);
    let hundred = deflated(record, 100.0);
    check("dsr_sr0", "published", hundred.map(|found| found.expected_max_sharpe));
    check("dsr_100", "published", probability(hundred));
    check("dsr_46", "published", probability(deflated(record, 46.0)));
    let plain = normal(record.sharpe, 1250);
    check("dsr_88_normal", "published", probability(deflated(plain, 88.0)));
}

#[test]
fn example_of_pseudo_mathematics() {
    check("pmfc_minbtl_45", "published", min_backtest_years(1.0, 45.0));
}

/// The series of the oracle: Park and Miller's numbers, twelve of which make one nearly normal.
fn series(seed: u64, trials: usize, bars: usize, shared: f64) -> Vec<Vec<f64>> {
    let mut state = seed;
    let mut draw = || {
        let mut total = 0;
        for _ in 0..12 {
            state = state * 16_807 % 2_147_483_647;
            total += state;
        }
        total as f64 / 2_147_483_647.0 - 6.0
    };
    let mut row = || (0..bars).map(|_| draw()).collect::<Vec<f64>>();
    let common = row();
    let mix = |own: Vec<f64>| {
        let pairs = common.iter().zip(own);
        pairs.map(|(c, o)| 0.01 * (shared.sqrt() * c + (1.0 - shared).sqrt() * o)).collect()
    };
    (0..trials).map(|_| mix(row())).collect()
}

#[test]
fn splits_agree_with_brute_force() {
    for (case, seed, trials, bars, shared, blocks) in
        [("even", 11, 7, 48, 0.0, 6), ("uneven", 12, 5, 53, 0.4, 8), ("pair", 13, 2, 40, 0.0, 4)]
    {
        let found = pbo(&series(seed, trials, bars, shared), blocks).unwrap();
        check(case, "pbo", Some(found.probability));
        check(case, "logit_mean", mean(&found.logits));
        check(case, "logit_sd", standard_deviation(&found.logits));
        check(case, "loss_probability", Some(found.loss_probability));
        check(case, "degradation_slope", found.degradation_slope);
    }
}

#[test]
fn clusters_and_the_whole_judgement_agree() {
    let crowd = series(21, 12, 90, 0.3);
    let groups = [series(22, 5, 90, 0.9), series(23, 4, 90, 0.8), series(24, 3, 90, 0.0)].concat();
    for (case, returns) in [("crowd", crowd), ("groups", groups)] {
        let found = effective_trials(&returns);
        check(case, "effective_trials", Some(found.effective));
        check(case, "clusters", Some(found.count as f64));
        check(case, "silhouette", found.silhouette);
        let trial = |returns| TrialReturns { returns, ..TrialReturns::default() };
        let trials: Vec<TrialReturns> = returns.into_iter().map(trial).collect();
        let best = Overfitting::best(&trials).unwrap();
        let found = Overfitting::compute(&trials, best, BarClock { bars_per_year: 252.0 });
        check(case, "effective_trials", found.effective_trials);
        check(case, "sharpe", found.sharpe);
        check(case, "expected_max_sharpe", found.expected_max_sharpe);
        check(case, "deflated_sharpe", found.deflated_sharpe);
        check(case, "deflated_sharpe_by_spread", found.deflated_sharpe_by_spread);
        check(case, "sharpe_spread", found.sharpe_spread);
        check(case, "probabilistic_sharpe", found.probabilistic_sharpe);
        check(case, "min_track_record_years", found.min_track_record_years);
        check(case, "min_backtest_years", found.min_backtest_years);
    }
}
