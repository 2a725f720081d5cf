//! Trials and the jobs that they are made of.

use super::Params;

/// One stretch of training: a trial from its rung below to this rung.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// Place in the sequence of the study; numbers at which nothing was to be done are left out.
    pub number: u64,
    /// The trial.
    pub trial: usize,
    /// Position in [`super::Plan::budgets`].
    pub rung: usize,
    /// Environment steps that the trial has done when the job is over, those of its earlier jobs
    /// included.
    pub budget_env_steps: u64,
    /// The settings.
    pub params: Params,
    /// The trial whose checkpoint at the end of the rung below this job goes on from, instead of its
    /// own (population-based training). Both trials may be at work in the meantime, so that
    /// checkpoints at the end of each rung must be kept.
    pub parent: Option<usize>,
}

/// One set of settings and what came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Trial {
    /// Place among the trials of the study, from 0.
    pub number: usize,
    /// The settings; those of the last job where population-based training changed them.
    pub params: Params,
    /// The bracket of Hyperband, else 0.
    pub bracket: usize,
    /// What became of it.
    pub state: TrialState,
    /// A report for each rung that it reached.
    pub reports: Vec<Report>,
    /// The score of the last report; none if it failed or has not reported yet.
    pub value: Option<f64>,
}

impl Trial {
    /// The highest rung with a score, and the score.
    #[must_use]
    pub fn standing(&self) -> Option<(usize, f64)> {
        let scored = self.reports.iter().rev();
        scored.filter_map(|report| report.score.map(|score| (report.rung, score))).next()
    }
}

/// What became of a trial.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrialState {
    /// It goes on, or may go on.
    Running,
    /// It reached the last rung.
    Complete,
    /// It stopped at an earlier rung.
    Pruned,
    /// It broke off without a score.
    Failed,
}

/// What a trial was worth at a rung.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Report {
    /// Position in [`super::Plan::budgets`].
    pub rung: usize,
    /// Environment steps done.
    pub budget_env_steps: u64,
    /// The best validation score so far; none if the run broke off.
    pub score: Option<f64>,
}
