//! The page as a whole.

use serde_json::json;

use super::charts::{StudyPicture, overview, study_pictures};
use super::input::{StudyReportInput, TrialEnd};
use super::{tables, verdict};
use crate::evaluate::report::{data_block, escape, figure, provenance, section, sheet};
use crate::plot::PlotError;

const STYLE: &str = include_str!("style.css");

/// Version of the data block.
const SCHEMA_VERSION: u32 = 1;

/// Writes the report of a study as one HTML file that needs no network.
#[must_use]
pub fn render(input: &StudyReportInput) -> String {
    render_with(input, &study_pictures(input))
}

/// Draws history and intermediate values as PNG bytes.
///
/// # Errors
/// [`PlotError`] if the picture cannot be made.
pub fn overview_png(input: &StudyReportInput) -> Result<Vec<u8>, PlotError> {
    overview(input).to_png()
}

/// The page around pictures that are drawn already.
pub(super) fn render_with(input: &StudyReportInput, pictures: &[StudyPicture]) -> String {
    let figures: String =
        pictures.iter().map(|one| figure(one.slug, &one.picture.to_svg(), one.about)).collect();
    let sections = [
        header(input),
        verdict::section(input),
        section("The winner's settings", &tables::winner(input)),
        section("The best trials", &tables::best_trials(input)),
        section("Pictures", &format!(r#"<div class="pictures">{figures}</div>"#)),
        tables::folds(input).unwrap_or_default(),
        section("Where the numbers come from", &rows(input)),
        configuration(&input.config_yaml),
        data(input),
    ];
    sheet(&format!("Study {}", input.name), STYLE, &sections)
}

fn header(input: &StudyReportInput) -> String {
    format!(
        "<header><h1>Study {}</h1><p>Agent <b>{}</b>, judged by <code>{}</code></p></header>",
        escape(&input.name),
        escape(&input.agent),
        escape(&input.metric),
    )
}

fn rows(input: &StudyReportInput) -> String {
    let known = [
        ("Study", input.name.as_str()),
        ("Agent", input.agent.as_str()),
        ("Metric", input.metric.as_str()),
        ("Sampler", input.sampler.as_str()),
        ("Scheduler", input.scheduler.as_str()),
    ];
    let more = input.provenance.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    provenance(known.into_iter().chain(more))
}

fn configuration(yaml: &str) -> String {
    if yaml.is_empty() {
        return String::new();
    }
    format!("<details><summary>Configuration</summary><pre>{}</pre></details>", escape(yaml))
}

/// The same numbers for programs.
fn data(input: &StudyReportInput) -> String {
    let figures = &input.overfitting;
    let winner = input.winner().map(|winner| {
        let params: serde_json::Map<String, serde_json::Value> =
            winner.params.iter().cloned().collect();
        json!({
            "trial": winner.number,
            "value": winner.score(),
            "params": params,
            "bundle": input.bundle,
        })
    });
    let data = json!({
        "schema_version": SCHEMA_VERSION,
        "study": input.name,
        "agent": input.agent,
        "metric": input.metric,
        "warnings": input.warnings,
        "trials": {
            "complete": input.count(TrialEnd::Complete),
            "pruned": input.count(TrialEnd::Pruned),
            "failed": input.count(TrialEnd::Failed),
            "running": input.count(TrialEnd::Running),
            "in_ledger": figures.ledger_trials,
        },
        "best": winner,
        "overfitting": {
            "pbo": figures.pbo.as_ref().map(|pbo| pbo.probability),
            "deflated_sharpe": figures.deflated_sharpe,
            "min_track_record_years":
                figures.min_track_record_bars.map(|bars| bars / figures.bars_per_year),
            "effective_trials": figures.effective_trials,
        },
    });
    data_block("releat-study", &data)
}
