//! The JSON document of an evaluation.

use serde::Serialize;

use super::gate::GateOutcome;
use super::judge::Evaluation;
use crate::base::{DateRange, Digest};
use crate::metrics::Summary;

/// The figures of one strategy.
#[derive(Debug, Clone, Serialize)]
pub struct NamedMetrics {
    /// Its name.
    pub name: String,
    /// Its figures.
    pub metrics: Summary,
}

/// What `eval` prints.
#[derive(Debug, Clone, Serialize)]
pub struct EvaluationDocument {
    /// Version of this layout.
    pub schema_version: u32,
    /// Name of the agent.
    pub agent: String,
    /// Digest of the bundle.
    pub bundle_digest: Digest,
    /// Digest of the data that was judged on.
    pub data_fingerprint: Digest,
    /// The days.
    pub range: DateRange,
    /// Decisions made.
    pub decisions: usize,
    /// Equity before the first decision, currency units.
    pub equity_start: f64,
    /// Equity after the last step, currency units.
    pub equity_end: f64,
    /// The figures of the agent.
    pub metrics: Summary,
    /// Those of the baselines.
    pub baselines: Vec<NamedMetrics>,
    /// Rank of the agent by Sharpe ratio, 1 is best.
    pub rank: Option<usize>,
    /// Log growth as a share of the best policy's, where the market was planted.
    pub oracle_share: Option<f64>,
    /// The verdict.
    pub gate: GateOutcome,
    /// What a reader must know.
    pub warnings: Vec<String>,
}

impl EvaluationDocument {
    /// Makes the document.
    #[must_use]
    pub fn new(
        agent: &str,
        bundle_digest: Digest,
        data_fingerprint: Digest,
        evaluation: &Evaluation,
        warnings: Vec<String>,
    ) -> Self {
        let rank = super::gate::rank(evaluation.summary.value("sharpe"), &evaluation.baselines);
        let named = evaluation.baselines.iter();
        Self {
            schema_version: 1,
            agent: agent.to_owned(),
            bundle_digest,
            data_fingerprint,
            range: evaluation.range,
            decisions: evaluation.trajectory.steps.len(),
            equity_start: evaluation.trajectory.initial_equity,
            equity_end: evaluation.trajectory.final_equity(),
            metrics: evaluation.summary.clone(),
            baselines: named
                .map(|run| NamedMetrics { name: run.name.clone(), metrics: run.summary.clone() })
                .collect(),
            rank: rank.map(|rank| rank as usize),
            oracle_share: super::gate::oracle_share(&evaluation.summary, &evaluation.baselines),
            gate: evaluation.gate.clone(),
            warnings,
        }
    }
}
