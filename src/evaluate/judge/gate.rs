//! Whether an agent may go on.

use serde::{Deserialize, Serialize};

use super::NamedRun;
use crate::config::Gate;
use crate::metrics::{Overfitting, Summary};

/// One condition and what was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GateCheck {
    /// The key in `eval.gate`.
    pub name: String,
    /// The limit.
    pub threshold: f64,
    /// What the agent has; absent if it has no value, which does not pass.
    pub value: Option<f64>,
    /// Whether the value is within the limit.
    pub passed: bool,
    /// Why there is no value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// The verdict: passed if every check passed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GateOutcome {
    /// The verdict.
    pub passed: bool,
    /// In the order of the settings; empty if none is set.
    pub checks: Vec<GateCheck>,
}

/// Compares an agent with the limits; a value that is missing fails its check and says why.
pub(super) fn check_gate(
    gate: &Gate,
    agent: &Summary,
    baselines: &[NamedRun],
    overfitting: Option<&Overfitting>,
) -> GateOutcome {
    let sharpe = agent.value("sharpe");
    let first = baselines.iter().find(|run| run.name.starts_with("buy_and_hold"));
    let first_sharpe = first.and_then(|run| run.summary.value("sharpe"));
    let margin = sharpe.zip(first_sharpe).map(|(own, other)| own - other);
    let checks = [
        at_least("sharpe_min", gate.sharpe_min, sharpe),
        at_least(
            "sharpe_margin_to_first_symbol_min",
            gate.sharpe_margin_to_first_symbol_min,
            margin,
        ),
        at_most("max_drawdown_max", gate.max_drawdown_max, agent.value("max_drawdown")),
        at_most("turnover_daily_max", gate.turnover_daily_max, agent.value("turnover_mean")),
        at_most("rank_max", gate.rank_max.map(|rank| rank as f64), rank(sharpe, baselines)),
        at_least("oracle_share_min", gate.oracle_share_min, oracle_share(agent, baselines)),
        at_most("pbo_max", gate.pbo_max, overfitting.and_then(|found| found.pbo)),
        at_least(
            "deflated_sharpe_min",
            gate.deflated_sharpe_min,
            overfitting.and_then(|found| found.deflated_sharpe),
        ),
    ];
    let mut checks: Vec<GateCheck> = checks.into_iter().flatten().collect();
    for check in checks.iter_mut().filter(|check| check.value.is_none()) {
        check.reason = Some(reason(&check.name, overfitting));
    }
    GateOutcome { passed: checks.iter().all(|check| check.passed), checks }
}

fn at_least(name: &str, threshold: Option<f64>, value: Option<f64>) -> Option<GateCheck> {
    let threshold = threshold?;
    let passed = value.is_some_and(|value| value >= threshold);
    Some(GateCheck { name: name.to_owned(), threshold, value, passed, reason: None })
}

fn at_most(name: &str, threshold: Option<f64>, value: Option<f64>) -> Option<GateCheck> {
    let threshold = threshold?;
    let passed = value.is_some_and(|value| value <= threshold);
    Some(GateCheck { name: name.to_owned(), threshold, value, passed, reason: None })
}

/// Why the figure behind a condition has no value.
fn reason(condition: &str, overfitting: Option<&Overfitting>) -> String {
    let figure = condition.trim_end_matches("_min").trim_end_matches("_max");
    match overfitting {
        _ if !matches!(figure, "pbo" | "deflated_sharpe") => {
            "it is not defined on these bars".to_owned()
        }
        None => "the ledger has no trials of this agent".to_owned(),
        Some(found) => found.missing.get(figure).cloned().unwrap_or_default(),
    }
}

/// 1 + how many baselines have a higher Sharpe ratio. The oracle knows the future and does not count.
pub(in crate::evaluate) fn rank(sharpe: Option<f64>, baselines: &[NamedRun]) -> Option<f64> {
    let own = sharpe?;
    let rivals = baselines.iter().filter(|run| run.name != "oracle");
    let better = rivals.filter(|run| run.summary.value("sharpe").is_some_and(|other| other > own));
    Some(1.0 + better.count() as f64)
}

