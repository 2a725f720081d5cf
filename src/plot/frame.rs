//! Title, legend, axes and grid around the data.

use super::canvas::{Anchor, Area, Canvas, Point, TextStyle, Weight};
use super::dates::date_ticks;
use super::look::{
    AXIS, GRID, INK, LABEL_SIZE, MUTED, PADDING, PLOT_HEIGHT, Rgb, TITLE_SIZE, WIDTH,
};
use super::picture::Picture;
use super::text;
use super::ticks::{self, NumberFormat};
use crate::base::Timestamp;

/// Room for a label of the axis of time, pixels.
const DATE_LABEL_ROOM: f64 = 92.0;
/// Least room for the labels of the heights, pixels: most pictures then line up one above another.
const LABEL_ROOM_MIN: f64 = 52.0;
/// Height of a row of the legend, pixels.
const LEGEND_ROW: f64 = 20.0;

/// How heights follow values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// Equal differences are equal heights.
    Linear,
    /// Equal ratios are equal heights; falls back to linear where a value is not above 0.
    Log,
}

/// A name in the legend.
pub(super) struct LegendEntry<'a> {
    pub(super) name: &'a str,
    pub(super) color: Rgb,
}

/// What runs along the bottom.
pub(super) enum Across<'a> {
    /// Time, both ends in seconds since the Unix epoch.
    Dates(f64, f64),
    /// Numbers, with what they are.
    Numbers { low: f64, high: f64, title: &'a str, format: NumberFormat, scale: Scale },
}

/// What runs up the side.
pub(super) struct Up {
    pub(super) low: f64,
    pub(super) high: f64,
    pub(super) scale: Scale,
    pub(super) format: NumberFormat,
}

/// Everything around the data.
pub(super) struct FrameSpec<'a> {
    pub(super) title: &'a str,
    pub(super) y_title: &'a str,
    pub(super) legend: Vec<LegendEntry<'a>>,
    pub(super) across: Across<'a>,
    pub(super) up: Up,
}

/// A sheet with axes; turns values into places.
pub(super) struct Frame {
    pub(super) canvas: Canvas,
    pub(super) area: Area,
    title: String,
    x: (f64, f64),
    y: (f64, f64),
    x_scale: Scale,
    scale: Scale,
    height: f64,
}

impl Frame {
    /// Draws everything that lies behind the data.
    pub(super) fn new(spec: &FrameSpec<'_>) -> Self {
        let mut canvas = Canvas::new();
        let top = header(&mut canvas, spec);
        let scale = if spec.up.low > 0.0 { spec.up.scale } else { Scale::Linear };
        let marks = match scale {
            Scale::Linear => spec.up.format.ticks(spec.up.low, spec.up.high, 5),
            Scale::Log => ticks::logarithmic(spec.up.low, spec.up.high, 6),
        };
        let labels: Vec<String> =
            marks.values.iter().map(|value| spec.up.format.show(*value, marks.step)).collect();
        let widest = labels.iter().map(|l| text::width(l, LABEL_SIZE)).fold(0.0, f64::max);
        let has_x_title = matches!(spec.across, Across::Numbers { .. });
        let area = Area {
            left: PADDING + widest.max(LABEL_ROOM_MIN) + 10.0,
            top,
            right: WIDTH - PADDING - 12.0,
            bottom: top + PLOT_HEIGHT,
        };
        let height = area.bottom + if has_x_title { 56.0 } else { 36.0 };
        let x = match spec.across {
            Across::Dates(low, high) | Across::Numbers { low, high, .. } => (low, high),
        };
        let x_scale = match spec.across {
            Across::Numbers { low, scale, .. } if low > 0.0 => scale,
            _ => Scale::Linear,
        };
        let y = (spec.up.low, spec.up.high);
        let title = spec.title.to_owned();
        let mut frame = Self { canvas, area, title, x, y, x_scale, scale, height };
        frame.draw_side(&marks.values, &labels);
        frame.draw_bottom(&spec.across);
        frame
    }

    /// A sheet with the title and the words `no data`.
    pub(super) fn without_data(title: &str, y_title: &str) -> Picture {
        let spec = FrameSpec {
            title,
            y_title,
            legend: Vec::new(),
            across: Across::Dates(0.0, 0.0),
            up: Up { low: 0.0, high: 1.0, scale: Scale::Linear, format: NumberFormat::Plain },
        };
        let mut canvas = Canvas::new();
        let top = header(&mut canvas, &spec);
        let style = TextStyle::label(MUTED, Anchor::Middle);
        canvas.text((WIDTH / 2.0, top + 24.0), "no data in this range", style);
        canvas.finish(title, (WIDTH, top + 56.0))
    }

    /// Where a value lies from left to right.
    pub(super) fn x(&self, value: f64) -> f64 {
        let part = match self.x_scale {
            Scale::Linear => share(value, self.x),
            Scale::Log => share(value.ln(), (self.x.0.ln(), self.x.1.ln())),
        };
        self.area.left + part * self.area.width()
    }

