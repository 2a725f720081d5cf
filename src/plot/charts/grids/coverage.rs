//! What a lake has of each series, over time.

use crate::base::Timestamp;
use crate::plot::Picture;
use crate::plot::canvas::{Anchor, Area, Canvas, TextStyle, Weight};
use crate::plot::dates::date_ticks;
use crate::plot::frame::{Across, Frame, FrameSpec, LegendEntry, Scale, Up, header, seconds};
use crate::plot::look::{AXIS, GRID, INK, LABEL_SIZE, LOSS, MUTED, PADDING, Rgb, WIDTH};
use crate::plot::text;
use crate::plot::ticks::NumberFormat;

/// Days that are there.
const COVERED: Rgb = (0x7f, 0xa8, 0xd6);
/// Bars that look odd.
const ODD: Rgb = (0xe0, 0x8a, 0x1e);
/// Rows that stayed out.
const LEFT_OUT: Rgb = (0x8b, 0x3f, 0xc8);
/// Splits.
const SPLIT: Rgb = (0x0f, 0x8f, 0x80);
/// Room for the names, pixels.
const NAME_ROOM: f64 = 190.0;
/// Height of a row while there are few, pixels.
const ROW: f64 = 46.0;
const STRIP: f64 = 20.0;
/// The same for many rows.
const ROWS_MANY: usize = 40;
const SMALL_ROW: f64 = 16.0;
const SMALL_STRIP: f64 = 8.0;
/// Nothing is drawn narrower, so that one day in ten years is seen, pixels.
const LEAST: f64 = 2.0;
/// Room for a label of the axis of time, pixels.
const DATE_ROOM: f64 = 92.0;

/// From one instant to another.
pub type Span = (Timestamp, Timestamp);

/// What a lake has of each series.
#[derive(Debug, Clone, Copy)]
pub struct CoverageChart<'a> {
    /// What it shows.
    pub title: &'a str,
    /// A line under the title.
    pub note: &'a str,
    /// A strip each.
    pub rows: &'a [CoverageRow],
}

/// One strip.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CoverageRow {
    /// Which series.
    pub name: String,
    /// Its figures in a few words.
    pub note: String,
    /// Whether nothing of it can be read.
    pub is_lost: bool,
    /// Days that the source has answered for.
    pub covered: Vec<Span>,
    /// Sessions without a bar.
    pub gaps: Vec<Span>,
    /// Bars that look odd.
    pub odd: Vec<Span>,
    /// Rows that stayed out.
    pub left_out: Vec<Timestamp>,
    /// Splits.
    pub splits: Vec<Timestamp>,
    /// Dividends and spin-offs.
    pub payouts: Vec<Timestamp>,
}

/// How high rows and strips are.
struct Heights {
    row: f64,
    strip: f64,
}

/// Draws a strip of time for each series, with what is missing or odd in it and marks of its
/// corporate actions below.
#[must_use]
pub fn coverage(chart: &CoverageChart<'_>) -> Picture {
    let ends = chart.rows.iter().flat_map(|row| &row.covered);
    let (from, to) = ends.fold((f64::MAX, f64::MIN), |(from, to), span| {
        (from.min(seconds(span.0)), to.max(seconds(span.1)))
    });
    let is_empty = from > to && !chart.rows.iter().any(|row| row.is_lost);
    if is_empty {
        return Frame::without_data(chart.title, chart.note);
    }
    let mut canvas = Canvas::new();
    let top = header(&mut canvas, &head(chart)) + 6.0;
    let heights = if chart.rows.len() > ROWS_MANY {
        Heights { row: SMALL_ROW, strip: SMALL_STRIP }
    } else {
        Heights { row: ROW, strip: STRIP }
    };
    let bottom = top + chart.rows.len() as f64 * heights.row;
    let area = Area { left: PADDING + NAME_ROOM, top, right: WIDTH - PADDING - 12.0, bottom };
    let x = |time: f64| {
        let share = if to > from { (time - from) / (to - from) } else { 0.5 };
        area.left + share.clamp(0.0, 1.0) * area.width()
    };
    draw_axis(&mut canvas, area, (from, to), &x);
    for (index, row) in chart.rows.iter().enumerate() {
        let row_top = top + index as f64 * heights.row;
        draw_name(&mut canvas, row, row_top, &heights);
        let strip = Area { top: row_top + 4.0, bottom: row_top + 4.0 + heights.strip, ..area };
        draw_strip(&mut canvas, row, strip, &|time| x(seconds(time)));
    }
    canvas.finish(chart.title, (WIDTH, bottom + 36.0))
}

