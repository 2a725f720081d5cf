//! A job: the runs of a trial up to a budget.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicU64;

use burn::tensor::Device;

use super::folds::fold_agent;
use super::hooks::TrialHooks;
use super::markets::Markets;
use super::settings::{BaseAgent, text_of};
use crate::base::{Digest, Interrupt, write_atomic};
use crate::commands::train::{BundleParts, action_table, learner, run_failure};
use crate::commands::{Failure, FailureKind};
use crate::config::Agent;
use crate::evaluate::{AgentStrategy, Judgement, PreparedMarket, validation_returns};
use crate::gym::ActionTable;
use crate::learners::Policy;
use crate::learners::run::{Resume, RunEnd, RunResult, run};
use crate::models::Model;
use crate::tuner::Params;

/// What is to be done.
#[derive(Debug, Clone)]
pub(in crate::commands::tune) struct JobRequest {
    /// Values of the searched keys.
    pub(in crate::commands::tune) params: Params,
    /// Environment steps of each run by the end of the job.
    pub(in crate::commands::tune) budget_env_steps: u64,
    /// The folder of the trial.
    pub(in crate::commands::tune) folder: PathBuf,
    /// Name of the folder of checkpoints in the folder of each run.
    pub(in crate::commands::tune) checkpoints: String,
    /// Kept checkpoints of another trial that this one goes on from.
    pub(in crate::commands::tune) from: Option<PathBuf>,
    /// Where to keep the checkpoints of this budget for others to go on from.
    pub(in crate::commands::tune) keep: Option<PathBuf>,
}

/// How a job ended.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::commands::tune) enum JobEnd {
    /// The budget is used up.
    Scored {
        /// Mean over runs of the best validation score so far.
        score: f64,
        /// The same of the first run alone.
        first_score: f64,
        /// Returns per bar of the best policy of the first run on its validation range.
        returns: Vec<f64>,
    },
    /// The settings or the numbers were no good.
    Failed {
        /// Why.
        reason: String,
    },
    /// A signal; checkpoints are written.
    Interrupted,
}

/// Trains trials.
#[derive(Debug)]
pub(in crate::commands::tune) struct Trainer<'a> {
    pub(in crate::commands::tune) base: &'a BaseAgent,
    pub(in crate::commands::tune) markets: &'a Markets,
    pub(in crate::commands::tune) device: &'a Device,
    pub(in crate::commands::tune) interrupt: &'a Interrupt,
    pub(in crate::commands::tune) meter: &'a AtomicU64,
}

/// One run of a trial.
struct RunOf<'a> {
    agent: &'a Agent,
    market: &'a PreparedMarket,
    table: &'a ActionTable,
    folder: PathBuf,
    checkpoints: PathBuf,
    from: Option<PathBuf>,
}

fn run_name(seed: usize, fold: usize) -> String {
    format!("seed-{seed}-fold-{fold}")
}