    /// Where a value lies from top to bottom.
    pub(super) fn y(&self, value: f64) -> f64 {
        let part = match self.scale {
            Scale::Linear => share(value, self.y),
            Scale::Log => share(value.ln(), (self.y.0.ln(), self.y.1.ln())),
        };
        self.area.bottom - part * self.area.height()
    }

    /// Places of a series over time.
    pub(super) fn points(&self, times: &[Timestamp], values: &[f64]) -> Vec<Point> {
        let place = |(time, value): (&Timestamp, &f64)| (self.x(seconds(*time)), self.y(*value));
        times.iter().zip(values).map(place).collect()
    }

    /// Draws the line at zero, if zero is inside, over what was drawn before; then ends the picture.
    pub(super) fn finish(mut self) -> Picture {
        let (low, high) = self.y;
        if self.scale == Scale::Linear && low < 0.0 && high > 0.0 {
            let zero = self.y(0.0);
            self.canvas.line((self.area.left, zero), (self.area.right, zero), AXIS, 1.0);
        }
        self.canvas.finish(&self.title, (WIDTH, self.height))
    }

    fn draw_side(&mut self, values: &[f64], labels: &[String]) {
        for (value, label) in values.iter().zip(labels) {
            let y = self.y(*value);
            self.canvas.line((self.area.left, y), (self.area.right, y), GRID, 1.0);
            let style = TextStyle::label(MUTED, Anchor::End);
            self.canvas.text((self.area.left - 8.0, y + 4.0), label, style);
        }
    }

    fn draw_bottom(&mut self, across: &Across<'_>) {
        let Area { left, right, bottom, .. } = self.area;
        self.canvas.line((left, bottom), (right, bottom), AXIS, 1.0);
        match across {
            Across::Dates(from, to) => {
                let most = (self.area.width() / DATE_LABEL_ROOM) as usize;
                for tick in date_ticks(*from, *to, most) {
                    self.bottom_label(tick.seconds, &tick.label);
                }
            }
            Across::Numbers { low, high, title, format, .. } => {
                for (value, label) in format.labels(*low, *high, self.x_scale) {
                    self.bottom_label(value, &label);
                }
                let at = (f64::midpoint(left, right), bottom + 42.0);
                self.canvas.text(at, title, TextStyle::label(MUTED, Anchor::Middle));
            }
        }
    }

    /// A label under the axis, moved inwards where it would leave the picture.
    fn bottom_label(&mut self, value: f64, label: &str) {
        let x = self.x(value);
        let bottom = self.area.bottom;
        self.canvas.line((x, bottom), (x, bottom + 5.0), AXIS, 1.0);
        let half = text::width(label, LABEL_SIZE) / 2.0;
        let center = x.max(half + 2.0).min(WIDTH - half - 2.0);
        self.canvas.text((center, bottom + 20.0), label, TextStyle::label(MUTED, Anchor::Middle));
    }
}

/// Title, what the heights are, legend; gives the place where the data may begin.
pub(super) fn header(canvas: &mut Canvas, spec: &FrameSpec<'_>) -> f64 {
    let title = text::fit(spec.title, TITLE_SIZE, (WIDTH - 2.0 * PADDING) / 1.27);
    let style =
        TextStyle { size: TITLE_SIZE, color: INK, anchor: Anchor::Start, weight: Weight::Bold };
    canvas.text((PADDING, 28.0), &title, style);
    let y_title = text::fit(spec.y_title, LABEL_SIZE, WIDTH - 2.0 * PADDING);
    canvas.text((PADDING, 48.0), &y_title, TextStyle::label(MUTED, Anchor::Start));
    legend(canvas, &spec.legend, 54.0) + 20.0
}

fn legend(canvas: &mut Canvas, entries: &[LegendEntry<'_>], top: f64) -> f64 {
    let (mut x, mut bottom) = (PADDING, top);
    for (index, entry) in entries.iter().enumerate() {
        let name = text::fit(entry.name, LABEL_SIZE, 260.0);
        let room = 18.0 + text::width(&name, LABEL_SIZE) + 18.0;
        if index == 0 || x + room > WIDTH - PADDING {
            (x, bottom) = (PADDING, bottom + LEGEND_ROW);
        }
        let swatch = Area { left: x, top: bottom - 10.0, right: x + 12.0, bottom: bottom + 1.0 };
        canvas.rectangle(swatch, entry.color);
        canvas.text((x + 18.0, bottom), &name, TextStyle::label(INK, Anchor::Start));
        x += room;
    }
    bottom
}

/// Seconds since the Unix epoch.
pub(super) fn seconds(time: Timestamp) -> f64 {
    time.nanos() as f64 * 1e-9
}

fn share(value: f64, range: (f64, f64)) -> f64 {
    let span = range.1 - range.0;
    if span == 0.0 { 0.5 } else { (value - range.0) / span }
}