fn head<'a>(chart: &CoverageChart<'a>) -> FrameSpec<'a> {
    let entry = |name, color| LegendEntry { name, color };
    FrameSpec {
        title: chart.title,
        y_title: chart.note,
        legend: vec![
            entry("bars", COVERED),
            entry("gap or damaged", LOSS),
            entry("odd", ODD),
            entry("left out", LEFT_OUT),
            entry("never fetched", GRID),
            entry("split", SPLIT),
            entry("dividend", AXIS),
        ],
        across: Across::Dates(0.0, 0.0),
        up: Up { low: 0.0, high: 1.0, scale: Scale::Linear, format: NumberFormat::Plain },
    }
}

fn draw_axis(canvas: &mut Canvas, area: Area, (from, to): (f64, f64), x: &impl Fn(f64) -> f64) {
    let Area { left, top, right, bottom } = area;
    let most = (area.width() / DATE_ROOM) as usize;
    // Without a day there are no dates: `date_ticks` gives none for ends that are reversed.
    for tick in date_ticks(from, to, most) {
        let at = x(tick.seconds);
        canvas.line((at, top), (at, bottom), GRID, 1.0);
        canvas.line((at, bottom), (at, bottom + 5.0), AXIS, 1.0);
        let half = text::width(&tick.label, LABEL_SIZE) / 2.0;
        let center = at.min(WIDTH - half - 2.0);
        let style = TextStyle::label(MUTED, Anchor::Middle);
        canvas.text((center, bottom + 20.0), &tick.label, style);
    }
    canvas.line((left, bottom), (right, bottom), AXIS, 1.0);
}

fn draw_name(canvas: &mut Canvas, row: &CoverageRow, top: f64, heights: &Heights) {
    let is_small = heights.row < ROW;
    let size = if is_small { 9 } else { LABEL_SIZE };
    let weight = if is_small { Weight::Regular } else { Weight::Bold };
    let room = NAME_ROOM - 12.0;
    // Bold letters are about a tenth wider.
    let name = text::fit(&row.name, size, room / 1.1);
    let baseline = top + if is_small { 11.0 } else { 16.0 };
    let style = TextStyle { size, color: INK, anchor: Anchor::Start, weight };
    canvas.text((PADDING, baseline), &name, style);
    if !is_small {
        let note = text::fit(&row.note, 10, room);
        let style =
            TextStyle { size: 10, color: MUTED, anchor: Anchor::Start, weight: Weight::Regular };
        canvas.text((PADDING, baseline + 15.0), &note, style);
    }
}

fn draw_strip(canvas: &mut Canvas, row: &CoverageRow, strip: Area, x: &impl Fn(Timestamp) -> f64) {
    canvas.rectangle(strip, if row.is_lost { LOSS } else { GRID });
    let part = |(from, to): Span, least: f64| {
        let (left, right) = (x(from), x(to));
        let middle = f64::midpoint(left, right);
        let half = ((right - left) / 2.0).max(least / 2.0);
        let left = (middle - half).max(strip.left);
        Area { left, right: (middle + half).min(strip.right).max(left), ..strip }
    };
    for &span in &row.covered {
        canvas.rectangle(part(span, LEAST), COVERED);
    }
    for &span in &row.gaps {
        canvas.rectangle(part(span, LEAST), LOSS);
    }
    for &span in &row.odd {
        canvas.rectangle(part(span, LEAST), ODD);
    }
    for &time in &row.left_out {
        let area = part((time, time), LEAST);
        canvas.rectangle(Area { bottom: strip.top + strip.height() / 2.0, ..area }, LEFT_OUT);
    }
    let below = strip.bottom + 2.0;
    let is_small = strip.height() < STRIP;
    for &time in &row.payouts {
        let (at, length) = (x(time), if is_small { 2.0 } else { 5.0 });
        canvas.line((at, below), (at, below + length), AXIS, 1.0);
    }
    for &time in &row.splits {
        let (at, size) = (x(time), if is_small { 3.0 } else { 6.0 });
        let corners =
            [(at, below - 1.0), (at - size, below + 1.4 * size), (at + size, below + 1.4 * size)];
        canvas.polygon(&corners, SPLIT, 1.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::midnight_utc(crate::base::parse_date(text).unwrap())
    }

    #[test]
    fn one_missing_day_in_ten_years_is_seen() {
        let rows = [CoverageRow {
            name: "yahoo/SPY/1d".to_owned(),
            covered: vec![(at("2010-01-04"), at("2019-12-31"))],
            gaps: vec![(at("2012-10-29"), at("2012-10-29"))],
            splits: vec![at("2014-06-09")],
            ..CoverageRow::default()
        }];
        let svg = coverage(&CoverageChart { title: "Coverage", note: "", rows: &rows }).to_svg();
        let red = "#d44a4a";
        assert_eq!(svg.matches(red).count(), 2, "the legend and the gap: {svg}");
        assert!(svg.contains(r#"width="2""#), "{svg}");
    }

    #[test]
    fn nothing_to_show_is_said() {
        let chart = CoverageChart { title: "Coverage", note: "", rows: &[] };
        assert!(coverage(&chart).to_svg().contains("no data"));
    }
}
