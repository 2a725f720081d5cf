//! Where was bought and sold.

use super::line::{padded, value_range};
use crate::base::Timestamp;
use crate::domain::Side;
use crate::plot::frame::{Across, Frame, FrameSpec, LegendEntry, Scale, Up, seconds};
use crate::plot::look::{GAIN, LOSS, MUTED};
use crate::plot::{NumberFormat, Picture, thin};

/// One fill.
#[derive(Debug, Clone, Copy)]
pub struct TradeMark {
    /// When.
    pub time: Timestamp,
    /// At which price.
    pub price: f64,
    /// Which way.
    pub side: Side,
}

/// A price with the fills on it.
#[derive(Debug, Clone, Copy)]
pub struct TradesChart<'a> {
    /// What it shows.
    pub title: &'a str,
    /// What the price is, with the unit.
    pub y_title: &'a str,
    /// Strictly increasing.
    pub times: &'a [Timestamp],
    /// One price for each time.
    pub prices: &'a [f64],
    /// In any order; fills outside the times are left out.
    pub marks: &'a [TradeMark],
}

/// Draws a price with an upward triangle below each buy and a downward one above each sell.
#[must_use]
pub fn trades(chart: &TradesChart<'_>) -> Picture {
    let (Some(range), [first, .., last]) = (value_range(chart.prices.iter().copied()), chart.times)
    else {
        return Frame::without_data(chart.title, chart.y_title);
    };
    let shown = || chart.marks.iter().filter(|m| (*first..=*last).contains(&m.time));
    let number = |side: Side| shown().filter(|mark| mark.side == side).count();
    let names =
        [format!("bought ({})", number(Side::Buy)), format!("sold ({})", number(Side::Sell))];
    let (low, high) = padded(range, Scale::Linear);
    let mut frame = Frame::new(&FrameSpec {
        title: chart.title,
        y_title: chart.y_title,
        legend: vec![
            LegendEntry { name: "price", color: MUTED },
            LegendEntry { name: &names[0], color: GAIN },
            LegendEntry { name: &names[1], color: LOSS },
        ],
        across: Across::Dates(seconds(*first), seconds(*last)),
        up: Up { low, high, scale: Scale::Linear, format: NumberFormat::Plain },
    });
    for run in thin::runs(frame.points(chart.times, chart.prices)) {
        frame.canvas.polyline(&run, MUTED, 1.25);
    }
    let size = match shown().count() {
        0..=80 => 5.0,
        81..=300 => 4.0,
        _ => 3.0,
    };
    for mark in shown().filter(|mark| mark.price.is_finite()) {
        let (x, y) = (frame.x(seconds(mark.time)), frame.y(mark.price));
        let (toward, color) = match mark.side {
            Side::Buy => (1.0, GAIN),
            Side::Sell => (-1.0, LOSS),
        };
        let (tip, base) = (y + toward * 3.0, y + toward * (3.0 + 1.8 * size));
        frame.canvas.polygon(&[(x, tip), (x - size, base), (x + size, base)], color, 1.0);
    }
    frame.finish()
}
