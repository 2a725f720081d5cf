//! One value against each of several others, side by side.

use crate::plot::canvas::{Anchor, Area, Canvas, Point, TextStyle, Weight};
use crate::plot::charts::xy::{Tone, dot_radius};
use crate::plot::frame::{Across, Frame, FrameSpec, LegendEntry, Scale, Up, header};
use crate::plot::look::{AXIS, GRID, INK, LABEL_SIZE, MUTED, PADDING, Rgb, WIDTH};
use crate::plot::ticks::{self, NumberFormat};
use crate::plot::{Picture, text, thin};

const COLUMNS: usize = 3;
/// Height of the plotting area of a panel, pixels.
const HEIGHT: f64 = 150.0;
/// Room for the name above a panel and for the labels below, pixels.
const ABOVE: f64 = 30.0;
const BELOW: f64 = 34.0;
/// Room for the labels of the heights, left of the first column, pixels.
const SIDE: f64 = 56.0;
const GAP: f64 = 22.0;
/// Size of the small labels, pixels.
const SMALL: u32 = 11;

/// One value against each of several others.
#[derive(Debug, Clone)]
pub struct PanelsChart<'a> {
    /// What it shows.
    pub title: &'a str,
    /// What the heights are, with the unit.
    pub y_title: &'a str,
    /// How heights are labelled.
    pub y_format: NumberFormat,
    /// Lowest and highest value; dots beyond are drawn at the edge.
    pub y_reach: (f64, f64),
    /// Names and colors of the dots.
    pub legend: Vec<(&'a str, Tone)>,
    /// Row by row.
    pub panels: Vec<Panel<'a>>,
}

/// One of the others.
#[derive(Debug, Clone)]
pub struct Panel<'a> {
    /// Its name.
    pub name: &'a str,
    /// What runs along the bottom.
    pub axis: PanelAxis,
    /// In any order; later ones lie on top.
    pub dots: Vec<PanelDot>,
}

/// What runs along the bottom of a panel.
#[derive(Debug, Clone, PartialEq)]
pub enum PanelAxis {
    /// Numbers from low to high.
    Numbers(f64, f64, Scale),
    /// Named strips; a dot lies in strip `x`, 0 is the first, up to half a strip beside its middle.
    Choices(Vec<String>),
}

/// One dot.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PanelDot {
    /// From left to right.
    pub x: f64,
    /// Its height.
    pub y: f64,
    /// Its color.
    pub tone: Tone,
}

/// Draws one value against each of several others, three panels in a row with common heights.
#[must_use]
pub fn panels(chart: &PanelsChart<'_>) -> Picture {
    let (low, high) = chart.y_reach;
    let has_dots = chart.panels.iter().any(|panel| !panel.dots.is_empty());
    let has_height = low < high;
    if !has_dots || !has_height {
        return Frame::without_data(chart.title, chart.y_title);
    }
    let mut canvas = Canvas::new();
    let top = header(&mut canvas, &head(chart)) - 4.0;
    let num_columns = chart.panels.len().clamp(1, COLUMNS);
    let room = WIDTH - 2.0 * PADDING - SIDE - 12.0 - GAP * (num_columns - 1) as f64;
    let width = room / num_columns as f64;
    for (index, panel) in chart.panels.iter().enumerate() {
        let (row, column) = (index / num_columns, index % num_columns);
        let left = PADDING + SIDE + column as f64 * (width + GAP);
        let area_top = top + row as f64 * (ABOVE + HEIGHT + BELOW) + ABOVE;
        let area = Area { left, top: area_top, right: left + width, bottom: area_top + HEIGHT };
        draw_heights(&mut canvas, chart, area);
        if column == 0 {
            label_heights(&mut canvas, chart, area);
        }
        draw_panel(&mut canvas, chart, panel, area);
    }
    let num_rows = chart.panels.len().div_ceil(num_columns) as f64;
    canvas.finish(chart.title, (WIDTH, top + num_rows * (ABOVE + HEIGHT + BELOW) + 8.0))
}

fn head<'a>(chart: &PanelsChart<'a>) -> FrameSpec<'a> {
    let entry = |&(name, tone): &(&'a str, Tone)| LegendEntry { name, color: tone.color() };
    FrameSpec {
        title: chart.title,
        y_title: chart.y_title,
        legend: chart.legend.iter().map(entry).collect(),
        across: Across::Dates(0.0, 0.0),
        up: Up { low: 0.0, high: 1.0, scale: Scale::Linear, format: chart.y_format },
    }
}

fn draw_heights(canvas: &mut Canvas, chart: &PanelsChart<'_>, area: Area) {
    for (y, _) in heights(chart, area) {
        canvas.line((area.left, y), (area.right, y), GRID, 1.0);
    }
}

fn label_heights(canvas: &mut Canvas, chart: &PanelsChart<'_>, area: Area) {
    for (y, label) in heights(chart, area) {
        canvas.text((area.left - 8.0, y + 4.0), &label, small(MUTED, Anchor::End));
    }
}

