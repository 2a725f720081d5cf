//! From an evaluation to what its report shows.

use super::judge::{Evaluation, NamedRun};
use super::market::PreparedMarket;
use super::report::{
    ActionCount, Bound, GateCheck, NamedRun as ReportRun, PriceHistory, ReportInput, WeightHistory,
};
use super::trajectory::Trajectory;
use crate::config::Agent;
use crate::domain::Side;
use crate::gym::ActionTable;
use crate::metrics::BarClock;
use crate::plot::TradeMark;

/// What a report tells of its agent beside the figures.
#[derive(Debug, Clone)]
pub struct ReportFacts<'a> {
    /// The settings.
    pub agent: &'a Agent,
    /// The same as text.
    pub agent_yaml: &'a str,
    /// Digest of the bundle.
    pub bundle_digest: String,
    /// What a reader must know.
    pub warnings: &'a [String],
}

/// Collects what the report of an evaluation shows.
#[must_use]
pub fn report_input(
    evaluation: &Evaluation,
    market: &PreparedMarket,
    table: &ActionTable,
    facts: &ReportFacts<'_>,
) -> ReportInput {
    let trajectory = &evaluation.trajectory;
    let own = ReportRun {
        name: facts.agent.name.clone(),
        returns: trajectory.returns(),
        summary: evaluation.summary.clone(),
    };
    let baselines = evaluation.baselines.iter().filter_map(report_run);
    let first = trajectory.steps.first();
    let times = trajectory.steps.iter().map(|step| market.tape.times()[step.row + 1]);
    ReportInput {
        title: format!("{} on {}", facts.agent.name, evaluation.range),
        agent_name: facts.agent.name.clone(),
        bundle_digest: facts.bundle_digest.clone(),
        range: evaluation.range,
        warnings: facts.warnings.to_vec(),
        gate: gate_checks(evaluation),
        overfitting: evaluation.overfitting.clone(),
        clock: BarClock { bars_per_year: market.tape.bars_per_year() },
        risk_free: first.map_or(0.0, |step| step.account.cash_return),
        confidence: f64::from(facts.agent.eval.bootstrap.confidence_percent) / 100.0,
        initial_equity: trajectory.initial_equity,
        times: times.collect(),
        runs: std::iter::once(own).chain(baselines).collect(),
        weights: Some(weights(trajectory, market)),
        actions: actions(trajectory, table),
        price: price(trajectory, market),
        turnover: trajectory.turnovers(),
        costs: trajectory.cost_fractions(),
        config_yaml: facts.agent_yaml.to_owned(),
        data_fingerprint: market.fingerprint.to_string(),
        provenance: vec![
            ("releat".to_owned(), env!("CARGO_PKG_VERSION").to_owned()),
            ("seed".to_owned(), facts.agent.seed.to_string()),
            ("trained on".to_owned(), facts.agent.data.train.to_string()),
            ("validated on".to_owned(), facts.agent.data.validation.to_string()),
        ],
    }
}

fn report_run(run: &NamedRun) -> Option<ReportRun> {
    let returns = run.trajectory.as_ref()?.returns();
    Some(ReportRun { name: run.name.clone(), returns, summary: run.summary.clone() })
}

fn gate_checks(evaluation: &Evaluation) -> Vec<GateCheck> {
    let check = |check: &super::GateCheck| GateCheck {
        name: check.name.trim_end_matches("_min").trim_end_matches("_max").replace('_', " "),
        threshold: if check.name.ends_with("_min") {
            Bound::AtLeast(check.threshold)
        } else {
            Bound::AtMost(check.threshold)
        },
        value: check.value,
        reason: check.reason.clone(),
        passed: check.passed,
    };
    evaluation.gate.checks.iter().map(check).collect()
}

fn weights(trajectory: &Trajectory, market: &PreparedMarket) -> WeightHistory {
    let symbols = market.tape.symbols().iter().map(ToString::to_string);
    let assets: Vec<String> = std::iter::once("cash".to_owned()).chain(symbols).collect();
    let series = |asset: usize| {
        trajectory.steps.iter().map(|step| step.account.weights_after[asset]).collect()
    };
    let values = (0..assets.len()).map(series).collect();
    WeightHistory { assets, values }
}

fn actions(trajectory: &Trajectory, table: &ActionTable) -> Vec<ActionCount> {
    let count =
        |action: usize| trajectory.steps.iter().filter(|step| step.action == Some(action)).count();
    let named = table.names().iter().enumerate();
    named.map(|(action, name)| ActionCount { name: name.clone(), count: count(action) }).collect()
}

fn price(trajectory: &Trajectory, market: &PreparedMarket) -> Option<PriceHistory> {
    let symbol = market.tape.symbols().first()?.to_string();
    let prices = trajectory.steps.iter().map(|step| market.tape.quotes(step.row + 1)[0].close);
    let marks = trajectory.steps.iter().flat_map(|step| {
        let time = market.tape.times()[step.row + 1];
        let fills = step.account.executions.iter().filter(|fill| fill.symbol_index == 0);
        fills.map(move |fill| TradeMark {
            time,
            price: fill.price,
            side: if fill.quantity > 0.0 { Side::Buy } else { Side::Sell },
        })
    });
    Some(PriceHistory { symbol, prices: prices.collect(), marks: marks.collect() })
}
