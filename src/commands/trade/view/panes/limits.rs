//! How far the limits are used.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use super::frame::{QUIET, pane, rows_that_fit};
use super::numbers::{percent, short};
use crate::commands::trade::view::{LimitRow, SessionView};

/// A bar for each limit, the fullest first where not all fit.
pub(in super::super) fn limits(frame: &mut Frame<'_>, area: Rect, view: &SessionView) {
    let fit = rows_that_fit(area.height, 0);
    let mut rows: Vec<&LimitRow> = view.limits.iter().collect();
    if rows.len() > fit {
        rows.sort_by(|a, b| b.share().total_cmp(&a.share()));
        rows.truncate(fit);
    }
    let count = Some((rows.len(), view.limits.len()));
    let lines = if rows.is_empty() {
        vec![Line::from(Span::styled("no limit is set", QUIET))]
    } else {
        let name_width = rows.iter().map(|row| row.key.len()).max().unwrap_or(0);
        let room = usize::from(area.width).saturating_sub(name_width + NUMBERS + 5);
        rows.iter().map(|row| line(row, name_width, room)).collect()
    };
    frame.render_widget(Paragraph::new(lines).block(pane("limits", count)), area);
}

/// Width of share, use and limit behind the bar.
const NUMBERS: usize = 25;

fn line(row: &LimitRow, name_width: usize, room: usize) -> Line<'static> {
    let share = row.share();
    let color = match share {
        share if share >= 0.9 => Color::Red,
        share if share >= 0.7 => Color::Yellow,
        _ => Color::Green,
    };
    let (full, empty) = bar(share, room);
    let numbers = format!("{} / {}", short(row.used), short(row.limit));
    Line::from(vec![
        Span::raw(format!("{:name_width$} ", row.key)),
        Span::styled(full, Style::new().fg(color)),
        Span::styled(empty, QUIET),
        Span::styled(format!(" {:>8}", percent(Some(share))), Style::new().fg(color)),
        Span::styled(format!("  {numbers}"), QUIET),
    ])
}

/// The full part in eighths of a cell, and the rest.
fn bar(share: f64, room: usize) -> (String, String) {
    const PARTS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let share = if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 };
    let eighths = (share * room as f64 * 8.0).round() as usize;
    let mut full = "█".repeat(eighths / 8);
    full.push_str(PARTS[eighths % 8]);
    let used = eighths.div_ceil(8);
    (full, "·".repeat(room.saturating_sub(used)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_fills_its_room() {
        for share in [-1.0, 0.0, 0.01, 0.5, 0.999, 1.0, 7.0, f64::NAN] {
            let (full, empty) = bar(share, 10);
            assert_eq!(full.chars().count() + empty.chars().count(), 10, "{share}");
        }
        assert_eq!(bar(0.5, 10), ("█████".to_owned(), "·····".to_owned()));
    }
}
