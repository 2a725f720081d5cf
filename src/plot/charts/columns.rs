//! Amounts over time.

use super::line::value_range;
use crate::base::Timestamp;
use crate::plot::canvas::Area;
use crate::plot::frame::{Across, Frame, FrameSpec, Scale, Up, seconds};
use crate::plot::look::{ACCENT, LOSS, PAPER, mix};
use crate::plot::thin::bins;
use crate::plot::{NumberFormat, Picture};

/// Columns over the whole width; more rows are averaged in groups.
const COLUMNS_MAX: usize = 180;

/// Amounts over time.
#[derive(Debug, Clone, Copy)]
pub struct ColumnChart<'a> {
    /// What it shows.
    pub title: &'a str,
    /// What the heights are, with the unit.
    pub y_title: &'a str,
    /// How heights are labelled.
    pub format: NumberFormat,
    /// Strictly increasing.
    pub times: &'a [Timestamp],
    /// One value for each time.
    pub values: &'a [f64],
}

/// Draws amounts over time; above 180 rows each column is the mean of its neighbours.
#[must_use]
pub fn columns(chart: &ColumnChart<'_>) -> Picture {
    let count = chart.times.len().min(chart.values.len());
    let rows = bins(count, COLUMNS_MAX);
    let mean = |row: &std::ops::Range<usize>| {
        chart.values[row.clone()].iter().filter(|v| v.is_finite()).sum::<f64>() / row.len() as f64
    };
    let heights: Vec<f64> = rows.iter().map(mean).collect();
    let range = value_range(heights.iter().copied().chain([0.0])).filter(|_| count > 1);
    let Some((low, high)) = range else {
        return Frame::without_data(chart.title, chart.y_title);
    };
    let y_title = y_title(chart.y_title, count, rows.len());
    let (from, to) = (seconds(chart.times[0]), seconds(chart.times[count - 1]));
    let mut frame = Frame::new(&FrameSpec {
        title: chart.title,
        y_title: &y_title,
        legend: Vec::new(),
        across: Across::Dates(from, to),
        up: Up {
            low: 1.05 * low,
            high: if high > low { 1.05 * high } else { low + 1e-3 },
            scale: Scale::Linear,
            format: chart.format,
        },
    });
    let zero = frame.y(0.0);
    for (row, height) in rows.iter().zip(&heights) {
        let left = frame.x(seconds(chart.times[row.start]));
        let next = chart.times.get(row.end).map_or(to, |time| seconds(*time));
        let top = frame.y(*height);
        let right = (frame.x(next) - 0.75).max(left + 0.75);
        let shape = Area { left, top: top.min(zero), right, bottom: top.max(zero) };
        let color = if *height < 0.0 { LOSS } else { ACCENT };
        frame.canvas.rectangle(shape, mix(color, PAPER, 0.25));
    }
    frame.finish()
}

fn y_title(title: &str, num_rows: usize, num_columns: usize) -> String {
    if num_rows > num_columns {
        let group = num_rows.div_ceil(num_columns);
        format!("{title}; each column is the mean of about {group} bars")
    } else {
        title.to_owned()
    }
}
