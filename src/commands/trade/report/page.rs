//! The page as a whole.

use serde_json::json;

use super::charts::PaperPicture;
use super::input::PaperReportInput;
use super::tables;
use crate::commands::trade::view::numbers::clock;
use crate::evaluate::report::{data_block, escape, figure, provenance, section, sheet};

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
    let figures: String =
        pictures.iter().map(|one| figure(&one.slug, &one.picture.to_svg(), one.about)).collect();
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
        section("Where the numbers come from", &rows(input)),
        data(input),
    ];
    sheet(&format!("Session {}", input.session), STYLE, &parts)
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

fn optional(title: &str, content: Option<String>) -> String {
    content.map(|content| section(title, &content)).unwrap_or_default()
}

fn rows(input: &PaperReportInput) -> String {
    let (rows, head) = &input.ledger;
    let ledger = format!("{rows} rows, head {head}");
    let known = [("Session", input.session.as_str()), ("Ledger", ledger.as_str())];
    let more = input.provenance.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    provenance(known.into_iter().chain(more))
}

/// The same numbers for programs.
fn data(input: &PaperReportInput) -> String {
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
    data_block("releat-session", &data)
}
