//! Several series over time.

use crate::base::Timestamp;
use crate::plot::frame::{Across, Frame, FrameSpec, LegendEntry, Scale, Up, seconds};
use crate::plot::look::{self, PAPER, Rgb};
use crate::plot::{NumberFormat, Picture, thin};

/// How much a series matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// What the picture is about: strong and on top.
    Agent,
    /// What it is compared with.
    Baseline,
}

/// A named series; NaN is a hole.
#[derive(Debug, Clone, Copy)]
pub struct Series<'a> {
    /// The name in the legend.
    pub name: &'a str,
    /// One value for each time.
    pub values: &'a [f64],
    /// How much it matters.
    pub role: Role,
}

/// Lines over time.
#[derive(Debug, Clone)]
pub struct LineChart<'a> {
    /// What it shows.
    pub title: &'a str,
    /// What the heights are, with the unit.
    pub y_title: &'a str,
    /// How heights are labelled.
    pub format: NumberFormat,
    /// How heights follow values.
    pub scale: Scale,
    /// Strictly increasing.
    pub times: &'a [Timestamp],
    /// In the order of the legend.
    pub series: Vec<Series<'a>>,
}

/// Draws lines over time.
#[must_use]
pub fn line(chart: &LineChart<'_>) -> Picture {
    let all = || chart.series.iter().flat_map(|series| series.values.iter().copied());
    let (Some(range), [first, .., last]) = (value_range(all()), chart.times) else {
        return Frame::without_data(chart.title, chart.y_title);
    };
    let (low, high) = padded(range, chart.scale);
    let colors = colors(&chart.series);
    let legend = chart.series.iter().zip(&colors);
    let mut frame = Frame::new(&FrameSpec {
        title: chart.title,
        y_title: chart.y_title,
        legend: if chart.series.len() > 1 {
            legend.map(|(series, &color)| LegendEntry { name: series.name, color }).collect()
        } else {
            Vec::new()
        },
        across: Across::Dates(seconds(*first), seconds(*last)),
        up: Up { low, high, scale: chart.scale, format: chart.format },
    });
    for role in [Role::Baseline, Role::Agent] {
        let stroke_width = if role == Role::Agent { 2.0 } else { 1.25 };
        let drawn = chart.series.iter().zip(&colors).filter(|(series, _)| series.role == role);
        for (series, &color) in drawn {
            for run in thin::runs(frame.points(chart.times, series.values)) {
                frame.canvas.polyline(&run, color, stroke_width);
            }
        }
    }
    frame.finish()
}

/// The smallest and largest finite value.
pub(super) fn value_range(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    values.filter(|value| value.is_finite()).fold(None, |range, value| {
        let (low, high) = range.unwrap_or((value, value));
        Some((value.min(low), value.max(high)))
    })
}

/// Some air above and below.
pub(super) fn padded((low, high): (f64, f64), scale: Scale) -> (f64, f64) {
    if scale == Scale::Log && low > 0.0 {
        let air = (high / low).powf(0.04).max(1.001);
        return (low / air, high * air);
    }
    let span = high - low;
    let air = if span > 0.0 { 0.04 * span } else { 0.05 * high.abs().max(0.2) };
    (low - air, high + air)
}

fn colors(series: &[Series<'_>]) -> Vec<Rgb> {
    // In a crowd the baselines step back, so that the agent stands out.
    let paler = if series.len() > 4 { 0.25 } else { 0.0 };
    let mut others = 0..;
    let color = |series: &Series<'_>| match series.role {
        Role::Agent => look::ACCENT,
        Role::Baseline => look::mix(look::other(others.next().unwrap_or(0)), PAPER, paler),
    };
    series.iter().map(color).collect()
}
