//! Parts of a whole over time.

use crate::base::Timestamp;
use crate::plot::canvas::Point;
use crate::plot::frame::{Across, Frame, FrameSpec, LegendEntry, Scale, Up, seconds};
use crate::plot::look::{self, Rgb};
use crate::plot::thin::bins;
use crate::plot::{NumberFormat, Picture};

/// Steps over the whole width; more would be narrower than a line.
const STEPS_MAX: usize = 800;

/// One part of the whole.
#[derive(Debug, Clone, Copy)]
pub struct Layer<'a> {
    /// The name in the legend.
    pub name: &'a str,
    /// One value for each time; shorts are negative and hang below zero.
    pub values: &'a [f64],
}

/// Parts of a whole over time, each held until the next time.
#[derive(Debug, Clone)]
pub struct StackedChart<'a> {
    /// What it shows.
    pub title: &'a str,
    /// What the heights are, with the unit.
    pub y_title: &'a str,
    /// How heights are labelled.
    pub format: NumberFormat,
    /// Strictly increasing.
    pub times: &'a [Timestamp],
    /// From the bottom up; one named `cash` is gray.
    pub layers: Vec<Layer<'a>>,
}

/// Draws parts of a whole over time.
#[must_use]
pub fn stacked(chart: &StackedChart<'_>) -> Picture {
    let shortest = chart.layers.iter().map(|layer| layer.values.len()).min().unwrap_or(0);
    let count = shortest.min(chart.times.len());
    if count < 2 {
        return Frame::without_data(chart.title, chart.y_title);
    }
    let rows = bins(count, STEPS_MAX);
    let layers: Vec<Vec<f64>> = chart
        .layers
        .iter()
        .map(|layer| rows.iter().map(|r| mean(&layer.values[r.clone()])).collect())
        .collect();
    let above = totals(&layers, rows.len(), |value| value.max(0.0));
    let below = totals(&layers, rows.len(), |value| value.min(0.0));
    let high = above.last().into_iter().flatten().copied().fold(0.0, f64::max);
    let low = below.last().into_iter().flatten().copied().fold(0.0, f64::min);

    let colors = colors(&chart.layers);
    let (from, to) = (seconds(chart.times[0]), seconds(chart.times[count - 1]));
    let mut frame = Frame::new(&FrameSpec {
        title: chart.title,
        y_title: chart.y_title,
        legend: legend(&chart.layers, &colors),
        across: Across::Dates(from, to),
        up: Up {
            low: if low < -1e-9 { low * 1.03 } else { 0.0 },
            high: if high > 1.001 { high * 1.03 } else { high.max(1e-3) },
            scale: Scale::Linear,
            format: chart.format,
        },
    });
    let edges: Vec<f64> = rows
        .iter()
        .map(|row| frame.x(seconds(chart.times[row.start])))
        .chain([frame.x(to)])
        .collect();
    for cumulative in [&above, &below] {
        draw_layers(&mut frame, &edges, cumulative, &colors);
    }
    frame.finish()
}

/// From the outermost down to zero, each over the one before: that leaves no seams between parts.
fn draw_layers(frame: &mut Frame, edges: &[f64], cumulative: &[Vec<f64>], colors: &[Rgb]) {
    for (layer, color) in cumulative.iter().zip(colors).rev() {
        if layer.iter().any(|value| value.abs() > 1e-9) {
            let outline = steps(frame, edges, layer);
            frame.canvas.polygon(&outline, *color, 1.0);
        }
    }
}

fn legend<'a>(layers: &[Layer<'a>], colors: &[Rgb]) -> Vec<LegendEntry<'a>> {
    let entry = |(layer, &color): (&Layer<'a>, &Rgb)| LegendEntry { name: layer.name, color };
    layers.iter().zip(colors).map(entry).collect()
}

/// Running totals over the layers of the part that `keep` leaves, row by row.
fn totals(layers: &[Vec<f64>], num_rows: usize, keep: impl Fn(f64) -> f64) -> Vec<Vec<f64>> {
    let add = |total: &mut Vec<f64>, layer: &Vec<f64>| {
        for (sum, value) in total.iter_mut().zip(layer) {
            *sum += keep(*value);
        }
        Some(total.clone())
    };
    layers.iter().scan(vec![0.0; num_rows], add).collect()
}

fn steps(frame: &Frame, edges: &[f64], heights: &[f64]) -> Vec<Point> {
    let zero = frame.y(0.0);
    let mut outline = vec![(edges[0], zero)];
    for (pair, height) in edges.windows(2).zip(heights) {
        let y = frame.y(*height);
        if outline.last().is_some_and(|point| point.1 == y) {
            outline.pop();
        } else {
            outline.push((pair[0], y));
        }
        outline.push((pair[1], y));
    }
    outline.push((edges[edges.len() - 1], zero));
    outline
}

fn mean(values: &[f64]) -> f64 {
    values.iter().filter(|v| v.is_finite()).sum::<f64>() / values.len().max(1) as f64
}

fn colors(layers: &[Layer<'_>]) -> Vec<Rgb> {
    let mut others = 0..;
    let mut next = || match others.next().unwrap_or(0) {
        0 => look::ACCENT,
        index => look::other(index - 1),
    };
    let color = |layer: &Layer<'_>| {
        let full = if layer.name.eq_ignore_ascii_case("cash") { look::IDLE } else { next() };
        look::mix(full, look::PAPER, 0.15)
    };
    layers.iter().map(color).collect()
}
