//! Who worked on what, and when.

use crate::plot::Picture;
use crate::plot::canvas::{Anchor, Area, Canvas, TextStyle};
use crate::plot::charts::xy::Tone;
use crate::plot::frame::{Across, Frame, FrameSpec, LegendEntry, Scale, Up, header};
use crate::plot::look::{AXIS, GRID, INK, LABEL_SIZE, MUTED, PADDING, WIDTH};
use crate::plot::text;
use crate::plot::ticks::NumberFormat;

const NAME_ROOM: f64 = 170.0;
const ROW: f64 = 22.0;
/// The same where there are many rows.
const ROWS_MANY: usize = 24;
const SMALL_ROW: f64 = 12.0;
/// Nothing is drawn narrower, pixels.
const LEAST: f64 = 1.0;

/// Bars over time, row by row.
#[derive(Debug, Clone)]
pub struct TimelineChart<'a> {
    /// What it shows.
    pub title: &'a str,
    /// A line under the title.
    pub note: &'a str,
    /// What runs along the bottom, with the unit.
    pub x_title: &'a str,
    /// Names and colors of the bars.
    pub legend: Vec<(&'a str, Tone)>,
    /// From top to bottom.
    pub rows: Vec<TimelineRow>,
}

/// One row.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TimelineRow {
    /// Its name; empty where it goes on from the row above.
    pub name: String,
    /// In any order.
    pub bars: Vec<TimelineBar>,
}

/// One bar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TimelineBar {
    /// Where it begins.
    pub from: f64,
    /// Where it ends.
    pub to: f64,
    /// Its color.
    pub tone: Tone,
}

/// Draws bars over time, row by row.
#[must_use]
pub fn timeline(chart: &TimelineChart<'_>) -> Picture {
    let bars = || chart.rows.iter().flat_map(|row| &row.bars);
    let (from, to) =
        bars().fold((f64::MAX, f64::MIN), |(from, to), bar| (from.min(bar.from), to.max(bar.to)));
    let is_empty = !bars().any(|bar| bar.to >= bar.from);
    if is_empty {
        return Frame::without_data(chart.title, chart.note);
    }
    let to = if to > from { to } else { from + 1.0 };
    let mut canvas = Canvas::new();
    let top = header(&mut canvas, &head(chart)) - 4.0;
    let row_height = if chart.rows.len() > ROWS_MANY { SMALL_ROW } else { ROW };
    let bottom = top + chart.rows.len() as f64 * row_height;
    let area = Area { left: PADDING + NAME_ROOM, top, right: WIDTH - PADDING - 12.0, bottom };
    let x = |value: f64| area.left + (value - from) / (to - from) * area.width();
    draw_bottom(&mut canvas, chart.x_title, area, (from, to));
    for (index, row) in chart.rows.iter().enumerate() {
        let row_top = top + index as f64 * row_height;
        let size = if row_height < ROW { 9 } else { LABEL_SIZE };
        let name = text::fit(&row.name, size, NAME_ROOM - 12.0);
        let baseline = row_top + row_height / 2.0 + if row_height < ROW { 3.0 } else { 4.0 };
        let style = TextStyle { size, ..TextStyle::label(INK, Anchor::End) };
        canvas.text((area.left - 8.0, baseline), &name, style);
        let strip = Area { top: row_top + 2.0, bottom: row_top + row_height - 2.0, ..area };
        draw_bars(&mut canvas, &row.bars, strip, &x);
    }
    canvas.finish(chart.title, (WIDTH, bottom + 56.0))
}

fn head<'a>(chart: &TimelineChart<'a>) -> FrameSpec<'a> {
    let entry = |&(name, tone): &(&'a str, Tone)| LegendEntry { name, color: tone.color() };
    FrameSpec {
        title: chart.title,
        y_title: chart.note,
        legend: chart.legend.iter().map(entry).collect(),
        across: Across::Dates(0.0, 0.0),
        up: Up { low: 0.0, high: 1.0, scale: Scale::Linear, format: NumberFormat::Plain },
    }
}

fn draw_bottom(canvas: &mut Canvas, title: &str, area: Area, (from, to): (f64, f64)) {
    let Area { left, top, right, bottom } = area;
    for (value, label) in NumberFormat::Plain.labels(from, to, Scale::Linear) {
        let at = left + (value - from) / (to - from) * (right - left);
        canvas.line((at, top), (at, bottom), GRID, 1.0);
        canvas.line((at, bottom), (at, bottom + 5.0), AXIS, 1.0);
        let half = text::width(&label, LABEL_SIZE) / 2.0;
        let center = at.min(WIDTH - half - 2.0);
        canvas.text((center, bottom + 20.0), &label, TextStyle::label(MUTED, Anchor::Middle));
    }
    canvas.line((left, bottom), (right, bottom), AXIS, 1.0);
    let at = (f64::midpoint(left, right), bottom + 42.0);
    canvas.text(at, title, TextStyle::label(MUTED, Anchor::Middle));
}

/// Draws the bars of a row; neighbours of one color that share a pixel become one.
fn draw_bars(canvas: &mut Canvas, bars: &[TimelineBar], strip: Area, x: &impl Fn(f64) -> f64) {
    let mut sorted: Vec<&TimelineBar> = bars.iter().collect();
    sorted.sort_by(|a, b| a.from.total_cmp(&b.from));
    let mut drawn: Vec<(Area, Tone)> = Vec::new();
    for bar in sorted {
        let (left, right) = (x(bar.from), x(bar.to));
        // A hair of paper between two bars where there is room for it.
        let right = if right - left > 4.0 { right - 1.0 } else { right.max(left + LEAST) };
        let right = right.min(strip.right.max(left + LEAST));
        match drawn.last_mut() {
            Some((last, tone))
                if *tone == bar.tone && left < last.right + 0.5 && right - last.left < 4.0 =>
            {
                last.right = right.max(last.right);
            }
            _ => drawn.push((Area { left, right, ..strip }, bar.tone)),
        }
    }
    for (area, tone) in drawn {
        canvas.rectangle(area, tone.color());
    }
}
