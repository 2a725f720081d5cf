//! The findings as one HTML file that needs no network.

use std::collections::BTreeMap;

use crate::commands::data::check::{shown_span, summary};
use crate::commands::data::picture::draw;
use crate::dataset::{Lake, SeriesCheck};
use crate::evaluate::report::{escape, section, sheet};

const STYLE: &str = include_str!("page.css");
/// Findings of one series that are listed; the JSON document has all.
const LISTED: usize = 500;

/// Writes the page.
pub(super) fn render(lake: &Lake, checks: &[SeriesCheck]) -> String {
    let findings: usize = checks.iter().map(|check| check.findings.len()).sum();
    let (class, verdict) = match findings {
        0 => ("pass", "No findings"),
        _ => ("fail", "There is something to look at"),
    };
    let sections = [
        format!(
            r#"<header><h1>Data check</h1><p>Lake <code>{}</code></p></header>"#,
            escape(&lake.root().display().to_string())
        ),
        format!(
            r#"<section class="verdict {class}"><h2>{verdict}</h2><p>{}</p>{}</section>"#,
            escape(&summary(checks)),
            codes(checks)
        ),
        format!("<figure>{}</figure>", draw(checks).to_svg()),
        section("Series", &overview(checks)),
        checks.iter().enumerate().map(details).collect(),
    ];
    sheet("Data check", STYLE, &sections)
}

/// How often each code occurs.
fn codes(checks: &[SeriesCheck]) -> String {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for finding in checks.iter().flat_map(|check| &check.findings) {
        *counts.entry(finding.code.to_string()).or_default() += 1;
    }
    let chip = |(code, count): (&String, &usize)| {
        format!(r#"<span class="chip"><b>{count}</b> {}</span>"#, escape(code))
    };
    format!(r#"<p class="chips">{}</p>"#, counts.iter().map(chip).collect::<String>())
}

fn overview(checks: &[SeriesCheck]) -> String {
    let row = |(index, check): (usize, &SeriesCheck)| {
        let name = escape(&check.key.to_string());
        let name = if check.findings.is_empty() {
            name
        } else {
            format!(r##"<a href="#series-{index}">{name}</a>"##)
        };
        let manifest = check.series.as_ref().map(|series| &series.manifest);
        let days = manifest.and_then(|m| m.range).map_or("–".to_owned(), |r| r.to_string());
        let numbers = [
            manifest.map_or(0, |m| m.rows),
            manifest.map_or(0, |m| m.actions),
            manifest.map_or(0, |m| m.gaps.len()),
            manifest.map_or(0, |m| m.quarantined.len()),
            check.findings.len(),
        ];
        let cells: String =
            numbers.iter().map(|number| format!(r#"<td class="n">{number}</td>"#)).collect();
        format!("<tr><th>{name}</th><td>{days}</td>{cells}</tr>")
    };
    let rows: String = checks.iter().enumerate().map(row).collect();
    let head = r#"<th>series</th><th>days</th><th class="n">bars</th><th class="n">actions</th><th class="n">gaps</th><th class="n">left out</th><th class="n">findings</th>"#;
    format!(
        r#"<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"#
    )
}

fn details((index, check): (usize, &SeriesCheck)) -> String {
    if check.findings.is_empty() {
        return String::new();
    }
    let row = |finding: &crate::dataset::Finding| {
        format!(
            "<tr><td class=\"time\">{}</td><td><code>{}</code></td><td>{}</td></tr>",
            escape(&shown_span(check, finding)),
            finding.code,
            escape(&finding.text)
        )
    };
    let rows: String = check.findings.iter().take(LISTED).map(row).collect();
    let more = check.findings.len().saturating_sub(LISTED);
    let note = if more > 0 {
        format!("<p class=\"note\">{more} more in the JSON document</p>")
    } else {
        String::new()
    };
    format!(
        r#"<section id="series-{index}"><h2>{}</h2><div class="scroll"><table class="findings"><thead><tr><th>time</th><th>code</th><th>found, and expected</th></tr></thead><tbody>{rows}</tbody></table></div>{note}</section>"#,
        escape(&check.key.to_string())
    )
}
