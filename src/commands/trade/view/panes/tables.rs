//! What is held and what is at the venue.

use ratatui::Frame;
use ratatui::layout::{Constraint, Rect};
use ratatui::text::{Line, Span, Text};
use ratatui::widgets::{Cell, Row, Table};

use super::frame::{BAD, GOOD, QUIET, STRONG, by_sign, pane, rows_that_fit};
use super::numbers::{money, percent, quantity, time_of_day};
use crate::commands::trade::view::{OrderRow, PositionRow, SessionView};
use crate::domain::Side;

/// What is held.
pub(in super::super) fn positions(frame: &mut Frame<'_>, area: Rect, view: &SessionView) {
    let fit = rows_that_fit(area.height, 1);
    let rows: Vec<Row<'_>> = view.positions.iter().take(fit).map(position).collect();
    let count = Some((rows.len(), view.positions.len()));
    let widths = [
        Constraint::Length(10),
        Constraint::Fill(3),
        Constraint::Fill(3),
        Constraint::Fill(3),
        Constraint::Fill(2),
        Constraint::Fill(3),
    ];
    let header = header(["position", "quantity", "price", "entry", "weight", "unrealized"]);
    let rows = or_nothing(rows, "nothing is held");
    frame.render_widget(
        Table::new(rows, widths).header(header).block(pane("positions", count)),
        area,
    );
}

/// What is at the venue or on its way.
pub(in super::super) fn orders(frame: &mut Frame<'_>, area: Rect, view: &SessionView) {
    let fit = rows_that_fit(area.height, 1);
    let rows: Vec<Row<'_>> = view.orders.iter().take(fit).map(order).collect();
    let count = Some((rows.len(), view.orders.len()));
    let widths = [
        Constraint::Length(10),
        Constraint::Fill(2),
        Constraint::Fill(2),
        Constraint::Fill(2),
        Constraint::Fill(4),
        Constraint::Fill(4),
    ];
    let header = header(["order", "symbol", "quantity", "filled", "kind", "state"]);
    let rows = or_nothing(rows, "no open order");
    frame.render_widget(
        Table::new(rows, widths).header(header).block(pane("open orders", count)),
        area,
    );
}

fn position(row: &PositionRow) -> Row<'static> {
    let name = if row.is_halted {
        Line::from(vec![Span::styled(row.symbol.to_string(), STRONG), Span::styled(" halted", BAD)])
    } else {
        Line::from(Span::styled(row.symbol.to_string(), STRONG))
    };
    Row::new([
        Cell::from(name),
        right(quantity(row.quantity)),
        right(money(row.price)),
        right(money(row.entry_price)),
        right(percent(row.weight)),
        right(money(row.unrealized)).style(by_sign(row.unrealized.unwrap_or(0.0))),
    ])
}

fn order(row: &OrderRow) -> Row<'static> {
    let (side, look) = match row.side {
        Side::Buy => ("buy", GOOD),
        Side::Sell => ("sell", BAD),
    };
    Row::new([
        Cell::from(Line::from(vec![
            Span::styled(format!("{side:<5}"), look),
            Span::raw(row.id.to_string()),
        ])),
        right(row.symbol.to_string()),
        right(quantity(row.quantity)),
        right(quantity(row.filled)),
        right(row.kind.clone()),
        right(format!("{} {}", row.state.replace('_', " "), time_of_day(row.since))),
    ])
}

fn header(names: [&'static str; 6]) -> Row<'static> {
    let mut cells: Vec<Cell<'_>> = names.into_iter().map(|name| right(name.to_owned())).collect();
    cells[0] = Cell::from(names[0]);
    Row::new(cells).style(QUIET)
}

fn right(text: String) -> Cell<'static> {
    Cell::from(Text::from(text).right_aligned())
}

fn or_nothing<'a>(rows: Vec<Row<'a>>, nothing: &'static str) -> Vec<Row<'a>> {
    if rows.is_empty() {
        vec![Row::new([Cell::from(Line::from(Span::styled(nothing, QUIET)))])]
    } else {
        rows
    }
}