/// Mean log growth of the agent over that of the best policy on the same bars.
pub(in crate::evaluate) fn oracle_share(agent: &Summary, baselines: &[NamedRun]) -> Option<f64> {
    let oracle = baselines.iter().find(|run| run.name == "oracle")?;
    let growth = |summary: &Summary| Some(summary.value("total_return")?.ln_1p());
    let best = growth(&oracle.summary)?;
    let own = growth(agent)?;
    (best > 0.0).then_some(own / best)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::{BarClock, Estimate, TrialReturns};

    fn summary(values: &[(&str, f64)]) -> Summary {
        let mut summary = Summary::default();
        for (name, value) in values {
            summary.set(name, Estimate::exact(Some(*value)));
        }
        summary
    }

    fn run(name: &str, sharpe: f64, total: f64) -> NamedRun {
        let summary = summary(&[("sharpe", sharpe), ("total_return", total)]);
        NamedRun { name: name.to_owned(), summary, trajectory: None }
    }

    #[test]
    fn every_condition_is_compared_with_its_value() {
        let gate = Gate {
            sharpe_min: Some(0.5),
            sharpe_margin_to_first_symbol_min: Some(-0.5),
            max_drawdown_max: Some(0.25),
            turnover_daily_max: Some(0.5),
            rank_max: Some(2),
            oracle_share_min: Some(0.95),
            pbo_max: Some(0.1),
            deflated_sharpe_min: Some(0.95),
        };
        let overfitting =
            Overfitting { pbo: Some(0.02), deflated_sharpe: Some(0.97), ..Overfitting::default() };
        let agent = summary(&[
            ("sharpe", 1.0),
            ("max_drawdown", 0.3),
            ("turnover_mean", 0.1),
            ("total_return", 0.5),
        ]);
        let baselines =
            [run("buy_and_hold.SPY", 1.2, 0.2), run("cash", 0.0, 0.0), run("oracle", 9.0, 0.5)];
        let outcome = check_gate(&gate, &agent, &baselines, Some(&overfitting));
        let failed: Vec<&str> =
            outcome.checks.iter().filter(|c| !c.passed).map(|c| c.name.as_str()).collect();
        assert_eq!(failed, ["max_drawdown_max"]);
        assert_eq!(outcome.checks.len(), 8);
        assert!(outcome.checks.iter().all(|check| check.reason.is_none()));
        assert!(!outcome.passed);
    }

    #[test]
    fn a_missing_value_does_not_pass() {
        let gate = Gate { sharpe_min: Some(0.0), ..Gate::default() };
        assert!(!check_gate(&gate, &Summary::default(), &[], None).passed);
        assert!(check_gate(&Gate::default(), &Summary::default(), &[], None).passed);
    }

    #[test]
    fn a_figure_of_the_ledger_that_is_missing_says_why() {
        let gate = Gate { pbo_max: Some(0.5), deflated_sharpe_min: Some(0.95), ..Gate::default() };
        let reasons = |overfitting: Option<&Overfitting>| -> Vec<String> {
            let outcome = check_gate(&gate, &Summary::default(), &[], overfitting);
            assert!(!outcome.passed);
            outcome.checks.into_iter().filter_map(|check| check.reason).collect()
        };
        assert_eq!(reasons(None), ["the ledger has no trials of this agent"; 2]);
        let single = TrialReturns { returns: vec![0.01, 0.0, 0.02], ..TrialReturns::default() };
        let clock = BarClock { bars_per_year: 252.0 };
        let found = Overfitting::compute(&[single], 0, clock);
        let told = reasons(Some(&found));
        assert_eq!(told, ["splitting needs 20 bars or more, the chosen trial has 3"]);
    }
}
