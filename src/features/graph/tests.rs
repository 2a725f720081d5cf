use proptest::prelude::*;

use super::{FeatureFrame, FeatureGraph, batch};
use crate::domain::{Panel, Timeframe};
use crate::features::FeatureError;
use crate::features::test_panels::{DAILY, MINUTES, daily, minutes, specs, symbols, xnys};

fn graph_of(json: &str, panel: &Panel) -> FeatureGraph {
    FeatureGraph::try_new(&specs(json), &panel.symbols, panel.timeframe, &xnys()).unwrap()
}

fn streamed(graph: &FeatureGraph, panel: &Panel) -> Vec<Vec<f64>> {
    let mut stream = graph.stream();
    panel.rows.iter().map(|row| stream.update(row).to_vec()).collect()
}

fn bits(values: impl Iterator<Item = f64>) -> Vec<u64> {
    values.map(|x| if x.is_nan() { 0 } else { x.to_bits() }).collect()
}

fn check_equal(frame: &FeatureFrame, rows: &[Vec<f64>]) {
    assert_eq!(frame.num_rows(), rows.len());
    for (index, row) in rows.iter().enumerate() {
        assert_eq!(bits(frame.row(index)), bits(row.iter().copied()), "row {index}");
    }
}

fn column<'a>(frame: &'a FeatureFrame, name: &str) -> &'a [f64] {
    let index = frame.names.iter().position(|found| found == name).unwrap();
    &frame.columns[index]
}

#[test]
fn columns_are_symbol_major_and_no_symbol_pairs_with_itself() {
    let list = r#"[{"rsi": {"window": 14}}, {"macd": {}}, {"correlation": {"with": "SPY", "window": 20}},
        {"group": {"timeframe": "1w", "features": [{"log_return": {"window": 1}}, {"aroon": {"window": 9}}]}}]"#;
    let universe = symbols(&["SPY", "QQQ"]);
    let graph = FeatureGraph::try_new(&specs(list), &universe, Timeframe::Day, &xnys()).unwrap();
    assert_eq!(
        graph.column_names(),
        [
            "SPY.rsi_14",
            "SPY.macd_12_26_9.macd",
            "SPY.macd_12_26_9.signal",
            "SPY.macd_12_26_9.histogram",
            "SPY.log_return_1@1w",
            "SPY.aroon_9.up@1w",
            "SPY.aroon_9.down@1w",
            "QQQ.rsi_14",
            "QQQ.macd_12_26_9.macd",
            "QQQ.macd_12_26_9.signal",
            "QQQ.macd_12_26_9.histogram",
            "QQQ.correlation_SPY_20",
            "QQQ.log_return_1@1w",
            "QQQ.aroon_9.up@1w",
            "QQQ.aroon_9.down@1w",
        ]
    );
}

fn check_refused(list: &str, timeframe: &str, expected: &str) {
    let universe = symbols(&["SPY", "QQQ"]);
    let timeframe = timeframe.parse().unwrap();
    let error = FeatureGraph::try_new(&specs(list), &universe, timeframe, &xnys()).unwrap_err();
    assert_eq!(error.to_string(), expected);
}

