//! One series over time, filled down or up to zero.

use super::line::{padded, value_range};
use crate::base::Timestamp;
use crate::plot::frame::{Across, Frame, FrameSpec, Scale, Up, seconds};
use crate::plot::look::{ACCENT, LOSS};
use crate::plot::{NumberFormat, Picture, thin};

/// A filled series over time.
#[derive(Debug, Clone, Copy)]
pub struct AreaChart<'a> {
    /// What it shows.
    pub title: &'a str,
    /// What the heights are, with the unit.
    pub y_title: &'a str,
    /// How heights are labelled.
    pub format: NumberFormat,
    /// Strictly increasing.
    pub times: &'a [Timestamp],
    /// One value for each time; all below zero is drawn as a loss.
    pub values: &'a [f64],
}

/// Draws a filled series over time.
#[must_use]
pub fn area(chart: &AreaChart<'_>) -> Picture {
    let (Some((low, high)), [first, .., last]) =
        (value_range(chart.values.iter().copied()), chart.times)
    else {
        return Frame::without_data(chart.title, chart.y_title);
    };
    let (padded_low, padded_high) = padded((low.min(0.0), high.max(0.0)), Scale::Linear);
    let up = Up {
        low: if low < 0.0 { padded_low } else { 0.0 },
        high: if high > 0.0 || low == 0.0 { padded_high } else { 0.0 },
        scale: Scale::Linear,
        format: chart.format,
    };
    let color = if high <= 0.0 { LOSS } else { ACCENT };
    let mut frame = Frame::new(&FrameSpec {
        title: chart.title,
        y_title: chart.y_title,
        legend: Vec::new(),
        across: Across::Dates(seconds(*first), seconds(*last)),
        up,
    });
    let zero = frame.y(0.0);
    for run in thin::runs(frame.points(chart.times, chart.values)) {
        if let [start, .., end] = run[..] {
            let mut outline = vec![(start.0, zero)];
            outline.extend_from_slice(&run);
            outline.push((end.0, zero));
            frame.canvas.polygon(&outline, color, 0.25);
        }
        frame.canvas.polyline(&run, color, 1.5);
    }
    frame.finish()
}
