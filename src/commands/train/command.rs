//! The command itself.

use std::path::Path;

use super::bundling::BundleParts;
use super::document::TrainDocument;
use super::keeping::Keeper;
use super::learner::{action_table, learner, run_failure};
use super::market::{inputs_digest, training_market};
use super::noting::RunNotes;
use crate::base::{Digest, Interrupt, StopSignal, absolute, digest_bytes, write_atomic};
use crate::commands::judge::{EvalOptions, judge, load_candidate, write_files};
use crate::commands::place::store_failure;
use crate::commands::session::{Session, device};
use crate::commands::{Failure, FailureKind, SessionOptions};
use crate::config::Keep;
use crate::evaluate::{EvaluationDocument, Judgement, PreparedMarket};
use crate::gym::ActionTable;
use crate::learners::run::{Divergence, Resume, RunEnd, RunResult, run};
use crate::store::{RunFolder, RunStatus};

/// Options of `train`.
#[derive(Debug, Clone, Copy)]
pub struct TrainOptions {
    /// What to do about an unfinished run of the same inputs.
    pub resume: ResumeMode,
    /// Whether the best bundle is judged on the test range.
    pub judge: bool,
}

/// What to do about an unfinished run of the same inputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResumeMode {
    /// Go on with it if there is one.
    Auto,
    /// Go on with it, or fail.
    Must,
    /// Begin anew.
    Never,
}

/// Makes the calling thread one of the pool's, so that no work is handed over and waited for.
fn join_pool() {
    // A pool that exists already serves as well; it is only a little slower.
    let _ = rayon::ThreadPoolBuilder::new().use_current_thread().build_global();
}

/// Trains an agent and judges its best bundle.
///
/// # Errors
/// [`FailureKind::Stopped`] after a signal, [`FailureKind::Partial`] if numbers were lost, otherwise as
/// configuration, data and disk have it. A gate that says no is part of the document, not a failure.
pub fn train(options: &SessionOptions, command: &TrainOptions) -> Result<(), Failure> {
    join_pool();
    let device = device(&options.device)?;
    let session = options.load_with_bars()?;
    let interrupt = options.interrupt()?;
    let market = training_market(options, &session)?;
    let yaml = session.loaded.effective_yaml();
    let inputs = inputs_digest(&options.device, &yaml, market.fingerprint);
    let mut folder = open_run(options, &session, command.resume, inputs)?;
    let mut notes = RunNotes::begin(&session, &folder)?;
    let places = (&mut folder, &mut notes);
    let trained = learn(options, &session, &market, places, (&interrupt, &device));
    let (mut document, lost) = match trained {
        Ok(trained) => trained,
        Err(failure) => return Err(marked(&mut folder, &notes, failure)),
    };
    if command.judge && lost.is_none() {
        let report = folder.path.join("report.html");
        match judge_best(options, &session, &folder, &document.bundle) {
            Ok(evaluation) => document.evaluation = Some(evaluation),
            Err(failure) => return Err(marked(&mut folder, &notes, failure)),
        }
        document.report = Some(absolute(&report));
    }
    let bundle = document.bundle.clone();
    let status = if lost.is_some() { RunStatus::Diverged } else { RunStatus::Complete };
    folder
        .update(|record| {
            record.status = status;
            record.bundle = Some(bundle.clone());
        })
        .map_err(store_failure)?;
    notes.end(&folder.record, status, Some(document.bundle.clone()))?;
    options.console.document(&document, || document.to_text())?;
    lost.map_or(Ok(()), Err)
}

/// Writes down how a run ended; the failure itself is what the user must see.
fn marked(folder: &mut RunFolder, notes: &RunNotes, failure: Failure) -> Failure {
    let status = match failure.kind() {
        FailureKind::Stopped(_) => RunStatus::Stopped,
        _ => RunStatus::Failed,
    };
    // If the disk is full this fails too, and the run shows as lost.
    let _ = folder.update(|record| record.status = status);
    let _ = notes.end(&folder.record, status, None);
    failure
}

fn open_run(
    options: &SessionOptions,
    session: &Session,
    resume: ResumeMode,
    inputs: Digest,
) -> Result<RunFolder, Failure> {
    let runs_dir = &session.place.store.runs_dir;
    let agent = session.agent();
    let resumed = match resume {
        ResumeMode::Never => None,
        _ => RunFolder::resume(runs_dir, inputs).map_err(store_failure)?,
    };
    if resume == ResumeMode::Must && resumed.is_none() {
        let text = format!("no unfinished run of this configuration in {}", runs_dir.display());
        return Err(Failure::new(FailureKind::Data, text).hint("leave out --resume must"));
    }
    let folder = match resumed {
        Some(folder) => {
            options.console.say(&format!("going on with run {}", folder.record.id));
            folder
        }
        None => {
            RunFolder::begin(runs_dir, &agent.name, agent.seed, inputs).map_err(store_failure)?
        }
    };
    let yaml = session.loaded.effective_yaml();
    write_atomic(&folder.path.join("agent.yaml"), yaml.as_bytes())
        .map_err(|error| Failure::new(FailureKind::Data, error))?;
    Ok(folder)
}

