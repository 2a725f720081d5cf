//! Folds of a small made-up market, trained and judged for real.

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use super::command::{FoldOptions, Walk, eval_folds};
use super::planned::{FoldKind, Planned};
use super::trainer::{FoldTrainer, LocalTrainer, TrainedFold};
use crate::base::{Interrupt, NoProgress, StopSignal};
use crate::commands::judge::{SweepOptions, sweep};
use crate::commands::session::device;
use crate::commands::{Console, Failure, FailureKind, OutputFormat, SessionOptions, Talk};
use crate::config::Agent;
use crate::evaluate::stress::StressOutcome;
use crate::evaluate::walk::{FoldResult, WalkForwardOutcome};

const AGENT: &str = "
name: small
universe: { symbols: [AAA, BBB], calendar: 24x7 }
data:
  source: { synthetic: { seed: 1 } }
  train: 2010-01-01..2010-06-30
  validation: 2010-07-01..2010-08-31
  test: 2010-09-01..2010-10-31
  embargo_bars: 3
features: [{ mean: { window: 10, input: volume } }]
transform: [standardize]
env: { num_envs: 4, episode: { length_bars: 20 } }
model: { mlp: { hidden: 4 } }
learner: { ppo: { total_env_steps: 128, num_steps: 16, sequence_length: 4, minibatch_transitions: 32, update_epochs: 1 } }
train: { validate_every_updates: 1 }
eval:
  walk_forward: { train_bars: 80, validation_bars: 20, test_bars: 20, step_bars: 60 }
  purged: { groups: 5, test_groups: 2, purge_bars: 2, embargo_bars: 4 }
";

struct Place {
    _folder: tempfile::TempDir,
    root: PathBuf,
    options: SessionOptions,
}

fn place() -> Place {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().to_owned();
    std::fs::write(root.join("agent.yaml"), AGENT).unwrap();
    let set = |key: &str, name: &str| format!("store.{key}={}", root.join(name).display());
    let options = SessionOptions {
        configs: vec![root.join("agent.yaml")],
        env: None,
        sets: vec![set("lake_dir", "lake"), set("runs_dir", "runs")],
        seed: None,
        device: "cpu".to_owned(),
        console: Console { format: OutputFormat::Json, talk: Talk::Quiet, name: None },
        show_progress: false,
        offline: true,
    };
    Place { _folder: folder, root, options }
}

/// Counts how often it is asked, and trains for real.
struct Counted<'a> {
    inner: LocalTrainer<'a>,
    trained: Mutex<Vec<String>>,
}

impl FoldTrainer for Counted<'_> {
    fn train(&self, agent: &Agent, folder: &Path) -> Result<TrainedFold, Failure> {
        self.trained.lock().unwrap().push(agent.data.test.to_string());
        self.inner.train(agent, folder)
    }
}

/// Runs all folds of a place; their results and how many were trained.
fn run(
    place: &Place,
    kind: FoldKind,
    interrupt: &Interrupt,
) -> Result<(Vec<FoldResult>, usize), Failure> {
    let session = place.options.load()?;
    let planned = Planned::new(&place.options, &session.lake, session.agent(), (kind, None))?;
    let device = device("cpu")?;
    let at = Cell::new((0, 0));
    let inner = LocalTrainer {
        lake: &session.lake,
        device: &device,
        interrupt,
        progress: &NoProgress,
        place: &at,
    };
    let trainer = Counted { inner, trained: Mutex::default() };
    let folder = place.root.join("folds");
    let walk = Walk { planned: &planned, lake: &session.lake, folder: &folder, device: "cpu" };
    let results = walk.results(&trainer, interrupt, &at)?;
    let trained = trainer.trained.lock().unwrap().len();
    Ok((results, trained))
}