/// Places of the marks of the heights and what they are called.
fn heights(chart: &PanelsChart<'_>, area: Area) -> Vec<(f64, String)> {
    let (low, high) = chart.y_reach;
    let marks = chart.y_format.ticks(low, high, 5);
    let y = |value: f64| area.bottom - (value - low) / (high - low) * area.height();
    let mark = |value: &f64| (y(*value), chart.y_format.show(*value, marks.step));
    marks.values.iter().map(mark).collect()
}

fn draw_panel(canvas: &mut Canvas, chart: &PanelsChart<'_>, panel: &Panel<'_>, area: Area) {
    // Bold letters are about a tenth wider.
    let name = text::fit(panel.name, LABEL_SIZE, area.width() / 1.12);
    let style =
        TextStyle { size: LABEL_SIZE, color: INK, anchor: Anchor::Start, weight: Weight::Bold };
    canvas.text((area.left, area.top - 10.0), &name, style);
    canvas.line((area.left, area.bottom), (area.right, area.bottom), AXIS, 1.0);
    match &panel.axis {
        PanelAxis::Numbers(low, high, scale) => {
            draw_numbers(canvas, area, *low, *high, *scale);
        }
        PanelAxis::Choices(names) => draw_choices(canvas, area, names),
    }
    let (low, high) = chart.y_reach;
    let place = |dot: &PanelDot| -> Point {
        let height = (dot.y.clamp(low, high) - low) / (high - low);
        let inset = area.left + 5.0 + share(&panel.axis, dot.x) * (area.width() - 10.0);
        (inset, area.bottom - height * area.height())
    };
    let radius = dot_radius(2 * panel.dots.len()).min(3.5);
    for group in panel.dots.chunk_by(|a, b| a.tone == b.tone) {
        let places: Vec<Point> = group.iter().filter(|dot| dot.y.is_finite()).map(place).collect();
        let cell = if panel.dots.len() > 400 { 2.0 } else { 0.5 };
        // What stands out does so in a crowd too.
        let radius = if group[0].tone == Tone::Strong { 4.0 } else { radius };
        canvas.dots(&thin::cells(&places, cell), radius, group[0].tone.color());
    }
}

/// Where a value lies from 0, left, to 1, right.
fn share(axis: &PanelAxis, x: f64) -> f64 {
    let part = match axis {
        PanelAxis::Numbers(low, high, Scale::Log) if *low > 0.0 => {
            (x.ln() - low.ln()) / (high.ln() - low.ln())
        }
        PanelAxis::Numbers(low, high, _) => (x - low) / (high - low),
        PanelAxis::Choices(names) => (x + 0.5) / names.len().max(1) as f64,
    };
    if part.is_finite() { part.clamp(0.0, 1.0) } else { 0.5 }
}

fn draw_numbers(canvas: &mut Canvas, area: Area, low: f64, high: f64, scale: Scale) {
    let marks = match scale {
        Scale::Log if low > 0.0 => ticks::logarithmic(low, high, 4),
        _ => ticks::linear(low, high, 4),
    };
    let axis = PanelAxis::Numbers(low, high, scale);
    let mut free_from = area.left - GAP / 2.0;
    for value in marks.values.iter().copied() {
        let x = area.left + 5.0 + share(&axis, value) * (area.width() - 10.0);
        canvas.line((x, area.bottom), (x, area.bottom + 4.0), AXIS, 1.0);
        let label = ticks::short(value);
        let half = text::width(&label, SMALL) / 2.0;
        let center = x.min(area.right + GAP / 2.0 - half).min(WIDTH - half - 2.0);
        if center - half >= free_from {
            canvas.text((center, area.bottom + 17.0), &label, small(MUTED, Anchor::Middle));
            free_from = center + half + 8.0;
        }
    }
}

fn draw_choices(canvas: &mut Canvas, area: Area, names: &[String]) {
    let room = (area.width() - 10.0) / names.len().max(1) as f64;
    // Where the strips are too narrow for words, only some get one.
    let every = (34.0 / room).ceil().max(1.0) as usize;
    for (index, name) in names.iter().enumerate() {
        let x = area.left + 5.0 + (index as f64 + 0.5) * room;
        if index > 0 {
            let edge = x - room / 2.0;
            canvas.line((edge, area.top), (edge, area.bottom), GRID, 1.0);
        }
        if index.is_multiple_of(every) {
            let name = text::fit(name, SMALL, room * every as f64 - 6.0);
            let half = text::width(&name, SMALL) / 2.0;
            let center = x.min(WIDTH - half - 2.0);
            canvas.text((center, area.bottom + 17.0), &name, small(MUTED, Anchor::Middle));
        }
    }
}

fn small(color: Rgb, anchor: Anchor) -> TextStyle {
    TextStyle { size: SMALL, color, anchor, weight: Weight::Regular }
}
