//! The page as a whole.

use serde_json::json;

use super::check::{ReportError, check};
use super::html::escape;
use super::input::{NamedRun, ReportInput};
use super::{overfitting, pictures, tables, verdict};
use crate::metrics::total_return;
use crate::plot::{DARK_REPLACEMENTS, FONT_FAMILY, Picture};

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
        section("Where the numbers come from", &provenance(input)),
        section("Configuration", &format!("<pre>{}</pre>", escape(&input.config_yaml))),
        data_block(input, agent)?,
    ];
    let title = escape(&input.title);
    Ok(format!(
        r#"<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><title>{title}</title><style>{}</style></head>
<body><main>
{}
</main></body></html>
"#,
        style_sheet(STYLE),
        sections.join("\n"),
    ))
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

fn section(title: &str, content: &str) -> String {
    format!("<section><h2>{title}</h2>{content}</section>")
}

fn figure(picture: &Picture) -> String {
    format!("<figure>{}</figure>\n", picture.to_svg())
}

fn provenance(input: &ReportInput) -> String {
    let known = [
        ("Agent", input.agent_name.clone()),
        ("Bundle digest", input.bundle_digest.clone()),
        ("Range", input.range.to_string()),
        ("Data fingerprint", input.data_fingerprint.clone()),
    ];
    let more = input.provenance.iter().map(|(name, value)| (name.as_str(), value.clone()));
    let row = |(name, value): (&str, String)| {
        format!("<tr><td>{}</td><td><code>{}</code></td></tr>", escape(name), escape(&value))
    };
    let rows: String = known.into_iter().chain(more).map(row).collect();
    format!(r#"<table class="provenance"><tbody>{rows}</tbody></table>"#)
}

/// The same numbers for programs.
fn data_block(input: &ReportInput, agent: &NamedRun) -> Result<String, ReportError> {
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
    // A browser ends the block at the first `</script`, whatever JSON thinks of it.
    let text = serde_json::to_string(&data)?.replace('<', r"\u003c");
    Ok(format!(r#"<script type="application/json" id="releat-report">{text}</script>"#))
}

/// The style sheet of a page with pictures, with rules that turn the neutral colors of the pictures over on a dark page.
#[must_use]
pub fn style_sheet(rules_of_page: &str) -> String {
    let rule = |(light, dark): &(&str, &str)| {
        format!(
            "figure [fill=\"{light}\"]{{fill:{dark}}}figure [stroke=\"{light}\"]{{stroke:{dark}}}"
        )
    };
    let rules: String = DARK_REPLACEMENTS.iter().map(rule).collect();
    format!(
        "{}\nbody{{font-family:{FONT_FAMILY}}}\n@media screen and (prefers-color-scheme:dark){{{rules}}}\n",
        rules_of_page.trim_end()
    )
}
