//! Dots and lines against a number or time.

use super::line::{padded, value_range};
use crate::plot::canvas::Point;
use crate::plot::frame::{Across, Frame, FrameSpec, LegendEntry, Scale, Up};
use crate::plot::look::{self, Rgb};
use crate::plot::thin;
use crate::plot::{NumberFormat, Picture};

/// What runs along the bottom.
#[derive(Debug, Clone, Copy)]
pub enum XAxis<'a> {
    /// Seconds since the Unix epoch.
    Dates,
    /// Numbers.
    Numbers {
        /// What they are, with the unit.
        title: &'a str,
        /// How they are labelled.
        format: NumberFormat,
        /// How places follow numbers.
        scale: Scale,
    },
}

/// Dots and lines.
#[derive(Debug, Clone)]
pub struct XyChart<'a> {
    /// What it shows.
    pub title: &'a str,
    /// What the heights are, with the unit.
    pub y_title: &'a str,
    /// What runs along the bottom.
    pub x: XAxis<'a>,
    /// How heights are labelled.
    pub y_format: NumberFormat,
    /// Lowest and highest value that is drawn; what lies beyond is drawn at the edge. Absent: all.
    pub y_reach: Option<(f64, f64)>,
    /// From back to front.
    pub layers: Vec<XyLayer<'a>>,
    /// Lines over the whole sheet, behind the layers.
    pub rules: Vec<Rule<'a>>,
}

/// Points of one kind.
#[derive(Debug, Clone)]
pub struct XyLayer<'a> {
    /// The name in the legend; empty for none.
    pub name: &'a str,
    /// Its color.
    pub tone: Tone,
    /// How the points are drawn.
    pub mark: Mark,
    /// Place and height; points that are not finite are left out and interrupt a line.
    pub points: Vec<(f64, f64)>,
}

/// How points are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// A dot each, smaller where there are many.
    Dots,
    /// A ring each, around dots of another layer.
    Rings,
    /// A line through them.
    Line,
    /// A line for a crowd of lines.
    FineLine,
    /// Each height is held until the next point.
    Steps,
    /// A line of dashes.
    Dashes,
}

/// A line over the whole sheet.
#[derive(Debug, Clone, Copy)]
pub struct Rule<'a> {
    /// The name in the legend; empty for none.
    pub name: &'a str,
    /// Its color.
    pub tone: Tone,
    /// Where it lies.
    pub at: At,
}

/// Where a line over the whole sheet lies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum At {
    /// From top to bottom.
    X(f64),
    /// From left to right.
    Y(f64),
}

/// The color of data.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Tone {
    /// What the picture is about.
    Main,
    /// What stands out from it.
    Strong,
    /// Good.
    Gain,
    /// Bad.
    Loss,
    /// What matters less.
    Muted,
    /// What hardly matters.
    Faint,
    /// Further kinds, by number.
    Other(usize),
    /// From the worst (0) to the best (1).
    Ramp(f64),
}

impl Tone {
    pub(super) fn color(self) -> Rgb {
        match self {
            Self::Main => look::ACCENT,
            Self::Strong => look::other(0),
            Self::Gain => look::GAIN,
            Self::Loss => look::LOSS,
            Self::Muted => look::AXIS,
            Self::Faint => look::FAINT,
            Self::Other(index) => look::other(index + 1),
            Self::Ramp(share) => look::ramp(share),
        }
    }
}

/// Draws dots and lines against a number or time.
#[must_use]
pub fn xy(chart: &XyChart<'_>) -> Picture {
    let Some((x_range, y_range)) = ranges(chart) else {
        return Frame::without_data(chart.title, chart.y_title);
    };
    let mut frame = Frame::new(&FrameSpec {
        title: chart.title,
        y_title: chart.y_title,
        legend: legend(chart),
        across: across(&chart.x, x_range),
        up: Up { low: y_range.0, high: y_range.1, scale: Scale::Linear, format: chart.y_format },
    });
    for rule in &chart.rules {
        draw_rule(&mut frame, rule, x_range, y_range);
    }
    for layer in &chart.layers {
        draw_layer(&mut frame, layer, y_range);
    }
    frame.finish()
}

/// Lowest and highest value.
type Ends = (f64, f64);

