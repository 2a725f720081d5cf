//! The JSON document of an evaluation.

use serde::Serialize;

use super::GateOutcome;
use super::judge::Evaluation;
use super::judge::gate;
use crate::base::{DateRange, Digest, Timestamp};
use crate::metrics::{Overfitting, Summary};

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
    /// When the first decision was made; after the embargo, if the range is the agent's own.
    pub first_decision: Option<Timestamp>,
    /// When the last decision was made.
    pub last_decision: Option<Timestamp>,
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
    /// How much of the choice of the agent is luck, on the bars it was chosen on; absent if the ledger has no
    /// trials of the agent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overfitting: Option<Overfitting>,
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
        let rank = gate::rank(evaluation.summary.value("sharpe"), &evaluation.baselines);
        let named = evaluation.baselines.iter();
        Self {
            schema_version: 1,
            agent: agent.to_owned(),
            bundle_digest,
            data_fingerprint,
            range: evaluation.range,
            first_decision: evaluation.trajectory.steps.first().map(|step| step.time),
            last_decision: evaluation.trajectory.steps.last().map(|step| step.time),
            decisions: evaluation.trajectory.steps.len(),
            equity_start: evaluation.trajectory.initial_equity,
            equity_end: evaluation.trajectory.final_equity(),
            metrics: evaluation.summary.clone(),
            baselines: named
                .map(|run| NamedMetrics { name: run.name.clone(), metrics: run.summary.clone() })
                .collect(),
            rank: rank.map(|rank| rank as usize),
            oracle_share: gate::oracle_share(&evaluation.summary, &evaluation.baselines),
            overfitting: evaluation.overfitting.clone(),
            gate: evaluation.gate.clone(),
            warnings,
        }
    }
}

/// Figures that the text shows, with their columns' names.
const SHOWN: [(&str, &str); 6] = [
    ("total_return", "return"),
    ("annual_volatility", "volatility"),
    ("sharpe", "sharpe"),
    ("max_drawdown", "drawdown"),
    ("turnover_mean", "turnover"),
    ("cost_total", "cost"),
];

impl EvaluationDocument {
    /// The verdict for people: the agent above the baselines, the gate, the warnings.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text =
            format!("{} on {}, {} decisions\n\n", self.agent, self.range, self.decisions);
        let names = SHOWN.iter().map(|(_, title)| format!("{title:>11}"));
        text += &format!("{:<20}{}\n", "", names.collect::<String>());
        text += &line("agent", &self.metrics);
        for baseline in &self.baselines {
            text += &line(&baseline.name, &baseline.metrics);
        }
        if let Some(sharpe) = self.metrics.get("sharpe")
            && let (Some(low), Some(high)) = (sharpe.low, sharpe.high)
        {
            text += &format!("\nsharpe interval: {low:.2} to {high:.2}\n");
        }
        if let Some(rank) = self.rank {
            let rivals = self.baselines.iter().filter(|run| run.name != "oracle").count();
            text += &format!("rank by sharpe: {rank} of {}\n", rivals + 1);
        }
        if let Some(share) = self.oracle_share {
            text += &format!("share of the best policy's growth: {:.1} %\n", 100.0 * share);
        }
        if let Some(found) = &self.overfitting {
            text += &format!("\n{}\n", found.assessment);
            for note in &found.notes {
                text += &format!("{note}\n");
            }
            text += "\n";
        }
        text + &self.gate_text()
    }

    fn gate_text(&self) -> String {
        let mut text = match (self.gate.checks.is_empty(), self.gate.passed) {
            (true, _) => "gate: no conditions set\n".to_owned(),
            (false, true) => "gate: passed\n".to_owned(),
            (false, false) => "gate: failed\n".to_owned(),
        };
        for check in &self.gate.checks {
            let mark = if check.passed { "ok" } else { "NO" };
            let reason = check.reason.as_deref().unwrap_or("not defined");
            let value = check
                .value
                .map_or_else(|| format!("none: {reason}"), |value| format!("{value:.3}"));
            text += &format!("  {mark} {} {} (found {value})\n", check.name, check.threshold);
        }
        for warning in &self.warnings {
            text += &format!("warning: {warning}\n");
        }
        text
    }
}

fn line(name: &str, metrics: &Summary) -> String {
    let cells = SHOWN.iter().map(|(metric, _)| {
        let Some(value) = metrics.value(metric) else { return format!("{:>11}", "-") };
        if *metric == "sharpe" {
            format!("{value:>11.2}")
        } else {
            format!("{:>9.2} %", 100.0 * value)
        }
    });
    format!("{name:<20}{}\n", cells.collect::<String>())
}
