//! What the page says in tables and tiles.

use super::html::{Column, table};
use super::input::PaperReportInput;
use crate::commands::trade::view::numbers::{change, clock, money, percent, quantity, short};
use crate::domain::Side;
use crate::evaluate::attribution::{DaySplit, Terms};
use crate::evaluate::report::escape;

/// Fills that are listed; the first and the last of more.
const FILLS_MAX: usize = 200;

/// The figures that are read first.
pub(super) fn tiles(input: &PaperReportInput) -> String {
    let ends = input.ends();
    let gained = ends.and_then(|(start, end)| (start != 0.0).then(|| end / start - 1.0));
    let denials: usize = input.denials.values().sum();
    let fills = format!("{} orders", input.orders);
    let of = ends.map(|(start, _)| format!("{} from {}", change(gained), money(Some(start))));
    let missed: usize = input.not_decided.values().sum();
    let tiles: String = [
        ("equity at the end", money(ends.map(|(_, end)| end)), of.unwrap_or_default()),
        ("worst drawdown", percent(drawdown_max(input)), "from the peak".to_owned()),
        ("costs", money(Some(input.costs())), "commission, spread, slippage".to_owned()),
        ("decisions", input.decisions.to_string(), format!("{missed} due and not made")),
        ("fills", input.fills.len().to_string(), fills),
        (
            "refused",
            (denials + input.rejects).to_string(),
            format!("{denials} by risk, {} by the venue", input.rejects),
        ),
    ]
    .iter()
    .map(|(name, value, note)| {
        format!(
            r#"<div class="tile"><span>{name}</span><b>{}</b><small>{}</small></div>"#,
            escape(value),
            escape(note)
        )
    })
    .collect();
    format!(r#"<div class="tiles">{tiles}</div>"#)
}

/// The largest loss since the highest value, a fraction.
pub(super) fn drawdown_max(input: &PaperReportInput) -> Option<f64> {
    let mut peak = f64::NEG_INFINITY;
    let mut worst: f64 = 0.0;
    for (_, equity) in &input.equity {
        peak = peak.max(*equity);
        if peak > 0.0 {
            worst = worst.max(1.0 - equity / peak);
        }
    }
    (!input.equity.is_empty()).then_some(worst)
}

/// Denials, rejects and missing decisions, by code; `None` if there is nothing to tell.
pub(super) fn refusals(input: &PaperReportInput) -> Option<String> {
    let denied = input.denials.iter().map(|(code, count)| ("risk gate", code.clone(), count));
    let missed = input
        .not_decided
        .iter()
        .map(|(reason, count)| ("no decision", reason.replace('_', " "), count));
    let mut rows: Vec<Vec<String>> = denied
        .chain(missed)
        .map(|(by, code, count)| vec![by.to_owned(), code, count.to_string()])
        .collect();
    if input.rejects > 0 {
        rows.push(vec!["venue".to_owned(), "rejected".to_owned(), input.rejects.to_string()]);
    }
    let columns = [("by", Column::Words), ("why", Column::Words), ("times", Column::Numbers)];
    (!rows.is_empty()).then(|| table(&columns, &rows))
}

/// Every limit and the most that was used of it; `None` without limits.
pub(super) fn limits(input: &PaperReportInput) -> Option<String> {
    let rows: Vec<Vec<String>> = input
        .limits
        .iter()
        .map(|course| {
            let most = course.points.iter().map(|point| point.1).fold(f64::NEG_INFINITY, f64::max);
            vec![
                course.key.clone(),
                short(course.limit),
                short(most),
                percent(Some(course.share_max())),
            ]
        })
        .collect();
    let columns = [
        ("limit", Column::Words),
        ("at most", Column::Numbers),
        ("most used", Column::Numbers),
        ("share", Column::Numbers),
    ];
    (!rows.is_empty()).then(|| table(&columns, &rows))
}

/// Paper less backtest by cause; `None` if it was not computed.
pub(super) fn attribution(input: &PaperReportInput) -> Option<String> {
    let start = input.ends().map(|(start, _)| start).filter(|start| *start != 0.0);
    let share = |amount: f64| change(start.map(|start| amount / start));
    let mut rows: Vec<Vec<String>> = input
        .attribution
        .iter()
        .map(|row| {
            vec![row.cause.clone(), money(Some(row.amount)), share(row.amount), row.meaning.clone()]
        })
        .collect();
    if rows.is_empty() {
        return None;
    }
    let total = input.attribution.iter().map(|row| row.amount).sum();
    let meaning = "paper less backtest".to_owned();
    rows.push(vec!["in all".to_owned(), money(Some(total)), share(total), meaning]);
    let columns = [
        ("cause", Column::Words),
        ("amount", Column::Numbers),
        ("of the start", Column::Numbers),
        ("what it is", Column::Words),
    ];
    Some(table(&columns, &rows))
}

/// The same day by day; `None` if it was not computed.
pub(super) fn attribution_days(input: &PaperReportInput) -> Option<String> {
    let split = input.split.as_ref().filter(|split| !split.days.is_empty())?;
    let names = Terms::default().named().map(|(name, _)| (name, Column::Numbers));
    let first = [("day", Column::Words), ("difference", Column::Numbers)];
    let columns: Vec<(&str, Column)> = first.into_iter().chain(names).collect();
    let row = |day: &DaySplit| -> Vec<String> {
        let amounts = day.terms.named().map(|(_, amount)| money(Some(amount)));
        [day.date.to_string(), money(Some(day.difference))].into_iter().chain(amounts).collect()
    };
    let rows: Vec<Vec<String>> = split.days.iter().map(row).collect();
    Some(table(&columns, &rows))
}

/// What a human was told; `None` if nothing.
pub(super) fn alerts(input: &PaperReportInput) -> Option<String> {
    let rows: Vec<Vec<String>> = input
        .alerts
        .iter()
        .map(|alert| vec![clock(Some(alert.time)), alert.text.clone()])
        .collect();
    let columns = [("time, UTC", Column::Words), ("alert", Column::Words)];
    (!rows.is_empty()).then(|| table(&columns, &rows))
}

/// What was traded; the first and the last of many.
pub(super) fn fills(input: &PaperReportInput) -> Option<String> {
    let count = input.fills.len();
    let half = FILLS_MAX / 2;
    let is_shown = |index: usize| count <= FILLS_MAX || index < half || index >= count - half;
    let rows: Vec<Vec<String>> = input
        .fills
        .iter()
        .enumerate()
        .filter(|(index, _)| is_shown(*index))
        .map(|(_, fill)| {
            let side = match fill.side {
                Side::Buy => "buy",
                Side::Sell => "sell",
            };
            vec![
                clock(Some(fill.time)),
                fill.order_id.to_string(),
                side.to_owned(),
                fill.symbol.to_string(),
                quantity(fill.quantity),
                money(Some(fill.price)),
                money(Some(fill.quantity * fill.price)),
                money(Some(fill.cost)),
            ]
        })
        .collect();
    let columns = [
        ("time, UTC", Column::Words),
        ("order", Column::Numbers),
        ("side", Column::Words),
        ("symbol", Column::Words),
        ("quantity", Column::Numbers),
        ("price", Column::Numbers),
        ("notional", Column::Numbers),
        ("cost", Column::Numbers),
    ];
    let hidden = count.saturating_sub(rows.len());
    let note = if hidden > 0 {
        format!(
            r#"<p class="note">{hidden} fills in between are left out; events.jsonl has all.</p>"#
        )
    } else {
        String::new()
    };
    (!rows.is_empty()).then(|| note + &table(&columns, &rows))
}