/// What is drawn from left to right and from bottom to top; `None` without a point.
fn ranges(chart: &XyChart<'_>) -> Option<(Ends, Ends)> {
    let finite = |point: &&(f64, f64)| point.0.is_finite() && point.1.is_finite();
    let points = || chart.layers.iter().flat_map(|layer| layer.points.iter().filter(finite));
    let upright = chart.rules.iter().filter_map(|rule| match rule.at {
        At::X(at) => Some(at),
        At::Y(_) => None,
    });
    let flat = chart.rules.iter().filter_map(|rule| match rule.at {
        At::Y(at) => Some(at),
        At::X(_) => None,
    });
    points().next()?;
    let x = value_range(points().map(|point| point.0).chain(upright))?;
    let y = value_range(points().map(|point| point.1).chain(flat))?;
    let x = match chart.x {
        XAxis::Dates => x,
        XAxis::Numbers { scale: Scale::Log, .. } if x.0 > 0.0 => padded(x, Scale::Log),
        XAxis::Numbers { .. } => aired(x),
    };
    Some((x, padded(chart.y_reach.unwrap_or(y), Scale::Linear)))
}

/// Some air at both ends; a single number gets one to both sides.
fn aired((low, high): (f64, f64)) -> (f64, f64) {
    let air = if high > low { 0.02 * (high - low) } else { 0.5 };
    (low - air, high + air)
}

fn across<'a>(x: &XAxis<'a>, (low, high): (f64, f64)) -> Across<'a> {
    match *x {
        XAxis::Dates => Across::Dates(low, high),
        XAxis::Numbers { title, format, scale } => {
            Across::Numbers { low, high, title, format, scale }
        }
    }
}

fn legend<'a>(chart: &XyChart<'a>) -> Vec<LegendEntry<'a>> {
    let layers = chart.layers.iter().map(|layer| (layer.name, layer.tone));
    let rules = chart.rules.iter().map(|rule| (rule.name, rule.tone));
    layers
        .chain(rules)
        .filter(|(name, _)| !name.is_empty())
        .map(|(name, tone)| LegendEntry { name, color: tone.color() })
        .collect()
}

fn draw_rule(frame: &mut Frame, rule: &Rule<'_>, x_range: (f64, f64), y_range: (f64, f64)) {
    let area = frame.area;
    let inside = |at: f64, range: (f64, f64)| (range.0..=range.1).contains(&at);
    let ends = match rule.at {
        At::X(at) if inside(at, x_range) => {
            let x = frame.x(at);
            [(x, area.top), (x, area.bottom)]
        }
        At::Y(at) if inside(at, y_range) => {
            let y = frame.y(at);
            [(area.left, y), (area.right, y)]
        }
        At::X(_) | At::Y(_) => return,
    };
    let stroke_width = if rule.tone == Tone::Faint { 1.0 } else { 1.5 };
    frame.canvas.line(ends[0], ends[1], rule.tone.color(), stroke_width);
}

fn draw_layer(frame: &mut Frame, layer: &XyLayer<'_>, (low, high): (f64, f64)) {
    let place = |&(x, y): &(f64, f64)| {
        let y = if y.is_finite() { frame.y(y.clamp(low, high)) } else { f64::NAN };
        (if x.is_finite() { frame.x(x) } else { f64::NAN }, y)
    };
    let places: Vec<Point> = layer.points.iter().map(place).collect();
    let color = layer.tone.color();
    match layer.mark {
        Mark::Dots => {
            let radius = dot_radius(places.len());
            let shown = thin::cells(&places, if places.len() > 400 { 2.0 } else { 0.5 });
            frame.canvas.dots(&shown, radius, color);
        }
        Mark::Rings => {
            for place in places.iter().filter(|place| place.0.is_finite() && place.1.is_finite()) {
                frame.canvas.ring(*place, 6.0, color);
            }
        }
        Mark::Line => draw_runs(frame, &places, |canvas, run| canvas.polyline(run, color, 2.0)),
        Mark::FineLine => draw_runs(frame, &places, |canvas, run| canvas.polyline(run, color, 1.0)),
        Mark::Dashes => draw_runs(frame, &places, |canvas, run| canvas.dashes(run, color, 1.5)),
        Mark::Steps => {
            let steps = held(&places);
            draw_runs(frame, &steps, |canvas, run| canvas.polyline(run, color, 2.0));
        }
    }
}

fn draw_runs(
    frame: &mut Frame,
    places: &[Point],
    draw: impl Fn(&mut crate::plot::canvas::Canvas, &[Point]),
) {
    for run in thin::runs(places.iter().copied()) {
        draw(&mut frame.canvas, &run);
    }
}

/// A corner before each change of height.
fn held(places: &[Point]) -> Vec<Point> {
    let mut steps: Vec<Point> = Vec::new();
    for &place in places {
        if let Some(last) = steps.last().copied() {
            steps.push((place.0, last.1));
        }
        steps.push(place);
    }
    steps
}

/// The more dots, the smaller.
pub(super) fn dot_radius(count: usize) -> f64 {
    match count {
        0..=60 => 4.0,
        61..=400 => 3.0,
        401..=2_000 => 2.25,
        _ => 1.5,
    }
}
