//! Returns by month and year.

use std::collections::BTreeMap;

use crate::metrics::MonthReturn;
use crate::plot::Picture;
use crate::plot::canvas::{Anchor, Area, Canvas, TextStyle, Weight};
use crate::plot::dates::month_title;
use crate::plot::frame::{Across, Frame, FrameSpec, Scale, Up, header};
use crate::plot::look::{CELL_INK, GAIN, LOSS, MUTED, PADDING, Rgb, WIDTH, mix};
use crate::plot::ticks::NumberFormat;

const ROW: f64 = 30.0;
const YEAR_ROOM: f64 = 52.0;
/// Space before the column of whole years, pixels.
const GAP: f64 = 12.0;
/// The color of a return of zero.
const NEUTRAL: Rgb = (0xf2, 0xf4, 0xf6);
/// Returns beyond this share of months get the strongest color.
const STRONG_SHARE: f64 = 0.9;

/// Returns by month and year.
#[derive(Debug, Clone, Copy)]
pub struct MonthlyHeatMap<'a> {
    /// What it shows.
    pub title: &'a str,
    /// In order of time.
    pub months: &'a [MonthReturn],
}

/// Draws a table of months, green for gains and red for losses, with the whole year at the right.
#[must_use]
pub fn monthly_heat_map(chart: &MonthlyHeatMap<'_>) -> Picture {
    let note = "return per month in percent, after costs";
    let mut years: BTreeMap<i16, Vec<&MonthReturn>> = BTreeMap::new();
    for month in chart.months {
        years.entry(month.year).or_default().push(month);
    }
    if years.is_empty() {
        return Frame::without_data(chart.title, note);
    }
    let mut canvas = Canvas::new();
    let top = header(&mut canvas, &titles(chart.title, note)) + 12.0;
    let cell = (WIDTH - 2.0 * PADDING - YEAR_ROOM - GAP) / 13.0;
    let left = PADDING + YEAR_ROOM;
    let limit = color_limit(chart.months);

    for month in 1..=12_i8 {
        let x = left + (f64::from(month) - 0.5) * cell;
        canvas.text((x, top - 8.0), month_title(month), TextStyle::label(MUTED, Anchor::Middle));
    }
    let year_left = left + 12.0 * cell + GAP;
    let at = (year_left + cell / 2.0, top - 8.0);
    canvas.text(at, "Year", TextStyle::label(MUTED, Anchor::Middle));

    for (row, (year, months)) in years.iter().enumerate() {
        let y = top + row as f64 * ROW;
        let at = (left - 10.0, y + ROW / 2.0 + 4.0);
        canvas.text(at, &year.to_string(), TextStyle::label(MUTED, Anchor::End));
        for month in months {
            let x = left + f64::from(month.month - 1) * cell;
            let place = Area { left: x, top: y, right: x + cell, bottom: y + ROW };
            draw_cell(&mut canvas, place, month.value, (limit, Weight::Regular));
        }
        let whole = months.iter().fold(1.0, |equity, month| equity * (1.0 + month.value)) - 1.0;
        let place = Area { left: year_left, top: y, right: year_left + cell, bottom: y + ROW };
        draw_cell(&mut canvas, place, whole, (3.0 * limit, Weight::Bold));
    }
    canvas.finish(chart.title, (WIDTH, top + years.len() as f64 * ROW + PADDING))
}

fn draw_cell(canvas: &mut Canvas, place: Area, value: f64, (limit, weight): (f64, Weight)) {
    let inner = Area {
        left: place.left + 1.0,
        top: place.top + 1.0,
        right: place.right - 1.0,
        bottom: place.bottom - 1.0,
    };
    let full = if value < 0.0 { LOSS } else { GAIN };
    let strength = 0.72 * (value.abs() / limit).min(1.0);
    canvas.rectangle(inner, mix(NEUTRAL, full, strength));
    let size = if value.abs() < 10.0 { 12 } else { 10 };
    let style = TextStyle { size, color: CELL_INK, anchor: Anchor::Middle, weight };
    let shown = NumberFormat::Plain.show(value * 100.0, 0.1);
    let center = f64::midpoint(place.left, place.right);
    canvas.text((center, f64::midpoint(place.top, place.bottom) + 4.0), &shown, style);
}

fn color_limit(months: &[MonthReturn]) -> f64 {
    let sizes: Vec<f64> = months.iter().map(|month| month.value.abs()).collect();
    crate::metrics::percentile(&sizes, STRONG_SHARE).unwrap_or(0.0).max(0.005)
}

fn titles<'a>(title: &'a str, note: &'a str) -> FrameSpec<'a> {
    FrameSpec {
        title,
        y_title: note,
        legend: Vec::new(),
        across: Across::Dates(0.0, 0.0),
        up: Up { low: 0.0, high: 1.0, scale: Scale::Linear, format: NumberFormat::Percent },
    }
}
