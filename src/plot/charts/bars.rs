//! Named amounts, side by side.

use super::line::value_range;
use crate::plot::canvas::{Anchor, Area, Canvas, TextStyle};
use crate::plot::frame::{Across, Frame, FrameSpec, Scale, Up, header};
use crate::plot::look::{ACCENT, AXIS, INK, LABEL_SIZE, LOSS, MUTED, PADDING, PAPER, WIDTH, mix};
use crate::plot::{NumberFormat, Picture, text};

const ROW: f64 = 28.0;
const NAME_ROOM_MAX: f64 = 300.0;

/// A named amount.
#[derive(Debug, Clone, Copy)]
pub struct Bar<'a> {
    /// Its name.
    pub name: &'a str,
    /// How long the bar is.
    pub value: f64,
}

/// Named amounts.
#[derive(Debug, Clone)]
pub struct BarChart<'a> {
    /// What it shows.
    pub title: &'a str,
    /// What the lengths are, with the unit.
    pub x_title: &'a str,
    /// How lengths are labelled.
    pub format: NumberFormat,
    /// The step that labels can tell apart, such as 0.001 for a tenth of a percent.
    pub precision: f64,
    /// From top to bottom.
    pub bars: Vec<Bar<'a>>,
}

/// Draws named amounts as lying bars, each with its amount.
#[must_use]
pub fn bars(chart: &BarChart<'_>) -> Picture {
    let finite = chart.bars.iter().map(|bar| bar.value).chain([0.0]);
    let Some((low, high)) = value_range(finite).filter(|_| !chart.bars.is_empty()) else {
        return Frame::without_data(chart.title, chart.x_title);
    };
    let mut canvas = Canvas::new();
    let top = header(&mut canvas, &titles(chart));
    let names: Vec<String> =
        chart.bars.iter().map(|bar| text::fit(bar.name, LABEL_SIZE, NAME_ROOM_MAX)).collect();
    let widest = names.iter().map(|name| text::width(name, LABEL_SIZE)).fold(0.0, f64::max);
    let left = PADDING + widest + 12.0 + if low < 0.0 { 64.0 } else { 0.0 };
    let right = WIDTH - PADDING - 84.0;
    let span = if high > low { high - low } else { 1.0 };
    let place = |value: f64| left + (value - low) / span * (right - left);
    let zero = place(0.0);

    for (row, (bar, name)) in chart.bars.iter().zip(&names).enumerate() {
        let y = top + row as f64 * ROW;
        let baseline = y + ROW / 2.0 + 4.0;
        let at = (PADDING + widest, baseline);
        canvas.text(at, name, TextStyle::label(INK, Anchor::End));
        if !bar.value.is_finite() {
            continue;
        }
        let end = place(bar.value);
        let shape =
            Area { left: zero.min(end), top: y + 5.0, right: zero.max(end), bottom: y + ROW - 5.0 };
        let color = if bar.value < 0.0 { LOSS } else { ACCENT };
        canvas.rectangle(shape, mix(color, PAPER, 0.25));
        let shown = chart.format.show(bar.value, chart.precision);
        let (at, anchor) =
            if bar.value < 0.0 { (end - 6.0, Anchor::End) } else { (end + 6.0, Anchor::Start) };
        canvas.text((at, baseline), &shown, TextStyle::label(MUTED, anchor));
    }
    let bottom = top + chart.bars.len() as f64 * ROW;
    canvas.line((zero, top), (zero, bottom), AXIS, 1.0);
    canvas.finish(chart.title, (WIDTH, bottom + PADDING))
}

fn titles<'a>(chart: &BarChart<'a>) -> FrameSpec<'a> {
    FrameSpec {
        title: chart.title,
        y_title: chart.x_title,
        legend: Vec::new(),
        across: Across::Dates(0.0, 0.0),
        up: Up { low: 0.0, high: 1.0, scale: Scale::Linear, format: chart.format },
    }
}
