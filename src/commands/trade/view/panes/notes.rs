//! What was decided and what a human should know.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use super::frame::{CARE, QUIET, pane, rows_that_fit};
use super::numbers::{minute, percent};
use crate::commands::trade::view::{DecisionRow, SessionView};

/// The last decisions, newest first.
pub(in super::super) fn decisions(frame: &mut Frame<'_>, area: Rect, view: &SessionView) {
    let fit = rows_that_fit(area.height, 0);
    let rows: Vec<Line<'_>> = view.decisions.iter().rev().take(fit).flat_map(decision).collect();
    let rows = or_nothing(rows, "none yet");
    frame.render_widget(Paragraph::new(rows).block(pane("decisions", None)), area);
}

/// The last alerts, newest first.
pub(in super::super) fn alerts(frame: &mut Frame<'_>, area: Rect, view: &SessionView) {
    let fit = rows_that_fit(area.height, 0);
    let line = |alert: &crate::commands::trade::view::AlertRow| {
        Line::from(vec![
            Span::styled(format!("{} ", minute(alert.time)), QUIET),
            Span::styled(alert.text.clone(), CARE),
        ])
    };
    let rows: Vec<Line<'_>> = view.alerts.iter().rev().take(fit).map(line).collect();
    let rows = or_nothing(rows, "none");
    frame.render_widget(Paragraph::new(rows).block(pane("alerts", None)), area);
}

/// A line, and another one if something was refused.
fn decision(row: &DecisionRow) -> Vec<Line<'static>> {
    let look = if row.confidence.is_some() { Style::new() } else { QUIET };
    let mut spans = vec![
        Span::styled(format!("{} ", minute(row.time)), QUIET),
        Span::styled(format!("{:>7} ", confidence(row)), QUIET),
        Span::styled(row.what.clone(), look),
    ];
    if row.orders > 0 {
        let noun = if row.orders == 1 { "order" } else { "orders" };
        spans.push(Span::styled(format!("  {} {noun}", row.orders), QUIET));
    }
    let mut lines = vec![Line::from(spans)];
    if !row.denials.is_empty() {
        let denied = format!("{:20}denied: {}", "", row.denials.join(", "));
        lines.push(Line::from(Span::styled(denied, CARE)));
    }
    lines
}

fn confidence(row: &DecisionRow) -> String {
    row.confidence.map(|value| percent(Some(value))).unwrap_or_default()
}

fn or_nothing<'a>(rows: Vec<Line<'a>>, nothing: &'static str) -> Vec<Line<'a>> {
    if rows.is_empty() { vec![Line::from(Span::styled(nothing, QUIET))] } else { rows }
}
