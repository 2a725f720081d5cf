//! A view as plain text, for `status`.

use std::fmt::Write as _;

use comfy_table::{CellAlignment, Table, presets};

use super::panes::numbers::{change, clock, minute, money, percent, quantity, short};
use super::session_view::{LinkState, SessionView};
use crate::domain::Side;

/// Decisions and alerts that are shown.
const ROWS: usize = 10;

/// The view as tables; what is empty is left out.
#[must_use]
pub(crate) fn status_text(view: &SessionView) -> String {
    let mut text = head(view);
    for (title, table) in [
        ("positions", positions(view)),
        ("open orders", orders(view)),
        ("limits", limits(view)),
        ("last decisions", decisions(view)),
        ("last alerts", alerts(view)),
    ] {
        if let Some(table) = table {
            // Writing to a string cannot fail.
            let _ = write!(text, "\n{title}\n{}\n", table.trim_fmt());
        }
    }
    text
}

fn head(view: &SessionView) -> String {
    let causes = view.causes.join(", ").replace('_', " ");
    let because = if causes.is_empty() { String::new() } else { format!(" ({causes})") };
    let link = match view.link {
        LinkState::Up => "up",
        LinkState::Lost => "lost",
    };
    let equity = &view.equity;
    let counts = &view.counts;
    let denials: Vec<String> =
        counts.denials.iter().map(|(code, count)| format!("{code} {count}")).collect();
    let denied = if denials.is_empty() { "0".to_owned() } else { denials.join(", ") };
    let mut table = plain(&[]);
    for (name, value) in [
        ("session", view.session.clone()),
        ("state", format!("{}{because}", view.state.label())),
        ("agent", view.agent.clone()),
        ("venue", format!("{}, link {link}", view.venue)),
        ("clock", format!("{} UTC", clock(view.clock))),
        ("reconciled", clock(view.reconciled_at)),
        ("ledger", format!("{} rows, head {}", view.ledger.rows, view.ledger.head)),
        ("equity", format!("{} ({})", money(equity.now), change(equity.change()))),
        ("drawdown", format!("{} from {}", percent(equity.drawdown()), money(equity.peak))),
        ("cash", money(equity.cash)),
        ("decisions", counts.decisions.to_string()),
        (
            "orders",
            format!("{}, {} fills, {} rejects", counts.orders, counts.fills, counts.rejects),
        ),
        ("denials", denied),
    ] {
        table.add_row([name.to_owned(), value]);
    }
    format!("{}\n", table.trim_fmt())
}

fn positions(view: &SessionView) -> Option<Table> {
    let mut table = plain(&["symbol", "quantity", "price", "entry", "weight", "unrealized", ""]);
    align(&mut table, 1..=5);
    for row in &view.positions {
        table.add_row([
            row.symbol.to_string(),
            quantity(row.quantity),
            money(row.price),
            money(row.entry_price),
            percent(row.weight),
            money(row.unrealized),
            if row.is_halted { "halted".to_owned() } else { String::new() },
        ]);
    }
    (!view.positions.is_empty()).then_some(table)
}

fn orders(view: &SessionView) -> Option<Table> {
    let mut table =
        plain(&["order", "symbol", "side", "quantity", "filled", "kind", "state", "since"]);
    align(&mut table, 3..=4);
    for row in &view.orders {
        let side = match row.side {
            Side::Buy => "buy",
            Side::Sell => "sell",
        };
        table.add_row([
            row.id.to_string(),
            row.symbol.to_string(),
            side.to_owned(),
            quantity(row.quantity),
            quantity(row.filled),
            row.kind.clone(),
            row.state.replace('_', " "),
            clock(Some(row.since)),
        ]);
    }
    (!view.orders.is_empty()).then_some(table)
}

fn limits(view: &SessionView) -> Option<Table> {
    let mut table = plain(&["limit", "used", "of", "share"]);
    align(&mut table, 1..=3);
    for row in &view.limits {
        let share = percent(Some(row.share()));
        table.add_row([row.key.clone(), short(row.used), short(row.limit), share]);
    }
    (!view.limits.is_empty()).then_some(table)
}

fn decisions(view: &SessionView) -> Option<Table> {
    let mut table = plain(&["time", "confidence", "decision", "orders", "denied"]);
    align(&mut table, 1..=1);
    align(&mut table, 3..=3);
    for row in view.decisions.iter().rev().take(ROWS) {
        table.add_row([
            minute(row.time),
            row.confidence.map(|value| percent(Some(value))).unwrap_or_default(),
            row.what.clone(),
            row.orders.to_string(),
            row.denials.join(", "),
        ]);
    }
    (!view.decisions.is_empty()).then_some(table)
}

fn alerts(view: &SessionView) -> Option<Table> {
    let mut table = plain(&["time", "alert"]);
    for row in view.alerts.iter().rev().take(ROWS) {
        table.add_row([clock(Some(row.time)), row.text.clone()]);
    }
    (!view.alerts.is_empty()).then_some(table)
}

fn plain(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    if !header.is_empty() {
        table.set_header(header.to_vec());
    }
    table
}

fn align(table: &mut Table, columns: std::ops::RangeInclusive<usize>) {
    for index in columns {
        if let Some(column) = table.column_mut(index) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
}
