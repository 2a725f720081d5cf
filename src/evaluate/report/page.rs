//! The page as a whole.

use serde_json::json;

use super::check::{ReportError, check};
use super::html::escape;
use super::input::{NamedRun, ReportInput};
use super::sheet::{data_block, provenance, section, sheet};
use super::{overfitting, pictures, tables, verdict};
use crate::metrics::total_return;
use crate::plot::Picture;

const STYLE: &str = include_str!("style.css");

/// Version of the data block.
const SCHEMA_VERSION: u32 = 1;

/// Writes the report as one HTML file that needs no network.
///
/// # Errors
/// [`ReportError`] if there is no run or a series does not have one value per bar.
pub fn render(input: &ReportInput) -> Result<String, ReportError> {
    check(input)?;
    let agent = input.runs.first().ok_or(ReportError::NoRun)?;
    let figures: String = pictures::all(input, agent).iter().map(figure).collect();
    let sections = [
        header(input),
        verdict::section(input, agent),
        section("Against the baselines", &tables::key_metrics(&input.runs)),
        input.overfitting.as_ref().map(overfitting::section).unwrap_or_default(),
        tables::all_metrics(&input.runs),
        section("Pictures", &format!(r#"<div class="pictures">{figures}</div>"#)),
        section("What the metrics mean", &tables::definitions(input)),
        section("Where the numbers come from", &rows(input)),
        section("Configuration", &format!("<pre>{}</pre>", escape(&input.config_yaml))),
        data(input, agent),
    ];
    Ok(sheet(&input.title, STYLE, &sections))
}

/// Draws the equity of all runs above the drawdown of the agent, as PNG bytes.
///
/// # Errors
/// [`ReportError`] as for [`render`], or if the picture cannot be made.
pub fn overview_png(input: &ReportInput) -> Result<Vec<u8>, ReportError> {
    check(input)?;
    let agent = input.runs.first().ok_or(ReportError::NoRun)?;
    let parts = vec![pictures::equity(input), pictures::drawdown(input, agent)];
    Ok(Picture::joined(&input.title, parts).to_png()?)
}

fn header(input: &ReportInput) -> String {
    let name = escape(&input.agent_name);
    format!(
        r#"<header><h1>{}</h1><p>Agent <b>{name}</b>, bundle <code>{}</code>, evaluated on {}</p></header>"#,
        escape(&input.title),
        escape(&input.bundle_digest),
        input.range,
    )
}

fn figure(picture: &Picture) -> String {
    format!("<figure>{}</figure>\n", picture.to_svg())
}

fn rows(input: &ReportInput) -> String {
    let range = input.range.to_string();
    let known = [
        ("Agent", input.agent_name.as_str()),
        ("Bundle digest", input.bundle_digest.as_str()),
        ("Range", range.as_str()),
        ("Data fingerprint", input.data_fingerprint.as_str()),
    ];
    let more = input.provenance.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    provenance(known.into_iter().chain(more))
}

/// The same numbers for programs.
fn data(input: &ReportInput, agent: &NamedRun) -> String {
    let runs: Vec<serde_json::Value> = input
        .runs
        .iter()
        .map(|run| {
            let last = input.initial_equity * (1.0 + total_return(&run.returns));
            json!({ "name": run.name, "final_equity": last, "metrics": run.summary })
        })
        .collect();
    let data = json!({
        "schema_version": SCHEMA_VERSION,
        "title": input.title,
        "agent": input.agent_name,
        "bundle_digest": input.bundle_digest,
        "range": input.range,
        "data_fingerprint": input.data_fingerprint,
        "warnings": input.warnings,
        "gate": input.gate,
        "gate_passed": (!input.gate.is_empty()).then(|| input.gate.iter().all(|c| c.passed)),
        "overfitting": input.overfitting,
        "sharpe_rank": verdict::sharpe_rank(input, agent),
        "runs": runs,
    });
    data_block("releat-report", &data)
}