impl Trainer<'_> {
    /// Brings all runs of a trial to the budget.
    ///
    /// # Errors
    /// Whatever is not the trial's own fault: data, disk, a bug.
    pub(in crate::commands::tune) fn run(&self, request: &JobRequest) -> Result<JobEnd, Failure> {
        let agent = match self.base.with(&request.params) {
            Ok(agent) => agent,
            Err(failure) => return Ok(JobEnd::Failed { reason: failure.to_string() }),
        };
        let (mut sum, mut first) = (0.0, None);
        let (seeds, folds) = (agent.tune.seeds, agent.tune.folds);
        for (fold, seed) in (0..folds).flat_map(|fold| (0..seeds).map(move |seed| (fold, seed))) {
            let is_first = first.is_none();
            match self.one(&agent, request, (seed, fold), is_first)? {
                JobEnd::Scored { score, returns, .. } => {
                    sum += score;
                    first.get_or_insert((score, returns));
                }
                other => return Ok(other),
            }
        }
        let (first_score, returns) = first.unwrap_or_default();
        Ok(JobEnd::Scored { score: sum / (seeds * folds) as f64, first_score, returns })
    }

    /// The best policy of the first run of a trial that is done, as a bundle; its digest.
    ///
    /// # Errors
    /// As [`Trainer::run`].
    pub(in crate::commands::tune) fn bundle(
        &self,
        request: &JobRequest,
        path: &Path,
    ) -> Result<Digest, Failure> {
        let agent = self.base.with(&request.params)?;
        let market = self.markets.of(&agent)?;
        let table = action_table(&agent)?;
        let run = RunOf {
            agent: &agent,
            market: &market,
            table: &table,
            folder: request.folder.join(run_name(0, 0)),
            checkpoints: request.folder.join(run_name(0, 0)).join(&request.checkpoints),
            from: None,
        };
        let result = self.train(&run, request.budget_env_steps)?;
        let parts = BundleParts { agent: &agent, market: &market, table: &table };
        let best = result.best.as_ref().unwrap_or(&result.last);
        let made = result.state.best;
        let steps = made.map_or(result.state.env_steps, |made| made.env_steps);
        parts.write(path, best, steps, made.and_then(|made| made.score))
    }

    fn one(
        &self,
        agent: &Agent,
        request: &JobRequest,
        (seed, fold): (usize, usize),
        is_first: bool,
    ) -> Result<JobEnd, Failure> {
        let mut agent =
            fold_agent(agent, fold).map_err(|error| Failure::new(FailureKind::Usage, error))?;
        agent.seed += seed as u64;
        let market = self.markets.of(&agent)?;
        let table = action_table(&agent)?;
        let name = run_name(seed, fold);
        let run = RunOf {
            agent: &agent,
            market: &market,
            table: &table,
            folder: request.folder.join(&name),
            checkpoints: request.folder.join(&name).join(&request.checkpoints),
            from: request.from.as_ref().map(|kept| kept.join(&name)),
        };
        let result = match self.train(&run, request.budget_env_steps) {
            Ok(result) => result,
            Err(failure) if failure.kind() == FailureKind::Usage => {
                return Ok(JobEnd::Failed { reason: failure.to_string() });
            }
            Err(failure) => return Err(failure),
        };
        if result.end == RunEnd::Interrupted && self.interrupt.stop_requested().is_some() {
            return Ok(JobEnd::Interrupted);
        }
        if let RunEnd::Diverged(divergence) = &result.end {
            let (quantity, value) = (divergence.quantity, divergence.value);
            let reason = format!("{quantity} became {value} in update {}", divergence.update);
            return Ok(JobEnd::Failed { reason });
        }
        if let Some(keep) = &request.keep {
            copy_folder(&run.checkpoints, &keep.join(&name))?;
        }
        let Some((score, best)) = result.state.best.and_then(|made| made.score).zip(result.best)
        else {
            return Ok(JobEnd::Failed { reason: "no validation gave a finite score".to_owned() });
        };
        let returns = if is_first { self.returns(&run, &best)? } else { Vec::new() };
        Ok(JobEnd::Scored { score, first_score: score, returns })
    }

    fn judgement<'a>(&self, run: &'a RunOf<'_>) -> Result<Judgement<'a>, Failure> {
        let range = run.agent.data.validation;
        let rows = run.market.rows_in(range, run.agent.data.embargo_bars)?;
        Ok(Judgement { agent: run.agent, market: run.market, table: run.table, range, rows })
    }

    fn returns(&self, run: &RunOf<'_>, model: &Model) -> Result<Vec<f64>, Failure> {
        let judgement = self.judgement(run)?;
        validation_returns(&judgement, &mut AgentStrategy::new(Policy::new(model)))
            .map_err(|error| Failure::new(FailureKind::Data, error))
    }

    fn train(&self, run_of: &RunOf<'_>, budget_env_steps: u64) -> Result<RunResult, Failure> {
        let data =
            |error: &dyn std::fmt::Display| Failure::new(FailureKind::Data, error.to_string());
        fs::create_dir_all(&run_of.folder).map_err(|error| data(&error))?;
        let yaml = run_of.folder.join("agent.yaml");
        write_atomic(&yaml, text_of(run_of.agent).as_bytes()).map_err(|error| data(&error))?;
        let checkpoints = &run_of.checkpoints;
        if let Some(from) = run_of.from.as_ref().filter(|_| !checkpoints.exists()) {
            copy_folder(from, checkpoints)?;
        }
        let judgement = self.judgement(run_of)?;
        let mut learner = learner(run_of.agent, run_of.market, run_of.table, self.device)?;
        let folder = &run_of.folder;
        let mut hooks =
            TrialHooks::new(&judgement, self.interrupt, self.meter, budget_env_steps, folder);
        let settings = &run_of.agent.train;
        let result = run(learner.as_mut(), settings, checkpoints, Resume::Auto, &mut hooks)
            .map_err(run_failure)?;
        match hooks.failure {
            Some(error) => Err(data(&error)),
            None => Ok(result),
        }
    }
}

/// Copies checkpoints to a place that comes into being at once or not at all.
fn copy_folder(from: &Path, to: &Path) -> Result<(), Failure> {
    let copied = || -> std::io::Result<()> {
        if to.exists() {
            return Ok(());
        }
        let draft = to.with_extension("tmp");
        if draft.exists() {
            fs::remove_dir_all(&draft)?;
        }
        copy_tree(from, &draft)?;
        if let Some(parent) = to.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::rename(&draft, to)
    };
    copied().map_err(|error| {
        let text =
            format!("cannot copy the checkpoints {} to {}: {error}", from.display(), to.display());
        Failure::new(FailureKind::Data, text)
    })
}

fn copy_tree(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_tree(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), &target)?;
        }
    }
    Ok(())
}
