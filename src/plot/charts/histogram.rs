//! How often each value occurs.

use super::line::value_range;
use crate::metrics::percentile;
use crate::plot::canvas::Area;
use crate::plot::frame::{Across, Frame, FrameSpec, LegendEntry, Scale, Up};
use crate::plot::look::{ACCENT, AXIS, LOSS, PAPER, Rgb, mix, other};
use crate::plot::{NumberFormat, Picture};

/// A value worth a line of its own, such as the mean.
#[derive(Debug, Clone, Copy)]
pub struct Marker<'a> {
    /// Its name and value, for the legend.
    pub name: &'a str,
    /// Where it is.
    pub value: f64,
}

/// How often each value occurs.
#[derive(Debug, Clone)]
pub struct Histogram<'a> {
    /// What it shows.
    pub title: &'a str,
    /// What is counted, such as `bars`.
    pub y_title: &'a str,
    /// What the values are, with the unit.
    pub x_title: &'a str,
    /// How values are labelled.
    pub format: NumberFormat,
    /// In any order; values that are not finite are left out.
    pub values: &'a [f64],
    /// Lines over the columns.
    pub markers: Vec<Marker<'a>>,
}

/// Draws how often each value occurs; the width of a column follows Freedman and Diaconis (1981).
#[must_use]
pub fn histogram(chart: &Histogram<'_>) -> Picture {
    draw(chart, None)
}

/// Draws how often each value occurs, with the columns below `edge` in the color of losses.
#[must_use]
pub fn split_histogram(chart: &Histogram<'_>, edge: f64) -> Picture {
    draw(chart, Some(edge))
}

fn draw(chart: &Histogram<'_>, edge: Option<f64>) -> Picture {
    let values: Vec<f64> = chart.values.iter().copied().filter(|v| v.is_finite()).collect();
    let markers = chart.markers.iter().map(|marker| marker.value).chain(edge);
    let (Some(own), Some((low, high))) =
        (value_range(values.iter().copied()), value_range(values.iter().copied().chain(markers)))
    else {
        return Frame::without_data(chart.title, chart.y_title);
    };
    let (low, high) = if low < high { (low, high) } else { (low - 0.005, high + 0.005) };
    let bins = Bins::new(&values, own, (low, high), edge);
    let (low, high) = (bins.low.min(low), bins.end().max(high));
    let tallest = bins.counts.iter().copied().max().unwrap_or(1) as f64;
    let mut frame = Frame::new(&FrameSpec {
        title: chart.title,
        y_title: chart.y_title,
        legend: chart
            .markers
            .iter()
            .enumerate()
            .map(|(index, marker)| LegendEntry { name: marker.name, color: marker_color(index) })
            .collect(),
        across: Across::Numbers {
            low,
            high,
            title: chart.x_title,
            format: chart.format,
            scale: Scale::Linear,
        },
        up: Up {
            low: 0.0,
            high: tallest * 1.05,
            scale: Scale::Linear,
            format: NumberFormat::Whole,
        },
    });
    draw_columns(&mut frame, &bins, edge);
    draw_markers(&mut frame, &chart.markers, (low, high));
    frame.finish()
}

/// Columns of equal width.
struct Bins {
    low: f64,
    width: f64,
    counts: Vec<usize>,
}

impl Bins {
    /// As fine as the values themselves ask for; an edge between columns lies at `edge`.
    fn new(values: &[f64], own: (f64, f64), all: (f64, f64), edge: Option<f64>) -> Self {
        let span = if own.1 > own.0 { own.1 - own.0 } else { all.1 - all.0 };
        let num_own = num_columns(values, span);
        let width = (span / num_own as f64).max((all.1 - all.0) / 400.0);
        let low = match edge {
            Some(edge) => edge - ((edge - all.0) / width - 1e-9).ceil() * width,
            None => own.0.min(all.1),
        };
        let last = values.iter().copied().fold(low, f64::max);
        let num_columns = (((last - low) / width - 1e-9).ceil() as usize).max(1);
        let mut counts = vec![0; num_columns];
        for value in values {
            let column = ((value - low) / width + 1e-9).floor().max(0.0);
            counts[(column as usize).min(num_columns - 1)] += 1;
        }
        Self { low, width, counts }
    }

    fn end(&self) -> f64 {
        self.low + self.counts.len() as f64 * self.width
    }
}

fn draw_columns(frame: &mut Frame, bins: &Bins, edge: Option<f64>) {
    for (index, count) in bins.counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        let left = bins.low + index as f64 * bins.width;
        let column = Area {
            left: frame.x(left) + 0.5,
            top: frame.y(*count as f64),
            right: frame.x(left + bins.width) - 0.5,
            bottom: frame.area.bottom,
        };
        let is_below = edge.is_some_and(|edge| left + 0.5 * bins.width < edge);
        let color = if is_below { LOSS } else { ACCENT };
        frame.canvas.rectangle(column, mix(color, PAPER, 0.35));
    }
}

fn draw_markers(frame: &mut Frame, markers: &[Marker<'_>], (low, high): (f64, f64)) {
    let area = frame.area;
    if low < 0.0 && high > 0.0 {
        let zero = frame.x(0.0);
        frame.canvas.line((zero, area.top), (zero, area.bottom), AXIS, 1.0);
    }
    let inside = |marker: &Marker<'_>| (low..=high).contains(&marker.value);
    for (index, marker) in markers.iter().enumerate().filter(|(_, m)| inside(m)) {
        let x = frame.x(marker.value);
        frame.canvas.line((x, area.top), (x, area.bottom), marker_color(index), 2.0);
    }
}

fn marker_color(index: usize) -> Rgb {
    other(index * 4)
}

fn num_columns(values: &[f64], span: f64) -> usize {
    let quartile = |fraction| percentile(values, fraction).unwrap_or(0.0);
    let ideal = 2.0 * (quartile(0.75) - quartile(0.25)) / (values.len() as f64).cbrt();
    let wanted = if ideal > 0.0 { span / ideal } else { 20.0 };
    wanted.ceil().clamp(8.0, 80.0) as usize
}
