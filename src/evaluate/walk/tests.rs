//! Folds by hand, and what must hold for every size of them.

use std::ops::Range;

use proptest::prelude::*;

use super::*;
use crate::base::{Date, Timestamp, digest_bytes, parse_date};
use crate::config::{Agent, Purged, WalkForward, WalkMode};
use crate::evaluate::Figures;
use crate::metrics::BarClock;

const CLOCK: BarClock = BarClock { bars_per_year: 252.0 };

fn walk(
    train_bars: usize,
    validation_bars: usize,
    test_bars: usize,
    step_bars: usize,
) -> WalkForward {
    WalkForward { train_bars, validation_bars, test_bars, step_bars, mode: WalkMode::Rolling }
}

fn parts(fold: &Fold) -> [Range<usize>; 3] {
    [fold.train.clone(), fold.validation.clone(), fold.test.clone()]
}

#[test]
fn folds_by_hand() {
    let found = walk_forward_folds(30, &walk(10, 4, 5, 3), 1).unwrap();
    let found: Vec<_> = found.iter().map(parts).collect();
    assert_eq!(
        found,
        [
            [0..10, 11..15, 16..21],
            [3..13, 14..18, 19..24],
            [6..16, 17..21, 22..27],
            [9..19, 20..24, 25..30],
        ]
    );
    let anchored = WalkForward { mode: WalkMode::Anchored, ..walk(10, 4, 5, 3) };
    let found = walk_forward_folds(26, &anchored, 1).unwrap();
    let found: Vec<_> = found.iter().map(parts).collect();
    assert_eq!(found, [[0..10, 11..15, 16..21], [0..13, 14..18, 19..24]]);
    let error = walk_forward_folds(20, &walk(10, 4, 5, 3), 1).unwrap_err();
    assert_eq!(error.to_string(), "walk-forward needs at least 21 bars, found 20 after warm-up");
    // The defaults over 15 years of days: (3780 - 252 - 63 - 63 - 10) / 21 steps after the first.
    let found = walk_forward_folds(3780, &WalkForward::default(), 5).unwrap();
    assert_eq!(found.len(), 1 + 3392 / 21);
}

#[test]
fn a_split_by_hand() {
    // Six groups of ten rows; the last choice tests groups 4 and 5.
    let groups = group_rows(60, 6);
    assert_eq!(groups[0], 0..10);
    let settings = Purged { groups: 6, test_groups: 2, purge_bars: 2, embargo_bars: 3 };
    let splits = purged_splits(&groups, &settings);
    assert_eq!(splits.len(), 15);
    assert_eq!((num_splits(6, 2), num_paths(6, 2)), (15, 5));
    assert_eq!(
        (splits[0].test_groups.clone(), splits[14].test_groups.clone()),
        (vec![0, 1], vec![4, 5])
    );
    // Split 0 tests rows 0..20 and validates on the first of the other groups, 20..30.
    assert_eq!(splits[0].validation, 23..30);
    assert_eq!(splits[0].train, vec![33..60]);
    // Split 6 tests groups 1 and 3; the others are 0, 2, 4, 5 and the third of them validates.
    assert_eq!(splits[6].test_groups, [1, 3]);
    assert_eq!(splits[6].validation, 43..50);
    assert_eq!(splits[6].train, vec![0..8, 23..28, 53..60]);
    // Groups of training that touch are one segment.
    assert_eq!(splits[14].validation_group, 2);
    assert_eq!(splits[14].train, vec![0..18, 33..38]);
    let paths = purged_paths(&splits, 6);
    assert_eq!(paths.len(), 5);
    // López de Prado 2018, figure 12.1: the first path takes the first split of every group.
    assert_eq!(paths[0], [0, 0, 1, 2, 3, 4]);
}

