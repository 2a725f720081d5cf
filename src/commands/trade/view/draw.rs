//! The whole picture: which pane lies where.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};

use super::panes;
use super::session_view::SessionView;

/// Narrower screens get one column.
const TWO_COLUMNS_FROM: u16 = 100;
/// Lines of the header with its frame.
const HEADER: u16 = 6;
/// Least lines of the chart with its frame.
const CHART_MIN: u16 = 8;

/// Draws a view over the whole frame. Pure: the same view on the same size gives the same cells.
pub(crate) fn draw(frame: &mut Frame<'_>, view: &SessionView) {
    let [head, body, foot] =
        Layout::vertical([Constraint::Length(HEADER), Constraint::Fill(1), Constraint::Length(1)])
            .areas(frame.area());
    panes::header(frame, head, view);
    panes::footer(frame, foot, view);
    if body.width >= TWO_COLUMNS_FROM {
        let [left, right] =
            Layout::horizontal([Constraint::Percentage(56), Constraint::Percentage(44)])
                .areas(body);
        draw_left(frame, left, view);
        draw_right(frame, right, view);
    } else {
        draw_one_column(frame, body, view);
    }
}

fn draw_left(frame: &mut Frame<'_>, area: Rect, view: &SessionView) {
    let [chart, positions, orders] = Layout::vertical([
        Constraint::Min(CHART_MIN),
        Constraint::Length(table_lines(view.positions.len(), area.height / 3)),
        Constraint::Length(table_lines(view.orders.len(), area.height / 3)),
    ])
    .areas(area);
    panes::equity(frame, chart, view);
    panes::positions(frame, positions, view);
    panes::orders(frame, orders, view);
}

fn draw_right(frame: &mut Frame<'_>, area: Rect, view: &SessionView) {
    let [limits, decisions, alerts] = Layout::vertical([
        Constraint::Length(list_lines(view.limits.len(), area.height / 2)),
        Constraint::Fill(3),
        Constraint::Fill(2),
    ])
    .areas(area);
    panes::limits(frame, limits, view);
    panes::decisions(frame, decisions, view);
    panes::alerts(frame, alerts, view);
}

fn draw_one_column(frame: &mut Frame<'_>, area: Rect, view: &SessionView) {
    let most = area.height / 5;
    let [chart, positions, orders, limits, decisions, alerts] = Layout::vertical([
        Constraint::Fill(2),
        Constraint::Length(table_lines(view.positions.len(), most)),
        Constraint::Length(table_lines(view.orders.len(), most)),
        Constraint::Length(list_lines(view.limits.len(), most)),
        Constraint::Fill(1),
        Constraint::Fill(1),
    ])
    .areas(area);
    panes::equity(frame, chart, view);
    panes::positions(frame, positions, view);
    panes::orders(frame, orders, view);
    panes::limits(frame, limits, view);
    panes::decisions(frame, decisions, view);
    panes::alerts(frame, alerts, view);
}

/// Frame, header and rows.
fn table_lines(rows: usize, most: u16) -> u16 {
    list_lines(rows, most.saturating_sub(1)) + 1
}

/// Frame and rows, at least one.
fn list_lines(rows: usize, most: u16) -> u16 {
    u16::try_from(rows.max(1)).unwrap_or(u16::MAX).saturating_add(2).min(most.max(3))
}
