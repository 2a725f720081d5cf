//! What a reader should know first.

use super::html::{escape, interval, money, number, plain};
use super::input::{Bound, GateCheck, NamedRun, ReportInput};
use crate::metrics::{Summary, Unit, metric_info, total_return};

/// Metrics that get a tile.
const TILES: [&str; 6] =
    ["annual_return", "sharpe", "max_drawdown", "annual_volatility", "turnover_mean", "cost_total"];

/// The answer of the gate, the rank of the agent, what makes the numbers doubtful, and the checks.
pub(super) fn section(input: &ReportInput, agent: &NamedRun) -> String {
    let (class, headline) = headline(&input.gate);
    let mut html = format!(r#"<section class="verdict {class}"><h2>{headline}</h2>"#);
    let sentences = [Some(growth(input, agent)), rank(input, agent), luck(input, &agent.summary)];
    for sentence in sentences.into_iter().flatten() {
        html.push_str(&format!("<p>{}</p>", escape(&sentence)));
    }
    html.push_str("</section>");
    html.push_str(&warnings(&input.warnings));
    html.push_str(&tiles(input, &agent.summary));
    html.push_str(&checks(&input.gate));
    html
}

/// Place of the agent by Sharpe ratio, 1 is best; without a Sharpe ratio it comes last.
pub(super) fn sharpe_rank(input: &ReportInput, agent: &NamedRun) -> usize {
    let value = |run: &NamedRun| run.summary.value("sharpe").unwrap_or(f64::NEG_INFINITY);
    1 + input.runs.iter().filter(|run| value(run) > value(agent)).count()
}

fn headline(gate: &[GateCheck]) -> (&'static str, String) {
    let failed = gate.iter().filter(|check| !check.passed).count();
    match (gate.len(), failed) {
        (0, _) => ("open", "No gate was set: nothing was decided".to_owned()),
        (1, 0) => ("pass", "Gate passed: its one check holds".to_owned()),
        (all, 0) => ("pass", format!("Gate passed: all {all} checks hold")),
        (1, _) => ("fail", "Gate failed: its one check does not hold".to_owned()),
        (all, failed) => ("fail", format!("Gate failed: {failed} of {all} checks do not hold")),
    }
}

fn growth(input: &ReportInput, agent: &NamedRun) -> String {
    let multiple = 1.0 + total_return(&agent.returns);
    format!(
        "From {} to {} ({} bars), {} turned {} into {}, a factor of {multiple:.2}, after costs.",
        input.range.start(),
        input.range.end(),
        input.times.len(),
        input.agent_name,
        money(input.initial_equity),
        money(input.initial_equity * multiple),
    )
}

fn rank(input: &ReportInput, agent: &NamedRun) -> Option<String> {
    let others: Vec<(&str, f64)> = input.runs[1..]
        .iter()
        .filter_map(|run| Some((run.name.as_str(), run.summary.value("sharpe")?)))
        .collect();
    let best = others.into_iter().max_by(|a, b| a.1.total_cmp(&b.1));
    let (Some((name, best)), true) = (best, input.runs.len() > 1) else { return None };
    let own = number(agent.summary.value("sharpe"), Unit::Ratio);
    let (place, all) = (sharpe_rank(input, agent), input.runs.len());
    let best = number(Some(best), Unit::Ratio);
    Some(format!(
        "By Sharpe ratio it ranks {place} of {all} with {own}; the best baseline is {name} with {best}."
    ))
}

fn luck(input: &ReportInput, summary: &Summary) -> Option<String> {
    let sharpe = summary.get("sharpe")?;
    let reach = interval(sharpe, Unit::Ratio)?;
    let percent = 100.0 * input.confidence;
    let meaning = match (sharpe.low? > 0.0, sharpe.high? < 0.0) {
        (true, _) => "All of it lies above 0.",
        (_, true) => "All of it lies below 0.",
        _ => "It includes 0, so on this range alone luck is a fair explanation.",
    };
    Some(format!("The {percent:.0} % interval of its Sharpe ratio is {reach}. {meaning}"))
}

fn warnings(warnings: &[String]) -> String {
    if warnings.is_empty() {
        return String::new();
    }
    let items: String = warnings.iter().map(|text| format!("<li>{}</li>", escape(text))).collect();
    format!(r#"<section class="warnings"><h2>Read this first</h2><ul>{items}</ul></section>"#)
}

fn tiles(input: &ReportInput, summary: &Summary) -> String {
    let tile = |name: &&str| {
        let info = metric_info(name)?;
        let estimate = summary.get(name)?;
        let reach = interval(estimate, info.unit)
            .map(|reach| format!("<small>{reach}</small>"))
            .unwrap_or_default();
        let value = number(estimate.value, info.unit);
        let title = info.title;
        Some(format!(r#"<div class="tile"><span>{title}</span><b>{value}</b>{reach}</div>"#))
    };
    let tiles: String = TILES.iter().filter_map(tile).collect();
    let percent = 100.0 * input.confidence;
    format!(
        r#"<div class="tiles">{tiles}</div><p class="note">Small figures: {percent:.0} % interval.</p>"#
    )
}

fn checks(gate: &[GateCheck]) -> String {
    if gate.is_empty() {
        return String::new();
    }
    let rows: String = gate.iter().map(check_row).collect();
    format!(
        r#"<table class="gate"><thead><tr><th>Gate check</th><th>Needed</th><th>Found</th><th>Answer</th></tr></thead><tbody>{rows}</tbody></table>"#
    )
}

fn check_row(check: &GateCheck) -> String {
    let needed = match check.threshold {
        Bound::AtLeast(value) => format!("at least {}", plain(Some(value))),
        Bound::AtMost(value) => format!("at most {}", plain(Some(value))),
    };
    let (class, answer) = if check.passed { ("pass", "holds") } else { ("fail", "does not hold") };
    let reason = check.reason.as_ref().map(|text| format!("<small>{}</small>", escape(text)));
    format!(
        r#"<tr><td>{}{}</td><td class="n">{needed}</td><td class="n">{}</td><td class="{class}">{answer}</td></tr>"#,
        escape(&check.name),
        reason.unwrap_or_default(),
        plain(check.value),
    )
}