proptest! {
    #[test]
    fn no_part_of_a_fold_comes_near_another(
        rows in 10_usize..2000,
        sizes in (2_usize..200, 2_usize..80, 2_usize..80, 1_usize..90),
        embargo in 0_usize..30,
        is_anchored: bool,
    ) {
        let (train, validation, test, step) = sizes;
        let mode = if is_anchored { WalkMode::Anchored } else { WalkMode::Rolling };
        let settings = WalkForward { mode, ..walk(train, validation, test, step) };
        let Ok(folds) = walk_forward_folds(rows, &settings, embargo) else {
            prop_assert!(rows < train + validation + test + 2 * embargo);
            return Ok(());
        };
        for (number, fold) in folds.iter().enumerate() {
            prop_assert_eq!(fold.number, number);
            prop_assert!(fold.train.end + embargo == fold.validation.start);
            prop_assert!(fold.validation.end + embargo == fold.test.start);
            prop_assert!(fold.test.end <= rows);
            prop_assert_eq!(fold.test.len(), test);
        }
        // Another fold would not fit.
        let last = &folds[folds.len() - 1];
        prop_assert!(last.test.end + step > rows);
    }

    #[test]
    fn no_learned_row_is_near_a_tested_one(
        rows in 30_usize..1500,
        groups in 3_usize..10,
        taken in 1_usize..8,
        purge_bars in 0_usize..40,
        embargo_bars in 0_usize..40,
    ) {
        let test_groups = taken.min(groups - 2);
        let settings = Purged { groups, test_groups, purge_bars, embargo_bars };
        let cut = group_rows(rows, groups);
        let splits = purged_splits(&cut, &settings);
        prop_assert_eq!(splits.len(), num_splits(groups, test_groups));
        let mut tested = vec![0_usize; rows];
        for split in &splits {
            split.tests.iter().for_each(|test| test.clone().for_each(|row| tested[row] += 1));
            let held = split.tests.iter().chain(std::iter::once(&cut[split.validation_group]));
            for (away, learned) in held.flat_map(|away| split.train.iter().map(move |l| (away, l))) {
                let is_before = learned.end + purge_bars <= away.start;
                let is_after = learned.start >= away.end + embargo_bars;
                prop_assert!(is_before || is_after, "{:?} {:?}", learned, away);
            }
            prop_assert!(split.train.windows(2).all(|pair| pair[0].end < pair[1].start));
            prop_assert!(!split.test_groups.contains(&split.validation_group));
        }
        // Every row is tested once on every path.
        let paths = purged_paths(&splits, groups);
        prop_assert_eq!(paths.len(), num_paths(groups, test_groups));
        prop_assert!(tested.iter().all(|&count| count == paths.len()));
        for path in &paths {
            for (group, &split) in path.iter().enumerate() {
                prop_assert!(splits[split].test_groups.contains(&group));
            }
        }
        // No two paths share the test of a group.
        for group in 0..groups {
            let mut used: Vec<usize> = paths.iter().map(|path| path[group]).collect();
            used.sort_unstable();
            used.dedup();
            prop_assert_eq!(used.len(), paths.len());
        }
    }
}

fn days(per_day: usize, count: usize) -> DayRows {
    let first: Date = parse_date("2020-01-01").unwrap();
    let day = |row: usize| {
        first.saturating_add(jiff::Span::new().days(i64::try_from(row / per_day).unwrap()))
    };
    DayRows::new((0..per_day * count).map(day).collect())
}

#[test]
fn parts_of_a_fold_lie_on_whole_days() {
    let hourly = days(7, 10);
    assert_eq!(hourly.whole_days(&(0..14)), 0..14);
    assert_eq!(hourly.whole_days(&(3..20)), 7..14);
    assert_eq!(hourly.whole_days(&(3..6)), 6..6);
    assert_eq!(hourly.whole_days(&(60..70)), 63..70);
    let daily = days(1, 10);
    assert_eq!(daily.whole_days(&(3..6)), 3..6);
}

fn agent() -> Agent {
    let text = "name: a\nuniverse: { symbols: [AAA] }\n\
        data:\n  source: { synthetic: {} }\n  train: 2010-01-01..2011-12-31\n  \
        validation: 2012-01-01..2012-06-30\n  test: 2012-07-01..2012-12-31\nfeatures: [{ log_return: { window: 1 } }]\n";
    crate::config::from_bundle_yaml(text, "agent.yaml", &[]).unwrap()
}

