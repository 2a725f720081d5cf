//! The page as a whole.

use serde_json::json;

use super::charts::PaperPicture;
use super::input::PaperReportInput;
use super::tables;
use crate::commands::trade::view::numbers::clock;
use crate::evaluate::report::escape;
use crate::plot::{DARK_REPLACEMENTS, FONT_FAMILY};

/// The pages of a study and of a session look alike.
const STYLE: &str = include_str!("../../tune/report/style.css");

/// Version of the data block.
const SCHEMA_VERSION: u32 = 1;

/// Writes the report of a session as one HTML file that needs no network.
#[cfg(test)]
#[must_use]
pub(crate) fn render(input: &PaperReportInput) -> String {
    render_with(input, &super::charts::paper_pictures(input))
}

/// The page around pictures that are drawn already.
pub(super) fn render_with(input: &PaperReportInput, pictures: &[PaperPicture]) -> String {
    let figures: String = pictures.iter().map(figure).collect();
    let folded = |title: &str, table: Option<String>| {
        let open = |table| format!("<details><summary>{title}</summary>{table}</details>");
        table.map(open).unwrap_or_default()
    };
    let parts = [
        header(input),
        tables::tiles(input),
        optional("Paper less backtest", tables::attribution(input)),
        optional("What was refused or missed", tables::refusals(input)),
        section("Pictures", &format!(r#"<div class="pictures">{figures}</div>"#)),
        optional("Limits", tables::limits(input)),
        optional("Alerts", tables::alerts(input)),
        folded("Paper less backtest, day by day", tables::attribution_days(input)),
        folded("Fills", tables::fills(input)),
        section("Where the numbers come from", &provenance(input)),
        data_block(input),
    ];
    let title = escape(&format!("Session {}", input.session));
    format!(
        r#"<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><title>{title}</title><style>{}</style></head>
<body><main>
{}
</main></body></html>
"#,
        style(),
        parts.join("\n"),
    )
}

fn header(input: &PaperReportInput) -> String {
    let times = (input.equity.first(), input.equity.last());
    let from_to = match times {
        (Some((from, _)), Some((to, _))) => {
            format!("{} to {} UTC", clock(Some(*from)), clock(Some(*to)))
        }
        _ => "no decision yet".to_owned(),
    };
    format!(
        "<header><h1>Session {}</h1><p>Agent <b>{}</b> on venue <b>{}</b>, {from_to}</p></header>",
        escape(&input.session),
        escape(&input.agent),
        escape(&input.venue),
    )
}

fn section(title: &str, content: &str) -> String {
    format!("<section><h2>{title}</h2>{content}</section>")
}

fn optional(title: &str, content: Option<String>) -> String {
    content.map(|content| section(title, &content)).unwrap_or_default()
}

fn figure(picture: &PaperPicture) -> String {
    format!(
        r#"<figure id="{}">{}<figcaption>{}</figcaption></figure>
"#,
        picture.slug,
        picture.picture.to_svg(),
        escape(picture.about)
    )
}

fn provenance(input: &PaperReportInput) -> String {
    let (rows, head) = &input.ledger;
    let known = [
        ("Session".to_owned(), input.session.clone()),
        ("Ledger".to_owned(), format!("{rows} rows, head {head}")),
    ];
    let row = |(name, value): &(String, String)| {
        format!("<tr><td>{}</td><td><code>{}</code></td></tr>", escape(name), escape(value))
    };
    let rows: String = known.iter().chain(&input.provenance).map(row).collect();
    format!(r#"<table class="provenance"><tbody>{rows}</tbody></table>"#)
}

/// The same numbers for programs.
fn data_block(input: &PaperReportInput) -> String {
    let ends = input.ends();
    let attribution: serde_json::Map<String, serde_json::Value> =
        input.attribution.iter().map(|row| (row.cause.clone(), json!(row.amount))).collect();
    let data = json!({
        "schema_version": SCHEMA_VERSION,
        "session": input.session,
        "agent": input.agent,
        "venue": input.venue,
        "decisions": input.decisions,
        "orders": input.orders,
        "fills": input.fills.len(),
        "rejects": input.rejects,
        "denials": input.denials,
        "not_decided": input.not_decided,
        "equity_start": ends.map(|(start, _)| start),
        "equity_end": ends.map(|(_, end)| end),
        "drawdown_max_frac": tables::drawdown_max(input),
        "costs": input.costs(),
        "attribution": attribution,
        "ledger": { "rows": input.ledger.0, "head": input.ledger.1 },
    });
    // A browser ends the block at the first `</script`, whatever JSON thinks of it.
    let text = data.to_string().replace('<', r"\u003c");
    format!(r#"<script type="application/json" id="releat-session">{text}</script>"#)
}

/// The style sheet, with rules that turn the neutral colors of the pictures over on a dark page.
fn style() -> String {
    let rule = |(light, dark): &(&str, &str)| {
        format!(
            "figure [fill=\"{light}\"]{{fill:{dark}}}figure [stroke=\"{light}\"]{{stroke:{dark}}}"
        )
    };
    let rules: String = DARK_REPLACEMENTS.iter().map(rule).collect();
    format!(
        "{}\nbody{{font-family:{FONT_FAMILY}}}\n@media screen and (prefers-color-scheme:dark){{{rules}}}\n",
        STYLE.trim_end()
    )
}
