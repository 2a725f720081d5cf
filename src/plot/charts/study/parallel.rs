//! Many settings of many trials: a line for each trial across an axis for each setting.

use crate::plot::Picture;
use crate::plot::canvas::{Anchor, Area, Canvas, Point, TextStyle, Weight};
use crate::plot::charts::xy::Tone;
use crate::plot::frame::{Across, Frame, FrameSpec, LegendEntry, Scale, Up, header};
use crate::plot::look::{AXIS, INK, LABEL_SIZE, MUTED, PADDING, PAPER, Rgb, WIDTH};
use crate::plot::text;
use crate::plot::ticks::NumberFormat;

/// Height of the axes, pixels.
const HEIGHT: f64 = 300.0;
/// Room for labels beside the first and the last axis, pixels.
const SIDE: f64 = 62.0;
/// Below the axes: what was not set, pixels.
const UNSET: f64 = 26.0;
const SMALL: u32 = 11;
const NAME_ROW: f64 = 16.0;
/// Below this distance between axes the names take two rows, pixels.
const NARROW: f64 = 130.0;

/// Lines across several axes.
#[derive(Debug, Clone)]
pub struct ParallelChart<'a> {
    /// What it shows.
    pub title: &'a str,
    /// A line under the title.
    pub note: &'a str,
    /// Names and colors of the lines.
    pub legend: Vec<(&'a str, Tone)>,
    /// From left to right.
    pub axes: Vec<ParallelAxis>,
    /// From back to front.
    pub lines: Vec<ParallelLine>,
}

/// One axis.
#[derive(Debug, Clone, PartialEq)]
pub struct ParallelAxis {
    /// Its name.
    pub name: String,
    /// Marks: height from 0, bottom, to 1, top, and what it is called.
    pub marks: Vec<(f64, String)>,
}

/// One line.
#[derive(Debug, Clone, PartialEq)]
pub struct ParallelLine {
    /// Height on each axis from 0 to 1; `None` is drawn below the axis.
    pub heights: Vec<Option<f64>>,
    /// Its color.
    pub tone: Tone,
    /// Width, pixels.
    pub width: f64,
}

/// Draws lines across several axes.
#[must_use]
pub fn parallel(chart: &ParallelChart<'_>) -> Picture {
    if chart.lines.is_empty() || chart.axes.is_empty() {
        return Frame::without_data(chart.title, chart.note);
    }
    let mut canvas = Canvas::new();
    let top = header(&mut canvas, &head(chart)) + 2.0;
    let gaps = (chart.axes.len() - 1).max(1) as f64;
    let distance = (WIDTH - 2.0 * PADDING - 2.0 * SIDE) / gaps;
    let num_name_rows = if distance < NARROW && chart.axes.len() > 2 { 2.0 } else { 1.0 };
    let area_top = top + num_name_rows * NAME_ROW;
    let area = Area {
        left: PADDING + SIDE,
        top: area_top,
        right: WIDTH - PADDING - SIDE,
        bottom: area_top + HEIGHT,
    };
    let has_unset = chart.lines.iter().any(|line| line.heights.contains(&None));
    let x = |axis: usize| area.left + axis as f64 * distance;
    for line in &chart.lines {
        let place = |(axis, height): (usize, &Option<f64>)| -> Point {
            let y = match height {
                Some(share) => area.bottom - share.clamp(0.0, 1.0) * area.height(),
                None => area.bottom + UNSET,
            };
            (x(axis), y)
        };
        let points: Vec<Point> =
            line.heights.iter().take(chart.axes.len()).enumerate().map(place).collect();
        if line.tone == Tone::Strong {
            // A seam of paper, so that it is found among lines of every color.
            canvas.polyline(&points, PAPER, line.width + 3.0);
        }
        canvas.polyline(&points, line.tone.color(), line.width);
    }
    for (index, axis) in chart.axes.iter().enumerate() {
        let names = Names { distance, rows: num_name_rows, is_last: index + 1 == chart.axes.len() };
        draw_axis(&mut canvas, axis, (index, x(index)), area, &names);
    }
    if has_unset {
        let at = (PADDING, area.bottom + UNSET + 4.0);
        canvas.text(at, "not used", small(MUTED, Anchor::Start));
    }
    let below = if has_unset { UNSET } else { 0.0 };
    canvas.finish(chart.title, (WIDTH, area.bottom + below + 20.0))
}

fn head<'a>(chart: &ParallelChart<'a>) -> FrameSpec<'a> {
    let entry = |&(name, tone): &(&'a str, Tone)| LegendEntry { name, color: tone.color() };
    FrameSpec {
        title: chart.title,
        y_title: chart.note,
        legend: chart.legend.iter().map(entry).collect(),
        across: Across::Dates(0.0, 0.0),
        up: Up { low: 0.0, high: 1.0, scale: Scale::Linear, format: NumberFormat::Plain },
    }
}

/// How names above the axes are laid out.
struct Names {
    distance: f64,
    rows: f64,
    is_last: bool,
}

fn draw_axis(
    canvas: &mut Canvas,
    axis: &ParallelAxis,
    (index, x): (usize, f64),
    area: Area,
    names: &Names,
) {
    canvas.line((x, area.top), (x, area.bottom), AXIS, 1.5);
    let row = if names.rows > 1.0 && index.is_multiple_of(2) { 1.0 } else { 0.0 };
    let room = (names.rows * names.distance - 10.0).min(2.0 * (PADDING + SIDE) + 60.0);
    // Bold letters are about a tenth wider.
    let name = text::fit(&axis.name, LABEL_SIZE, room / 1.15);
    let half = 1.1 * text::width(&name, LABEL_SIZE) / 2.0;
    let center = x.max(half + 4.0).min(WIDTH - half - 4.0);
    let style =
        TextStyle { size: LABEL_SIZE, color: INK, anchor: Anchor::Middle, weight: Weight::Bold };
    canvas.text((center, area.top - 10.0 - row * NAME_ROW), &name, style);

    // Labels lie right of their axis; those of the last one have the border to themselves.
    let room = if names.is_last { SIDE + PADDING - 12.0 } else { (names.distance - 14.0).max(8.0) };
    let mut free_below = f64::INFINITY;
    for (height, label) in &axis.marks {
        let y = area.bottom - height.clamp(0.0, 1.0) * area.height();
        canvas.line((x - 3.0, y), (x + 3.0, y), AXIS, 1.5);
        if y + 8.0 <= free_below {
            let label = text::fit(label, SMALL, room);
            halo(canvas, (x + 6.0, y), &label);
            canvas.text((x + 6.0, y + 4.0), &label, small(INK, Anchor::Start));
            free_below = y - 8.0;
        }
    }
}

/// Paper behind a label, so that it is read in spite of the lines.
fn halo(canvas: &mut Canvas, (left, middle): Point, label: &str) {
    let right = left + text::width(label, SMALL) + 1.0;
    let area = Area { left: left - 1.0, top: middle - 7.0, right, bottom: middle + 7.0 };
    canvas.rectangle(area, PAPER);
}

fn small(color: Rgb, anchor: Anchor) -> TextStyle {
    TextStyle { size: SMALL, color, anchor, weight: Weight::Regular }
}
