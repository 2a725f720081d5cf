//! Where the trials of a study lie.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::commands::tune::trial::JobRequest;
use crate::tuner::Job;

/// `<runs_dir>/studies/<study>/`.
#[derive(Debug, Clone)]
pub(in crate::commands::tune) struct StudyFolder {
    path: PathBuf,
    /// Whether trials take over the checkpoints of others, so that those of every rung are kept.
    keeps_rungs: bool,
    /// The rung from which a trial runs on what it took over last.
    taken_over: BTreeMap<usize, usize>,
}

impl StudyFolder {
    pub(in crate::commands::tune) fn new(path: PathBuf, keeps_rungs: bool) -> Self {
        Self { path, keeps_rungs, taken_over: BTreeMap::new() }
    }

    fn trial(&self, number: usize) -> PathBuf {
        self.path.join("trials").join(format!("{number:05}"))
    }

    fn rung(&self, trial: usize, rung: usize) -> PathBuf {
        self.trial(trial).join(format!("rung-{rung}"))
    }

    /// What a job has to do; jobs must come in the order of their numbers.
    pub(in crate::commands::tune) fn request(&mut self, job: &Job) -> JobRequest {
        let before = job.rung.saturating_sub(1);
        let from = job.parent.map(|parent| self.rung(parent, before));
        if from.is_some() {
            self.taken_over.insert(job.trial, job.rung);
        }
        JobRequest {
            params: job.params.clone(),
            budget_env_steps: job.budget_env_steps,
            folder: self.trial(job.trial),
            checkpoints: match self.taken_over.get(&job.trial) {
                None => "checkpoint".to_owned(),
                Some(rung) => format!("checkpoint-{rung}"),
            },
            from,
            keep: self.keeps_rungs.then(|| self.rung(job.trial, job.rung)),
        }
    }
}
