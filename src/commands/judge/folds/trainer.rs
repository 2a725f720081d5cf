//! Training the agent of one fold in its folder.

use std::error::Error;
use std::path::{Path, PathBuf};

use burn::tensor::Device;

use crate::base::{Interrupt, Progress, ProgressUpdate, StopSignal, write_atomic};
use crate::commands::train::{BundleParts, action_table, learner, run_failure};
use crate::commands::{Failure, FailureKind};
use crate::config::{Agent, effective_yaml};
use crate::dataset::Lake;
use crate::evaluate::{AgentStrategy, Judgement, PreparedMarket, validation_score};
use crate::learners::Policy;
use crate::learners::run::{Resume, RunEnd, RunHooks, RunResult, RunState, UpdateReport, run};

/// Folder of checkpoints inside the folder of a fold.
pub(super) const CHECKPOINTS: &str = "checkpoint";

const BUNDLE: &str = "bundle";

/// A fold that has learned.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct TrainedFold {
    /// The folder of the best bundle.
    pub(super) bundle: PathBuf,
    /// The score that chose it, if there was one.
    pub(super) validation_score: Option<f64>,
    /// What went wrong, if training ended on its last good checkpoint.
    pub(super) trouble: Option<String>,
}

/// Whoever trains an agent.
pub(super) trait FoldTrainer {
    /// Trains in a folder, going on from its checkpoints.
    ///
    /// # Errors
    /// [`FailureKind::Stopped`] after a signal; checkpoints are written then.
    fn train(&self, agent: &Agent, folder: &Path) -> Result<TrainedFold, Failure>;
}

/// Trains in this process.
pub(super) struct LocalTrainer<'a> {
    pub(super) lake: &'a Lake,
    pub(super) device: &'a Device,
    pub(super) interrupt: &'a Interrupt,
    pub(super) progress: &'a dyn Progress,
    /// Folds that were trained by this process before, and all that it has to train.
    pub(super) place: &'a std::cell::Cell<(u64, u64)>,
}

impl FoldTrainer for LocalTrainer<'_> {
    fn train(&self, agent: &Agent, folder: &Path) -> Result<TrainedFold, Failure> {
        let yaml = folder.join("agent.yaml");
        write_atomic(&yaml, effective_yaml(agent).as_bytes())
            .map_err(|error| Failure::new(FailureKind::Data, error))?;
        let until = agent.data.validation.end();
        let market = PreparedMarket::for_training(self.lake, agent, until)?;
        let table = action_table(agent)?;
        let range = agent.data.validation;
        let rows = market.rows_in(range, agent.data.embargo_bars)?;
        let judgement = Judgement { agent, market: &market, table: &table, range, rows };
        let mut learner = learner(agent, &market, &table, self.device)?;
        let total = learner.progress().total_env_steps;
        let mut hooks = Hooks { judgement: &judgement, trainer: self, total, best: None };
        let checkpoints = folder.join(CHECKPOINTS);
        let result = run(learner.as_mut(), &agent.train, &checkpoints, Resume::Auto, &mut hooks)
            .map_err(run_failure)?;
        if result.end == RunEnd::Interrupted {
            let signal = self.interrupt.stop_requested().unwrap_or(StopSignal::Int);
            return Err(stopped(signal));
        }
        let parts = BundleParts { agent, market: &market, table: &table };
        self.finished(&parts, folder, &result)
    }
}

impl LocalTrainer<'_> {
    fn finished(
        &self,
        parts: &BundleParts<'_>,
        folder: &Path,
        result: &RunResult,
    ) -> Result<TrainedFold, Failure> {
        let best = result.best.as_ref().unwrap_or(&result.last);
        let made = result.state.best.filter(|_| result.best.is_some());
        let steps = made.map_or(result.state.env_steps, |made| made.env_steps);
        let validation_score = made.and_then(|made| made.score);
        let bundle = folder.join(BUNDLE);
        parts.write(&bundle, best, steps, validation_score)?;
        let trouble = match &result.end {
            RunEnd::Diverged(lost) => {
                let (quantity, value, update) = (lost.quantity, lost.value, lost.update);
                Some(format!("{quantity} became {value} in update {update}"))
            }
            RunEnd::Finished | RunEnd::StoppedEarly | RunEnd::Interrupted => None,
        };
        Ok(TrainedFold { bundle, validation_score, trouble })
    }
}

/// A signal came between two checkpoints.
pub(super) fn stopped(signal: StopSignal) -> Failure {
    let text = "stopped by a signal; finished folds and the checkpoint of this one are kept";
    Failure::new(FailureKind::Stopped(signal), text).hint("the same command goes on")
}

/// Judges on validation days and shows how far all folds are.
struct Hooks<'a> {
    judgement: &'a Judgement<'a>,
    trainer: &'a LocalTrainer<'a>,
    total: u64,
    best: Option<f64>,
}

impl Hooks<'_> {
    fn show(&self, env_steps: u64) {
        let (fold, folds) = self.trainer.place.get();
        let best = self.best.map(|best| format!(", best {best:.2}")).unwrap_or_default();
        self.trainer.progress.report(&ProgressUpdate {
            stage: "folds",
            done: fold * self.total + env_steps.min(self.total),
            total: Some(folds * self.total),
            unit: "env steps",
            note: format!("fold {} of {folds}{best}", fold + 1),
        });
    }
}

impl RunHooks for Hooks<'_> {
    fn on_start(&mut self, state: &RunState) {
        self.best = state.best.and_then(|made| made.score);
        self.show(state.env_steps);
    }

    fn on_update(&mut self, report: &UpdateReport, state: &RunState) {
        self.best = state.best.and_then(|made| made.score);
        self.show(report.env_steps);
    }

    fn validate(&mut self, policy: Policy) -> Result<f64, Box<dyn Error + Send + Sync>> {
        Ok(validation_score(self.judgement, &mut AgentStrategy::new(policy))?)
    }

    fn should_stop(&self) -> bool {
        self.trainer.interrupt.stop_requested().is_some()
    }
}