fn learn(
    options: &SessionOptions,
    session: &Session,
    market: &PreparedMarket,
    (folder, notes): (&mut RunFolder, &mut RunNotes),
    (interrupt, device): (&Interrupt, &burn::tensor::Device),
) -> Result<(TrainDocument, Option<Failure>), Failure> {
    let agent = session.agent();
    let table = action_table(agent)?;
    let mut learner = learner(agent, market, &table, device)?;
    let rows = market.rows_in(agent.data.validation, agent.data.embargo_bars)?;
    let range = agent.data.validation;
    let judgement = Judgement { agent, market, table: &table, range, rows };
    let progress = options.progress();
    let checkpoints = folder.path.join("checkpoint");
    let total = learner.progress().total_env_steps;
    let mut keeper = Keeper::new((folder, notes), &judgement, interrupt, &progress, total);
    let result = run(learner.as_mut(), &agent.train, &checkpoints, Resume::Auto, &mut keeper)
        .map_err(run_failure);
    progress.finish();
    let rates = keeper.median_rates();
    if let Some(failure) = keeper.failure.take() {
        return Err(Failure::new(FailureKind::Data, failure));
    }
    let result = result?;
    if result.end == RunEnd::Interrupted {
        return Err(stopped(interrupt.stop_requested().unwrap_or(StopSignal::Int), folder));
    }
    let score = result.state.best.and_then(|made| made.score);
    let config = digest_bytes(session.loaded.effective_yaml().as_bytes());
    notes.count(&judgement, result.best.as_ref().zip(score), config)?;
    let document = keep_bundles(session, market, &table, folder, &result, rates)?;
    let lost = match &result.end {
        RunEnd::Diverged(divergence) => Some(diverged(divergence)),
        _ => None,
    };
    Ok((document, lost))
}

fn diverged(divergence: &Divergence) -> Failure {
    let Divergence { quantity, value, update } = divergence;
    let text = format!(
        "{quantity} became {value} in update {update}; the bundle is of the last good checkpoint"
    );
    Failure::new(FailureKind::Partial, text).hint("try a smaller learning rate")
}

fn stopped(signal: StopSignal, folder: &RunFolder) -> Failure {
    let text =
        format!("stopped by a signal; run {} is kept up to its checkpoint", folder.record.id);
    Failure::new(FailureKind::Stopped(signal), text)
        .hint("the same command with --resume must goes on")
}

/// Writes the best bundle, and the last one if the settings keep it.
fn keep_bundles(
    session: &Session,
    market: &PreparedMarket,
    table: &ActionTable,
    folder: &RunFolder,
    result: &RunResult,
    [rollout, update, both]: [Option<f64>; 3],
) -> Result<TrainDocument, Failure> {
    let agent = session.agent();
    let state = &result.state;
    let best = result.best.as_ref().unwrap_or(&result.last);
    let best_made = state.best.filter(|_| result.best.is_some());
    let steps = best_made.map_or(state.env_steps, |made| made.env_steps);
    let path = folder.path.join("bundle");
    let parts = BundleParts { agent, market, table };
    let digest = parts.write(&path, best, steps, best_made.and_then(|made| made.score))?;
    if agent.train.keep == Keep::BestAndLast {
        let last_path = folder.path.join("bundle-last");
        parts.write(&last_path, &result.last, state.env_steps, None)?;
    }
    Ok(TrainDocument {
        schema_version: 1,
        run: folder.record.id.clone(),
        folder: absolute(&folder.path),
        bundle: absolute(&path),
        bundle_digest: digest,
        env_steps: state.env_steps,
        updates: state.updates,
        best_score: best_made.and_then(|made| made.score),
        rollout_steps_per_s: rollout,
        update_steps_per_s: update,
        steps_per_s: both,
        evaluation: None,
        report: None,
    })
}

/// Judges the best bundle on the test range and writes what belongs beside it.
fn judge_best(
    options: &SessionOptions,
    session: &Session,
    folder: &RunFolder,
    bundle: &Path,
) -> Result<EvaluationDocument, Failure> {
    let file = |name: &str| Some(folder.path.join(name));
    let command = EvalOptions {
        bundle: bundle.to_owned(),
        range: None,
        in_sample: false,
        audit: file("audit.csv"),
        trades: file("trades.csv"),
        report: file("report.html"),
        picture: file("report.png"),
    };
    let candidate = load_candidate(options, &session.lake, &command)?;
    let (evaluation, document) = judge(options, &candidate)?;
    write_files(&command, &candidate, &evaluation)?;
    let text = serde_json::to_string_pretty(&document)
        .map_err(|error| Failure::new(FailureKind::Bug, error))?;
    write_atomic(&folder.path.join("eval.json"), text.as_bytes())
        .map_err(|error| Failure::new(FailureKind::Data, error))?;
    Ok(document)
}
