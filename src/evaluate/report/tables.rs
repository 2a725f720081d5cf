//! The metrics of all runs, and what they mean.

use super::html::{escape, interval, number};
use super::input::{NamedRun, ReportInput};
use crate::metrics::{Direction, MetricInfo, Unit, metric_catalog, metric_info};

/// Metrics of the short table.
const KEY_METRICS: [&str; 8] = [
    "total_return",
    "annual_return",
    "annual_volatility",
    "sharpe",
    "sortino",
    "max_drawdown",
    "turnover_mean",
    "cost_total",
];

/// One row per run: the few metrics that decide; the best value of a column is marked.
pub(super) fn key_metrics(runs: &[NamedRun]) -> String {
    let infos: Vec<&MetricInfo> = KEY_METRICS.iter().filter_map(|name| metric_info(name)).collect();
    let heads: String = infos.iter().map(|info| format!("<th>{}</th>", info.title)).collect();
    let row = |(index, run): (usize, &NamedRun)| {
        let cells: String = infos.iter().map(|info| cell(run, runs, info)).collect();
        let class = if index == 0 { r#" class="agent""# } else { "" };
        format!(r#"<tr{class}><th scope="row">{}</th>{cells}</tr>"#, escape(&run.name))
    };
    let rows: String = runs.iter().enumerate().map(row).collect();
    format!(
        r#"<div class="scroll"><table class="metrics"><thead><tr><th>Run</th>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"#
    )
}

/// One row per metric, one column per run, folded away.
pub(super) fn all_metrics(runs: &[NamedRun]) -> String {
    let heads: String = runs.iter().map(|run| format!("<th>{}</th>", escape(&run.name))).collect();
    let row = |info: &MetricInfo| {
        let cells: String = runs.iter().map(|run| cell(run, runs, info)).collect();
        format!(r#"<tr><th scope="row">{}</th>{cells}</tr>"#, info.title)
    };
    let rows: String = metric_catalog().iter().map(row).collect();
    format!(
        r#"<details><summary>All metrics of all runs</summary><div class="scroll"><table class="metrics"><thead><tr><th>Metric</th>{heads}</tr></thead><tbody>{rows}</tbody></table></div></details>"#
    )
}

/// Names, units and formulas.
pub(super) fn definitions(input: &ReportInput) -> String {
    let row = |info: &MetricInfo| {
        format!(
            "<tr><td>{}</td><td><code>{}</code></td><td>{}</td><td>{}</td></tr>",
            info.title,
            info.name,
            unit(info.unit),
            escape(info.formula),
        )
    };
    let rows: String = metric_catalog().iter().map(row).collect();
    format!(
        r#"<p>r is the simple return of a bar after costs, rf the safe return per bar ({}), b the return of the benchmark; a year has {} bars. A dash means: not defined on these data. Figures in percent are fractions in the data block of this page.</p><div class="scroll"><table class="definitions"><thead><tr><th>Metric</th><th>Name</th><th>Unit</th><th>Definition</th></tr></thead><tbody>{rows}</tbody></table></div>"#,
        super::html::plain(Some(input.risk_free)),
        super::html::plain(Some(input.clock.bars_per_year)),
    )
}

fn cell(run: &NamedRun, runs: &[NamedRun], info: &MetricInfo) -> String {
    let estimate = run.summary.get(info.name).copied().unwrap_or_default();
    let class = if is_best(estimate.value, runs, info) { "n best" } else { "n" };
    let value = number(estimate.value, info.unit);
    let reach = interval(&estimate, info.unit)
        .map(|reach| format!("<small>{reach}</small>"))
        .unwrap_or_default();
    format!(r#"<td class="{class}">{value}{reach}</td>"#)
}

fn is_best(value: Option<f64>, runs: &[NamedRun], info: &MetricInfo) -> bool {
    let others = runs.iter().filter_map(|run| run.summary.value(info.name));
    let best = match info.direction {
        Direction::Higher => others.reduce(f64::max),
        Direction::Lower => others.reduce(f64::min),
        Direction::Neutral => None,
    };
    runs.len() > 1 && value.is_some() && value == best
}

const fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Fraction | Unit::SmallFraction => "percent",
        Unit::Ratio => "ratio",
        Unit::Bars => "bars",
        Unit::Count => "count",
    }
}