#[test]
fn folds_are_trained_once_and_come_out_the_same() {
    let place = place();
    let never = Interrupt::never();
    let (results, trained) = run(&place, FoldKind::WalkForward, &never).unwrap();
    // 304 days less 9 of warm-up; 80 + 3 + 20 + 3 + 20 bars a fold, 60 apart.
    assert_eq!((results.len(), trained), (3, 3));
    for (number, fold) in results.iter().enumerate() {
        assert_eq!((fold.number, fold.train_bars, fold.tests.len()), (number, 80, 1));
        // The last bar is only lived through.
        assert_eq!((fold.tests[0].returns.len(), fold.validation.returns.len()), (19, 19));
        assert!(fold.validation_score.is_some() && fold.trouble.is_none());
        assert!(fold.train.end() < fold.validation.range.start());
        assert!(fold.validation.range.end() < fold.tests[0].range.start());
    }
    let (again, trained) = run(&place, FoldKind::WalkForward, &never).unwrap();
    assert_eq!((again == results, trained), (true, 0));

    // A file that is not whole is as if it were not there; the same seed gives the same bits.
    let folds = std::fs::read_dir(place.root.join("folds")).unwrap();
    let mut folds: Vec<PathBuf> = folds.map(|entry| entry.unwrap().path()).collect();
    folds.sort();
    assert!(!folds[1].join("checkpoint").exists());
    std::fs::write(folds[1].join("result.json"), b"{\"schema_ver").unwrap();
    let (mended, trained) = run(&place, FoldKind::WalkForward, &never).unwrap();
    assert_eq!((mended == results, trained), (true, 1));
}

#[test]
fn a_signal_keeps_what_is_finished() {
    let place = place();
    let interrupt = Interrupt::never();
    interrupt.request_stop(StopSignal::Term);
    let failure = run(&place, FoldKind::WalkForward, &interrupt).unwrap_err();
    assert_eq!(failure.kind(), FailureKind::Stopped(StopSignal::Term));
    assert_eq!(run(&place, FoldKind::WalkForward, &Interrupt::never()).unwrap().1, 3);
}

#[test]
fn purged_splits_learn_around_what_they_are_judged_on() {
    let place = place();
    let (results, trained) = run(&place, FoldKind::Purged, &Interrupt::never()).unwrap();
    assert_eq!((results.len(), trained), (10, 10));
    let groups: Vec<usize> =
        results.iter().flat_map(|split| &split.tests).filter_map(|test| test.group).collect();
    assert!((0..5).all(|group| groups.iter().filter(|g| **g == group).count() == 4));
    for split in &results {
        assert!(split.train_bars < 304 - 9 - 3 * 58, "{split:?}");
        for test in &split.tests {
            let is_left_out = split.train_except.iter().any(|except| {
                except.contains(test.range.start()) && except.contains(test.range.end())
            });
            assert!(is_left_out || test.range.start() > split.train.end(), "{split:?}");
        }
    }
}

#[test]
fn the_command_keeps_every_bar() {
    let place = place();
    let folder = place.root.join("walk");
    let command = FoldOptions {
        kind: FoldKind::WalkForward,
        range: Some("2010-02-01..2010-09-30".parse().unwrap()),
        folder: Some(folder.clone()),
    };
    eval_folds(&place.options, &command).unwrap();
    let text = std::fs::read_to_string(folder.join("outcome.json")).unwrap();
    let outcome: WalkForwardOutcome = serde_json::from_str(&text).unwrap();
    assert_eq!(outcome.folds.len(), 2);
    assert_eq!(outcome.stitched.returns.len(), 2 * 19);
    assert_eq!(outcome.stitched.times.len(), outcome.stitched.equity.len());
    // The bundle of a fold is a bundle: judged alone it does what it did in its fold.
    let file = place.root.join("sweep.json");
    let mut options = place.options.clone();
    options.sets.push("eval.stress.bad_years.judged=2".to_owned());
    let sweep_of = SweepOptions {
        bundle: outcome.folds[1].bundle.clone(),
        range: None,
        in_sample: false,
        file: Some(file.clone()),
    };
    sweep(&options, &sweep_of).unwrap();
    let text = std::fs::read_to_string(file).unwrap();
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    let found: StressOutcome = serde_json::from_value(document["stress"].clone()).unwrap();
    assert_eq!(found.unstressed, outcome.folds[1].tests[0].figures);
    assert_eq!(found.delays[0].figures, found.unstressed);
    let years = found.scenarios.iter().find(|scenario| scenario.name == "bad_years").unwrap();
    assert_eq!(years.runs.len(), 2);
    options.sets.push("env.costs.minimum=1".to_owned());
    assert_eq!(sweep(&options, &sweep_of).unwrap_err().kind(), FailureKind::Usage);

    let huge = FoldOptions { range: Some("2010-02-01..2010-04-30".parse().unwrap()), ..command };
    let failure = eval_folds(&place.options, &huge).unwrap_err();
    assert_eq!(failure.kind(), FailureKind::Usage);
    assert!(failure.to_string().contains("walk-forward needs at least 126 bars"), "{failure}");
}
