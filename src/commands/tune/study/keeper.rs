//! What is written down while a study goes on.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::json;

use super::folder::StudyFolder;
use super::ledger::note_in_ledger;
use crate::base::{Progress, ProgressUpdate};
use crate::commands::place::store_failure;
use crate::commands::session::TerminalProgress;
use crate::commands::tune::trial::{JobEnd, JobRequest, assignments};
use crate::commands::{Failure, FailureKind};
use crate::config::{Agent, SearchSpace};
use crate::store::{Store, TrialEnd, TrialParam, TrialState};
use crate::tuner::{self, Job, Outcome, Params, Study, distribution_json, optuna_value};

/// Who notes trials in the ledger: whoever has the returns of the policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::commands::tune) enum LedgerDuty {
    /// This process.
    Own,
    /// The workers.
    Workers,
}

/// The results that the store has, and the way to it.
pub(in crate::commands::tune) struct StudyKeeper<'a> {
    store: &'a Store,
    ledger: LedgerDuty,
    study: String,
    agent: &'a Agent,
    folder: StudyFolder,
    /// Scores by trial and budget; none where the trial failed.
    known: BTreeMap<(usize, u64), Option<f64>>,
    /// Trials that the store has.
    put: BTreeSet<usize>,
    open: BTreeMap<u64, Job>,
    meter: &'a AtomicU64,
    expected_env_steps: u64,
    progress: &'a TerminalProgress,
}

impl<'a> StudyKeeper<'a> {
    /// Reads what is known of a study.
    ///
    /// # Errors
    /// As the store.
    pub(in crate::commands::tune) fn open(
        (store, ledger): (&'a Store, LedgerDuty),
        study: &str,
        agent: &'a Agent,
        folder: StudyFolder,
        (meter, expected_env_steps): (&'a AtomicU64, u64),
        progress: &'a TerminalProgress,
    ) -> Result<Self, Failure> {
        let rows = store.trials(study).map_err(store_failure)?;
        let reports = rows.iter().flat_map(|row| {
            row.reports.iter().map(|report| ((row.number, report.step), report.score))
        });
        Ok(Self {
            store,
            ledger,
            study: study.to_owned(),
            agent,
            folder,
            known: reports.collect(),
            put: rows.iter().map(|row| row.number).collect(),
            open: BTreeMap::new(),
            meter,
            expected_env_steps,
            progress,
        })
    }

    /// What a job has to do; asked for each job once, in the order of their numbers.
    pub(in crate::commands::tune) fn request(&mut self, job: &Job) -> JobRequest {
        self.folder.request(job)
    }

    /// The result of a job, if the store has it.
    pub(in crate::commands::tune) fn known(&self, job: &Job) -> Option<Outcome> {
        let score = self.known.get(&(job.trial, job.budget_env_steps))?;
        Some(score.map_or(Outcome::Failed, Outcome::Score))
    }

    /// Writes down that a job begins.
    ///
    /// # Errors
    /// As the store.
    pub(in crate::commands::tune) fn begin(&mut self, job: &Job) -> Result<(), Failure> {
        self.open.insert(job.number, job.clone());
        if !self.put.insert(job.trial) {
            return Ok(());
        }
        let params = trial_params(&self.agent.tune.space, &job.params);
        let attributes = BTreeMap::from([
            ("params".to_owned(), json!(job.params)),
            ("set".to_owned(), json!(assignments(&job.params))),
        ]);
        self.store.put_trial(&self.study, job.trial, &params, &attributes).map_err(store_failure)
    }

    /// Writes down how a job ended: first what the ledger must not lose, then the score itself.
    ///
    /// # Errors
    /// As the store.
    pub(in crate::commands::tune) fn report(
        &mut self,
        number: u64,
        end: &JobEnd,
    ) -> Result<Outcome, Failure> {
        let Some(job) = self.open.remove(&number) else {
            let text = format!("job {number} ended that was never begun");
            return Err(Failure::new(FailureKind::Bug, text));
        };
        let (outcome, score) = match end {
            JobEnd::Scored { score, .. } => (Outcome::Score(*score), Some(*score)),
            JobEnd::Failed { .. } | JobEnd::Interrupted => (Outcome::Failed, None),
        };
        // A job that no worker could bring to an end was noted by none.
        if self.ledger == LedgerDuty::Own || score.is_none() {
            note_in_ledger(self.store, self.agent, &self.study, (job.trial, &job.params), end)?;
        }
        self.store
            .report(&self.study, job.trial, job.budget_env_steps, score)
            .map_err(store_failure)?;
        Ok(outcome)
    }

    /// Writes down what became of every trial. The ledger keeps its returns.
    ///
    /// # Errors
    /// As the store.
    pub(in crate::commands::tune) fn finish(&self, study: &Study) -> Result<(), Failure> {
        for trial in study.trials() {
            let state = stored_state(trial.state);
            let end = TrialEnd { state, value: trial.value };
            self.store.end_trial(&self.study, trial.number, end).map_err(store_failure)?;
        }
        Ok(())
    }

    /// Shows how far the study is.
    pub(in crate::commands::tune) fn show(&self, study: &Study) {
        let trials = study.trials();
        let best = trials.iter().filter_map(|trial| trial.value).reduce(f64::max);
        let done = self.meter.load(Ordering::Relaxed);
        let note = format!(
            "trial {} of {}{}",
            trials.len(),
            self.agent.tune.trials,
            best.map_or(String::new(), |best| format!(", best {best:.2}"))
        );
        self.progress.report(&ProgressUpdate {
            stage: "tune",
            done,
            // An estimate that was passed says nothing any more.
            total: (done < self.expected_env_steps).then_some(self.expected_env_steps),
            unit: "env steps",
            note,
        });
    }
}

/// How a trial ended, in the words of the store.
pub(in crate::commands::tune) const fn stored_state(state: tuner::TrialState) -> TrialState {
    match state {
        tuner::TrialState::Running => TrialState::Running,
        tuner::TrialState::Complete => TrialState::Complete,
        tuner::TrialState::Pruned => TrialState::Pruned,
        tuner::TrialState::Failed => TrialState::Failed,
    }
}

/// The values of a trial as Optuna keeps them.
pub(in crate::commands::tune) fn trial_params(
    space: &SearchSpace,
    params: &Params,
) -> Vec<TrialParam> {
    let known = params.iter().filter_map(|(key, value)| Some((key, value, space.get(key)?)));
    known
        .map(|(key, value, range)| TrialParam {
            name: key.clone(),
            value: optuna_value(range, value),
            distribution: distribution_json(range),
        })
        .collect()
}