#[test]
fn impossible_lists_are_refused() {
    let group = |timeframe: &str, inner: &str| {
        format!(r#"[{{"group": {{"timeframe": "{timeframe}", "features": [{inner}]}}}}]"#)
    };
    let obv = r#"{"obv": {}}"#;
    for (list, timeframe, expected) in [
        ("[]", "1d", "features must give at least one column, the list has none for these symbols"),
        (
            r#"[{"skew": {"window": 2}}]"#,
            "1d",
            "feature `skew`: `window` must be in 3..=10000, was 2",
        ),
        (
            r#"[{"macd": {"fast": 12, "slow": 12}}]"#,
            "1d",
            "feature `macd`: `slow` must be in 13..=10000, was 12",
        ),
        (
            r#"[{"gradient_peaks": {"window": 16, "band_high": 5.0}}]"#,
            "1d",
            "feature `gradient_peaks`: `band_high` must be above `band_low` and below half of \
             `fs_factor`, was 5",
        ),
        (
            r#"[{"beta": {"with": "IWM", "window": 20}}]"#,
            "1d",
            "feature `beta`: `with` must be one of SPY, QQQ, was IWM",
        ),
        (
            r#"[{"rsi": {"window": 14}}, {"rsi": {"window": 14}}]"#,
            "1d",
            "every column must have its own name, `SPY.rsi_14` comes twice",
        ),
        (&group("1d", obv), "1d", "a group on a 1d universe must have a longer timeframe, was 1d"),
        (
            &group("5min", obv),
            "2min",
            "a group on a 2min universe must have a multiple of that timeframe, was 5min",
        ),
        (
            &group("1mo", obv),
            "1w",
            "a group on a 1w universe must have a timeframe of whole weeks, and months are not, \
             was 1mo",
        ),
        (&group("1w", ""), "1d", "features must give at least one column, a group has no features"),
    ] {
        check_refused(list, timeframe, expected);
    }
    let nested = group("1mo", &group("1w", obv).replace(['[', ']'], ""));
    let fixed = nested.replace(r#""features": {"obv": {}}"#, r#""features": [{"obv": {}}]"#);
    let text = "a group on a 1d universe must have features of its own, no other group, was a \
                group in a group";
    check_refused(&fixed, "1d", text);
}

#[test]
fn a_panel_of_another_universe_is_refused() {
    let panel = daily(&["SPY", "QQQ"], "2024-01-02..2024-01-31", 1, 0);
    let other = daily(&["QQQ", "SPY"], "2024-01-02..2024-01-31", 1, 0);
    let error = batch(&graph_of(DAILY, &panel), &other).unwrap_err();
    assert!(matches!(error, FeatureError::Mismatch { .. }));
    assert_eq!(
        error.to_string(),
        "the panel of these features must be SPY, QQQ at 1d, was QQQ, SPY at 1d"
    );
}

#[test]
fn warm_up_ends_where_it_says() {
    let panel = daily(&["SPY", "QQQ"], "2023-01-03..2023-12-29", 3, 0);
    let single: Vec<_> = specs(DAILY);
    for spec in &single {
        let list = serde_json::to_string(&[spec]).unwrap();
        let graph = graph_of(&list, &panel);
        let frame = batch(&graph, &panel).unwrap();
        let ready = frame.first_ready_row().unwrap();
        frame.check_finite_from(ready).unwrap();
        if list.contains("group") {
            assert!(ready < graph.warm_up_rows(), "{list}: {ready}");
        } else {
            assert_eq!(ready + 1, graph.warm_up_rows(), "{list}");
        }
        let first = frame.columns.iter().map(|c| c.iter().position(|x| x.is_finite()).unwrap());
        for (name, first) in frame.names.iter().zip(first) {
            let values = column(&frame, name);
            assert!(values[..first].iter().all(|x| x.is_nan()), "{name}");
        }
    }
    let early = batch(&graph_of(DAILY, &panel), &panel).unwrap();
    let text = early.check_finite_from(0).unwrap_err().to_string();
    assert_eq!(
        text,
        "column `SPY.return_1` must be finite once warmed up, was NaN at 2023-01-03T21:00:00Z (row 0)"
    );
}

#[test]
fn a_symbol_without_a_bar_keeps_its_values() {
    let list = r#"[{"return": {"window": 1}}, {"beta": {"with": "SPY", "window": 3}}, {"mean": {"window": 2}}]"#;
    let full = daily(&["SPY", "QQQ"], "2024-01-02..2024-02-29", 5, 0);
    let mut gaps = full.clone();
    let mut kept = full.clone();
    let gone = |index: usize| index % 4 == 2;
    for (index, row) in gaps.rows.iter_mut().enumerate() {
        if gone(index) {
            row.bars[1] = None;
        }
    }
    let mut index = 0;
    kept.rows.retain(|_| {
        index += 1;
        !gone(index - 1)
    });
    let graph = graph_of(list, &full);
    let (gaps, kept) = (batch(&graph, &gaps).unwrap(), batch(&graph, &kept).unwrap());
    for name in ["QQQ.return_1", "QQQ.beta_SPY_3", "QQQ.mean_2"] {
        let (gaps, kept) = (column(&gaps, name), column(&kept, name));
        let there = (0..gaps.len()).filter(|&index| !gone(index));
        assert_eq!(bits(there.map(|index| gaps[index])), bits(kept.iter().copied()), "{name}");
        for index in (0..gaps.len()).filter(|&index| gone(index)) {
            assert_eq!(bits([gaps[index]].into_iter()), bits([gaps[index - 1]].into_iter()));
        }
    }
}

#[test]
fn a_week_is_known_at_its_last_session() {
    // Easter: no session on Friday 2024-03-29. The data begins on a Wednesday.
    let panel = daily(&["SPY"], "2024-03-13..2024-04-08", 7, 0);
    let list = r#"[{"group": {"timeframe": "1w", "features": [{"return": {"window": 1}}]}}]"#;
    let frame = batch(&graph_of(list, &panel), &panel).unwrap();
    let values = column(&frame, "SPY.return_1@1w");
    let dates: Vec<String> =
        frame.times.iter().map(|time| time.date_in(xnys().zone()).to_string()).collect();
    let row = |date: &str| dates.iter().position(|found| found == date).unwrap();
    let close = |date: &str| panel.rows[row(date)].bars[0].unwrap().close;
    // The week of the 15th is cut by the start of the data, that of the 22nd is the first whole one.
    assert!(values[..row("2024-03-28")].iter().all(|x| x.is_nan()));
    let thursday = close("2024-03-28") / close("2024-03-22") - 1.0;
    let friday = close("2024-04-05") / close("2024-03-28") - 1.0;
    for (from, to, expected) in
        [("2024-03-28", "2024-04-05", thursday), ("2024-04-05", "2024-04-08", friday)]
    {
        let held = &values[row(from)..row(to)];
        assert!(held.iter().all(|x| (x - expected).abs() < 1e-12), "{from}: {held:?} {expected}");
    }
}

#[test]
fn a_month_is_known_at_its_last_session_and_needs_no_bar_of_its_own_there() {
    let mut panel = daily(&["SPY", "QQQ"], "2024-01-02..2024-04-30", 9, 0);
    let list = r#"[{"group": {"timeframe": "1mo", "features": [{"return": {"window": 1}}]}}]"#;
    let row = |panel: &Panel, month_end: &str| {
        let date = |index: usize| panel.rows[index].time.date_in(xnys().zone()).to_string();
        (0..panel.rows.len()).find(|&index| date(index) == month_end).unwrap()
    };
    let (january, february) = (row(&panel, "2024-01-31"), row(&panel, "2024-02-29"));
    let before = panel.rows[february - 1].bars[1].unwrap().close;
    panel.rows[february].bars[1] = None;
    let frame = batch(&graph_of(list, &panel), &panel).unwrap();
    let values = column(&frame, "QQQ.return_1@1mo");
    assert!(values[february - 1].is_nan());
    let expected = before / panel.rows[january].bars[1].unwrap().close - 1.0;
    assert!((values[february] - expected).abs() < 1e-12, "{} {expected}", values[february]);
}

#[test]
fn hours_count_from_the_open_and_end_with_an_early_close() {
    // 2024-07-03 closes at 13:00, so its last hour is 12:30..13:00.
    let panel = minutes(&["SPY"], "2024-07-02..2024-07-03", 11, 0);
    let list = r#"[{"group": {"timeframe": "1h", "features": [{"return": {"window": 1}}]}}]"#;
    let frame = batch(&graph_of(list, &panel), &panel).unwrap();
    let values = column(&frame, "SPY.return_1@1h");
    let changes: Vec<usize> = (1..values.len())
        .filter(|&row| values[row].to_bits() != values[row - 1].to_bits())
        .collect();
    assert_eq!(changes, [119, 179, 239, 299, 359, 389, 449, 509, 569, 599]);
    let close = |row: usize| panel.rows[row].bars[0].unwrap().close;
    let expected = close(599) / close(569) - 1.0;
    assert!((values[599] - expected).abs() < 1e-12);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(12) })]

    #[test]
    fn a_stream_is_the_batch(seed in 0_u64..1000, missing in 0_usize..60, rows in 0_usize..200) {
        let mut panel = daily(&["QQQ", "SPY", "IWM"], "2023-01-11..2023-12-29", seed, missing);
        panel.rows.truncate(rows);
        let graph = graph_of(DAILY, &panel);
        check_equal(&batch(&graph, &panel).unwrap(), &streamed(&graph, &panel));
    }

    #[test]
    fn a_stream_of_minutes_is_the_batch(seed in 0_u64..1000, missing in 0_usize..60) {
        let panel = minutes(&["QQQ", "SPY"], "2024-07-02..2024-07-05", seed, missing);
        let graph = graph_of(MINUTES, &panel);
        check_equal(&batch(&graph, &panel).unwrap(), &streamed(&graph, &panel));
    }

    #[test]
    fn later_bars_change_nothing_before(seed in 0_u64..1000, cut in 1_usize..120) {
        let days = "2023-03-01..2023-09-29";
        let panel = daily(&["QQQ", "SPY"], days, seed, 20);
        let mut other = daily(&["QQQ", "SPY"], days, seed + 1000, 30);
        other.rows[..cut].clone_from_slice(&panel.rows[..cut]);
        let graph = graph_of(DAILY, &panel);
        let (left, right) = (batch(&graph, &panel).unwrap(), batch(&graph, &other).unwrap());
        for row in 0..cut {
            prop_assert_eq!(bits(left.row(row)), bits(right.row(row)));
        }
    }
}
