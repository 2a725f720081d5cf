//! What `tune` prints.

use std::path::PathBuf;

use serde::Serialize;

use crate::base::Digest;
use crate::metrics::Overfitting;
use crate::tuner::Params;

/// A study that is done.
#[derive(Debug, Clone, Serialize)]
pub(in crate::commands::tune) struct TuneDocument {
    /// Version of this layout.
    pub(in crate::commands::tune) schema_version: u32,
    /// The study.
    pub(in crate::commands::tune) study: String,
    /// The agent.
    pub(in crate::commands::tune) agent: String,
    /// What a trial is worth.
    pub(in crate::commands::tune) metric: String,
    /// The folder of the study.
    pub(in crate::commands::tune) folder: PathBuf,
    /// Budgets of the rungs, environment steps of one run.
    pub(in crate::commands::tune) budgets: Vec<u64>,
    /// Trials by how they ended.
    pub(in crate::commands::tune) trials: TrialCounts,
    /// The best trial, trained again; absent if every trial failed.
    pub(in crate::commands::tune) best: Option<BestTrial>,
    /// What the number of trials does to the figures of the best.
    pub(in crate::commands::tune) overfitting: Option<Overfitting>,
    /// Environment steps of this process.
    pub(in crate::commands::tune) env_steps: u64,
    /// Seconds of this process.
    pub(in crate::commands::tune) seconds: f64,
    /// The report with its pictures.
    pub(in crate::commands::tune) report: Option<PathBuf>,
}

/// Trials by how they ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(in crate::commands::tune) struct TrialCounts {
    /// Reached the last budget.
    pub(in crate::commands::tune) complete: usize,
    /// Stopped at an earlier one.
    pub(in crate::commands::tune) pruned: usize,
    /// Gave no number.
    pub(in crate::commands::tune) failed: usize,
}

/// The best trial.
#[derive(Debug, Clone, Serialize)]
pub(in crate::commands::tune) struct BestTrial {
    /// Its number.
    pub(in crate::commands::tune) trial: usize,
    /// What it is worth: the mean over its runs.
    pub(in crate::commands::tune) value: f64,
    /// The validation score of the bundle, which `eval` on data.validation gives too.
    pub(in crate::commands::tune) bundle_value: f64,
    /// Values of the searched keys.
    pub(in crate::commands::tune) params: Params,
    /// The same as options of `train`.
    pub(in crate::commands::tune) set: Vec<String>,
    /// The bundle.
    pub(in crate::commands::tune) bundle: PathBuf,
    /// Its digest.
    pub(in crate::commands::tune) bundle_digest: Digest,
}

impl TuneDocument {
    pub(in crate::commands::tune) fn to_text(&self) -> String {
        let TrialCounts { complete, pruned, failed } = self.trials;
        let mut text = format!(
            "study {}\n{complete} trials complete, {pruned} pruned, {failed} failed\n",
            self.study
        );
        let Some(best) = &self.best else {
            return text + "no trial has a score\n";
        };
        text += &format!("best trial {}: {} {:.4}\n", best.trial, self.metric, best.value);
        for set in &best.set {
            text += &format!("  --set {set}\n");
        }
        text += &format!("bundle {}\ndigest {}\n", best.bundle.display(), best.bundle_digest);
        if let Some(overfitting) = &self.overfitting {
            text += &format!("\n{}\n", overfitting.assessment.trim_end());
        }
        if let Some(report) = &self.report {
            text += &format!("report {}\n", report.display());
        }
        text
    }
}
