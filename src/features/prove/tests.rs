use std::sync::atomic::{AtomicU64, Ordering};

use super::divergence::DivergenceKind;
use super::futures::{changed, cut_rows};
use super::proof::{CutCoverage, Proof, ProofError, prove, prove_batch};
use crate::base::{NoProgress, Progress, ProgressUpdate};
use crate::domain::Panel;
use crate::features::test_panels::{DAILY, MINUTES, daily, minutes, specs, xnys};
use crate::features::{FeatureFrame, FeatureGraph, batch};

fn panel() -> Panel {
    daily(&["SPY", "QQQ"], "2023-01-03..2023-06-30", 31, 5)
}

fn graph_of(list: &str, panel: &Panel) -> FeatureGraph {
    FeatureGraph::try_new(&specs(list), &panel.symbols, panel.timeframe, &xnys()).unwrap()
}

struct Count(AtomicU64);

impl Progress for Count {
    fn report(&self, update: &ProgressUpdate) {
        self.0.fetch_max(update.done, Ordering::Relaxed);
    }
}

#[test]
fn every_kind_is_proved_at_every_row() {
    let panel = panel();
    let progress = Count(AtomicU64::new(0));
    let report = prove(&graph_of(DAILY, &panel), &panel, &progress).unwrap();
    assert_eq!((report.rows, report.truncated_at), (panel.rows.len(), panel.rows.len() - 1));
    assert_eq!(report.cuts, CutCoverage::EveryRow);
    assert_eq!(progress.0.load(Ordering::Relaxed), panel.rows.len() as u64 - 1);
    let mut short = minutes(&["SPY", "QQQ"], "2024-07-03..2024-07-05", 1, 3);
    short.rows.truncate(400);
    prove(&graph_of(MINUTES, &short), &short, &NoProgress).unwrap();
}

#[test]
fn panels_of_no_row_and_of_one_are_proved() {
    for rows in [0, 1] {
        let mut panel = panel();
        panel.rows.truncate(rows);
        assert_eq!(prove(&graph_of(DAILY, &panel), &panel, &NoProgress).unwrap().rows, rows);
    }
}

/// The last column at each row is what it should be one row later.
fn peeking(graph: &FeatureGraph, panel: &Panel) -> FeatureFrame {
    let mut frame = batch(graph, panel).unwrap();
    let column = frame.columns.last_mut().unwrap();
    if !column.is_empty() {
        column.rotate_left(1);
        *column.last_mut().unwrap() = 0.0;
    }
    frame
}

/// The last column less its minimum over all rows: a fit that has seen everything.
fn fitted_on_all(graph: &FeatureGraph, panel: &Panel) -> FeatureFrame {
    let mut frame = batch(graph, panel).unwrap();
    let column = frame.columns.last_mut().unwrap();
    let lowest = column.iter().copied().fold(f64::INFINITY, f64::min);
    column.iter_mut().for_each(|x| *x -= lowest);
    frame
}

const LIST: &str = r#"[{"return": {"window": 1}}, {"mean": {"window": 3}}]"#;

#[test]
fn a_batch_that_looks_ahead_is_caught_by_column_and_row() {
    let panel = panel();
    let graph = graph_of(LIST, &panel);
    let peek = |panel: &Panel| Ok(peeking(&graph, panel));
    let Err(ProofError::Divergence(found)) = prove_batch(&graph, &panel, &peek, &NoProgress) else {
        panic!("the proof passed a batch that looks ahead");
    };
    assert_eq!((found.column.as_str(), found.row), ("QQQ.mean_3", 1));
    assert_eq!(found.kind, DivergenceKind::Stream);
    let text = found.to_string();
    assert!(text.starts_with("column `QQQ.mean_3` must be "), "{text}");
    assert!(
        text.contains("at 2023-01-04T21:00:00Z (row 1), was NaN computed row by row"),
        "{text}"
    );
}

/// What the two changes of the future find by themselves, without the stream.
fn check_caught(make: fn(&FeatureGraph, &Panel) -> FeatureFrame, row: usize, only_future: bool) {
    let panel = panel();
    let graph = graph_of(LIST, &panel);
    let batch = |panel: &Panel| Ok(make(&graph, panel));
    let whole = make(&graph, &panel);
    let cuts: Vec<usize> = (0..panel.rows.len() - 1).collect();
    let proof =
        Proof { panel: &panel, batch: &batch, whole: &whole, cuts: &cuts, progress: &NoProgress };
    for (result, kind) in [
        (proof.truncate(), DivergenceKind::Truncation),
        (proof.perturb(), DivergenceKind::Perturbation),
    ] {
        let Err(ProofError::Divergence(found)) = result else { panic!("{kind} found nothing") };
        assert_eq!((found.column.as_str(), found.kind), ("QQQ.mean_3", kind));
        assert!(only_future || found.row == row, "{found}");
        assert_eq!(found.time, panel.rows[found.row].time);
    }
}

#[test]
fn cutting_and_changing_the_future_catch_it_alone() {
    check_caught(peeking, 0, true);
    check_caught(fitted_on_all, 2, false);
}

#[test]
fn a_changed_future_differs_in_every_bar() {
    let panel = panel();
    let other = changed(&panel);
    for (left, right) in panel.rows.iter().zip(&other.rows) {
        assert_eq!(left.time, right.time);
        for (left, right) in left.bars.iter().zip(&right.bars) {
            let Some(right) = right else { continue };
            assert_ne!(left.unwrap().close, right.close);
            assert!(right.low <= right.open.min(right.close) && right.low > 0.0);
            assert!(right.high >= right.open.max(right.close));
        }
    }
}

#[test]
fn long_panels_are_cut_at_a_sample_of_rows() {
    assert_eq!(cut_rows(5, 100), [0, 1, 2, 3]);
    assert!(cut_rows(0, 10).is_empty() && cut_rows(1, 10).is_empty());
    let cuts = cut_rows(1_000_000, 40);
    assert_eq!(cuts.len(), 40);
    assert!(cuts.is_sorted() && cuts.contains(&999_998) && cuts.contains(&49_998));
}
