//! The course of equity.

use ratatui::Frame;
use ratatui::layout::{Alignment, Rect};
use ratatui::style::{Color, Style};
use ratatui::symbols::Marker;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Axis, Chart, Dataset, GraphType, Paragraph};

use super::frame::{QUIET, pane};
use super::numbers::short;
use crate::base::Timestamp;
use crate::commands::trade::view::SessionView;

/// Equity over the whole session, with a line at its start.
pub(in super::super) fn equity(frame: &mut Frame<'_>, area: Rect, view: &SessionView) {
    let curve = &view.equity.curve;
    let (Some((begin, start)), Some((end, now))) = (curve.first(), curve.last()) else {
        let nothing = Line::from(Span::styled("no value yet", QUIET));
        frame.render_widget(Paragraph::new(nothing).block(pane("equity", None)), area);
        return;
    };
    let points: Vec<(f64, f64)> =
        curve.iter().map(|(time, value)| (seconds(*time), *value)).collect();
    let (from, to) = (seconds(*begin), seconds(*end).max(seconds(*begin) + 1.0));
    let (low, high) = reach(&points);
    let level = [(from, *start), (to, *start)];
    let color = if now < start { Color::Red } else { Color::Green };
    let line = |data, color| {
        Dataset::default()
            .marker(Marker::Braille)
            .graph_type(GraphType::Line)
            .style(Style::new().fg(color))
            .data(data)
    };
    let chart =
        Chart::new(vec![line(&level, Color::DarkGray), line(&points, color)])
            .block(pane("equity", None))
            .x_axis(
                Axis::default()
                    .bounds([from, to])
                    .style(QUIET)
                    .labels(dates(*begin, *end))
                    .labels_alignment(Alignment::Right),
            )
            .y_axis(Axis::default().bounds([low, high]).style(QUIET).labels(
                [low, f64::midpoint(low, high), high].map(|value| Line::from(short(value))),
            ));
    frame.render_widget(chart, area);
}

fn seconds(time: Timestamp) -> f64 {
    time.nanos() as f64 * 1e-9
}

/// Lowest and highest value with some air.
fn reach(points: &[(f64, f64)]) -> (f64, f64) {
    let values = || points.iter().map(|point| point.1).filter(|value| value.is_finite());
    let low = values().fold(f64::INFINITY, f64::min);
    let high = values().fold(f64::NEG_INFINITY, f64::max);
    let air = (0.05 * (high - low)).max(1e-4 * high.abs()).max(1e-9);
    (low - air, high + air)
}

/// Begin, middle and end; times of day where all is one day.
fn dates(begin: Timestamp, end: Timestamp) -> [Line<'static>; 3] {
    let middle = Timestamp::from_nanos(begin.nanos() / 2 + end.nanos() / 2);
    let format = if begin.date_utc() == end.date_utc() { "%H:%M" } else { "%Y-%m-%d" };
    [begin, middle, end].map(|time| Line::from(time.to_jiff().strftime(format).to_string()))
}