#[test]
fn the_agent_of_a_fold_has_its_days() {
    let (agent, days) = (agent(), days(1, 60));
    let sheet = Sheet { agent: &agent, days: &days };
    let folds = walk_forward_folds(60, &walk(10, 4, 5, 3), 2).unwrap();
    let fold = sheet.walk_forward(&folds[1]).unwrap();
    let data = &fold.agent.data;
    assert_eq!(data.train.to_string(), "2020-01-04..2020-01-13");
    assert_eq!(data.validation.to_string(), "2020-01-16..2020-01-19");
    assert_eq!(data.test.to_string(), "2020-01-22..2020-01-26");
    assert_eq!((data.embargo_bars, fold.train_bars, fold.tests.len()), (0, 10, 1));

    let settings = Purged { groups: 6, test_groups: 2, purge_bars: 2, embargo_bars: 3 };
    let splits = purged_splits(&group_rows(60, 6), &settings);
    let fold = sheet.purged(&splits[6]).unwrap();
    let data = &fold.agent.data;
    assert_eq!(data.train.to_string(), "2020-01-01..2020-02-29");
    let except: Vec<String> = data.train_except.iter().map(ToString::to_string).collect();
    assert_eq!(except, ["2020-01-09..2020-01-23", "2020-01-29..2020-02-22"]);
    assert_eq!((fold.train_bars, fold.tests.len()), (8 + 5 + 7, 2));
    let learned: Vec<bool> = (0..60)
        .map(|row| data.is_train_day(days.range(&(row..row + 1)).unwrap().start()))
        .collect();
    let expected: Vec<bool> =
        (0..60).map(|row| splits[6].train.iter().any(|segment| segment.contains(&row))).collect();
    assert_eq!(learned, expected);
    for (_, range) in &fold.tests {
        assert!(
            data.train_except.iter().any(|e| e.contains(range.start()) && e.contains(range.end()))
        );
    }
    // The settings of every split can be read back as those of any agent.
    for split in &splits {
        let fold = sheet.purged(split).unwrap();
        let yaml = crate::config::effective_yaml(&fold.agent);
        let again = crate::config::from_bundle_yaml(&yaml, "agent.yaml", &[]);
        assert_eq!(again.unwrap(), fold.agent, "{split:?}");
    }
    // Split 0 tests the first groups: everything before its only segment is left out.
    let fold = sheet.purged(&splits[0]).unwrap();
    assert_eq!(fold.agent.data.train_except[0].to_string(), "2020-01-01..2020-02-02");
}

fn result(number: usize, group: Option<usize>, first: i64, returns: &[f64]) -> FoldResult {
    let part = |group: Option<usize>| RangeResult {
        group,
        range: "2020-01-01..2020-01-02".parse().unwrap(),
        figures: Figures::of_returns(returns, CLOCK, 0.0),
        benchmark_sharpe: None,
        times: (0..returns.len() as i64).map(|at| Timestamp::from_seconds(first + at)).collect(),
        returns: returns.to_vec(),
        benchmark_returns: vec![0.0; returns.len()],
    };
    FoldResult {
        schema_version: 1,
        inputs: digest_bytes(b""),
        number,
        train: "2019-01-01..2019-12-31".parse().unwrap(),
        train_except: Vec::new(),
        train_bars: 10,
        bundle: "bundle".into(),
        bundle_digest: digest_bytes(b""),
        validation_score: None,
        trouble: None,
        validation: part(None),
        tests: vec![part(group)],
    }
}

#[test]
fn every_bar_is_stitched_once_from_the_latest_policy() {
    let folds = vec![
        result(0, None, 0, &[0.01, 0.02, 0.03, 0.04]),
        result(1, None, 2, &[0.1, -0.1, 0.1, 0.0]),
    ];
    let outcome = WalkForwardOutcome::of(folds, CLOCK, 0.0);
    assert_eq!(outcome.stitched.returns, [0.01, 0.02, 0.1, -0.1, 0.1, 0.0]);
    let growth = 1.01 * 1.02 * 1.1 * 0.9 * 1.1;
    assert!((outcome.stitched.equity[5] - growth).abs() < 1e-12);
    assert!((outcome.stitched.figures.total_return.unwrap() - (growth - 1.0)).abs() < 1e-12);
    assert_eq!(outcome.test_sharpe.count, 2);
    // Here validation is the test, so nothing is lost between them.
    assert_eq!(outcome.degradation.mean, Some(0.0));
    let text = serde_json::to_string(&outcome).unwrap();
    assert_eq!(serde_json::from_str::<WalkForwardOutcome>(&text).unwrap(), outcome);
}

#[test]
fn paths_take_each_group_from_its_split() {
    let splits = vec![
        result(0, Some(0), 0, &[0.01, 0.01]),
        result(1, Some(1), 10, &[0.03, -0.02]),
        result(2, Some(0), 0, &[0.05, 0.04]),
    ];
    let outcome = PurgedOutcome::of(splits, vec![vec![0, 1], vec![2, 1]], CLOCK, 0.0);
    assert_eq!(outcome.paths[0].stitched.returns, [0.01, 0.01, 0.03, -0.02]);
    assert_eq!(outcome.paths[1].stitched.returns, [0.05, 0.04, 0.03, -0.02]);
    assert_eq!(outcome.path_total_return.count, 2);
    assert!(outcome.path_total_return.max > outcome.path_total_return.min);
}
