//! The JSON document of a training.

use std::path::PathBuf;

use serde::Serialize;

use crate::base::Digest;
use crate::evaluate::EvaluationDocument;

/// What `train` prints.
#[derive(Debug, Clone, Serialize)]
pub(super) struct TrainDocument {
    /// Version of this layout.
    pub(super) schema_version: u32,
    /// The run.
    pub(super) run: String,
    /// The folder of the run.
    pub(super) folder: PathBuf,
    /// The best bundle.
    pub(super) bundle: PathBuf,
    /// Its digest.
    pub(super) bundle_digest: Digest,
    /// Environment steps of the whole run.
    pub(super) env_steps: u64,
    /// Updates of the whole run.
    pub(super) updates: u64,
    /// Best validation score, if there was one.
    pub(super) best_score: Option<f64>,
    /// Median over the updates of this process.
    pub(super) rollout_steps_per_s: Option<f64>,
    /// Median over the updates of this process.
    pub(super) update_steps_per_s: Option<f64>,
    /// Median over the updates of this process.
    pub(super) steps_per_s: Option<f64>,
    /// The judgement on the test range, unless it was left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) evaluation: Option<EvaluationDocument>,
    /// The report on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) report: Option<PathBuf>,
}

impl TrainDocument {
    pub(super) fn to_text(&self) -> String {
        let mut text = format!(
            "run {}\nbundle {}\ndigest {}\n{} env steps in {} updates",
            self.run,
            self.bundle.display(),
            self.bundle_digest,
            self.env_steps,
            self.updates
        );
        if let Some(rate) = self.steps_per_s {
            text += &format!(", {rate:.0} steps/s");
        }
        if let Some(score) = self.best_score {
            text += &format!(", best validation sharpe {score:.2}");
        }
        text.push('\n');
        if let Some(evaluation) = &self.evaluation {
            text += &format!("\n{}", evaluation.to_text());
        }
        if let Some(report) = &self.report {
            text += &format!("report {}\n", report.display());
        }
        text
    }
}
