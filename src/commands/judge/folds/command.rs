//! The command itself.

use std::cell::Cell;
use std::path::{Path, PathBuf};

use super::document::FoldsDocument;
use super::kept::FoldFolder;
use super::pictures::{draw_purged, draw_walk_forward};
use super::planned::{FoldKind, Planned, walk_failure};
use super::trainer::{CHECKPOINTS, FoldTrainer, LocalTrainer, stopped};
use crate::base::{DateRange, Interrupt, LockFile, absolute, write_atomic};
use crate::commands::place::load_bundle;
use crate::commands::session::device;
use crate::commands::train::action_table;
use crate::commands::{Failure, FailureKind, SessionOptions};
use crate::dataset::Lake;
use crate::evaluate::walk::{
    FoldAgent, FoldFacts, FoldJudge, FoldResult, PurgedOutcome, WalkForwardOutcome,
};
use crate::features::FeatureDocument;

const LOCK_FILE: &str = "lock";
const OUTCOME_FILE: &str = "outcome.json";
const PICTURES: &str = "pictures";

/// Options of `eval --walk-forward` and `eval --purged`.
#[derive(Debug, Clone)]
pub struct FoldOptions {
    /// How the bars are cut.
    pub kind: FoldKind,
    /// Days to cut; from the first of data.train to the last of data.test if absent.
    pub range: Option<DateRange>,
    /// Where folds are kept; a folder of the agent inside `store.runs_dir` if absent.
    pub folder: Option<PathBuf>,
}

/// Trains the agent anew on every fold and judges each policy on days that it has not seen.
///
/// # Errors
/// [`FailureKind::Stopped`] after a signal, otherwise as configuration, data and disk have it.
pub fn eval_folds(options: &SessionOptions, command: &FoldOptions) -> Result<(), Failure> {
    let device = device(&options.device)?;
    let session = options.load_with_bars()?;
    let interrupt = options.interrupt()?;
    let agent = session.agent();
    let planned = Planned::new(options, &session.lake, agent, (command.kind, command.range))?;
    let folder = command.folder.clone().unwrap_or_else(|| {
        let name = format!("{}-{}", agent.name, command.kind.name());
        session.place.store.runs_dir.join("folds").join(name)
    });
    let data = |error: &dyn std::fmt::Display| Failure::new(FailureKind::Data, error.to_string());
    std::fs::create_dir_all(&folder).map_err(|error| data(&error))?;
    let _lock = LockFile::try_acquire(&folder.join(LOCK_FILE))
        .map_err(|error| Failure::new(FailureKind::Remote, error))?;
    let progress = options.progress();
    let place = Cell::new((0, 0));
    let (lake, progress_ref) = (&session.lake, &progress);
    let trainer = LocalTrainer {
        lake,
        device: &device,
        interrupt: &interrupt,
        progress: progress_ref,
        place: &place,
    };
    let walk = Walk { planned: &planned, lake, folder: &folder, device: &options.device };
    let results = walk.results(&trainer, &interrupt, &place);
    progress.finish();
    let document = walk.document(command.kind, results?, agent)?;
    options.console.document(&document, || document.to_text())
}

/// All folds of one command.
pub(super) struct Walk<'a> {
    pub(super) planned: &'a Planned,
    pub(super) lake: &'a Lake,
    pub(super) folder: &'a Path,
    /// Where tensors live, as the user named it.
    pub(super) device: &'a str,
}

impl Walk<'_> {
    /// The result of every fold: kept ones as they are, the others trained and judged.
    pub(super) fn results(
        &self,
        trainer: &dyn FoldTrainer,
        interrupt: &Interrupt,
        place: &Cell<(u64, u64)>,
    ) -> Result<Vec<FoldResult>, Failure> {
        let folds = &self.planned.folds;
        let folder_of = |fold: &FoldAgent| {
            FoldFolder::new(self.folder, fold, self.planned.inputs(fold, self.device))
        };
        let folders: Vec<FoldFolder> = folds.iter().map(folder_of).collect();
        let kept: Vec<Option<FoldResult>> = folders.iter().map(FoldFolder::result).collect();
        let to_train = kept.iter().filter(|result| result.is_none()).count() as u64;
        place.set((0, to_train));
        let mut results = Vec::with_capacity(folds.len());
        for ((fold, folder), kept) in folds.iter().zip(&folders).zip(kept) {
            if let Some(kept) = kept {
                results.push(kept);
                continue;
            }
            if let Some(signal) = interrupt.stop_requested() {
                return Err(stopped(signal));
            }
            results.push(self.one(trainer, fold, folder)?);
            let (done, all) = place.get();
            place.set((done + 1, all));
        }
        Ok(results)
    }

    fn one(
        &self,
        trainer: &dyn FoldTrainer,
        fold: &FoldAgent,
        folder: &FoldFolder,
    ) -> Result<FoldResult, Failure> {
        std::fs::create_dir_all(&folder.path)
            .map_err(|error| Failure::new(FailureKind::Data, error))?;
        let trained = trainer.train(&fold.agent, &folder.path)?;
        let bundle = load_bundle(&trained.bundle)?;
        let features = FeatureDocument::from_json(bundle.features_json())
            .map_err(|error| Failure::new(FailureKind::Data, error))?;
        let table = action_table(&fold.agent)?;
        let facts = FoldFacts {
            inputs: folder.inputs(),
            bundle: absolute(&trained.bundle),
            validation_score: trained.validation_score,
            trouble: trained.trouble,
        };
        let judge = FoldJudge::try_new(self.lake, fold, &table, features).map_err(walk_failure)?;
        let result = judge.judge(&bundle, facts).map_err(walk_failure)?;
        folder.keep(&result, &folder.path.join(CHECKPOINTS))?;
        Ok(result)
    }

    /// Puts the results together, keeps them all beside the folds, and makes what is printed.
    fn document(
        &self,
        kind: FoldKind,
        results: Vec<FoldResult>,
        agent: &crate::config::Agent,
    ) -> Result<FoldsDocument, Failure> {
        let Planned { clock, risk_free, paths, .. } = self.planned;
        let bug = |error: serde_json::Error| Failure::new(FailureKind::Bug, error);
        let (text, document) = match kind {
            FoldKind::WalkForward => {
                let outcome = WalkForwardOutcome::of(results, *clock, *risk_free);
                draw_walk_forward(&self.folder.join(PICTURES), &outcome)?;
                let document = FoldsDocument::of_walk_forward(&outcome, self, agent);
                (serde_json::to_string(&outcome).map_err(bug)?, document)
            }
            FoldKind::Purged => {
                let outcome = PurgedOutcome::of(results, paths.clone(), *clock, *risk_free);
                draw_purged(&self.folder.join(PICTURES), &outcome)?;
                let document = FoldsDocument::of_purged(&outcome, self, agent);
                (serde_json::to_string(&outcome).map_err(bug)?, document)
            }
        };
        write_atomic(&self.folder.join(OUTCOME_FILE), text.as_bytes())
            .map_err(|error| Failure::new(FailureKind::Data, error))?;
        Ok(document)
    }
}
