//! The split as a picture.

use super::{Attribution, DaySplit, Terms};
use crate::base::Timestamp;
use crate::plot::{Bar, BarChart, Layer, NumberFormat, Picture, StackedChart, bars, stacked};

/// Parts below this share of the largest are rounding and not drawn over time.
const DRAWN_FRAC_MIN: f64 = 1e-6;

/// The parts of the whole difference, and above that how they grew day by day.
#[must_use]
pub fn attribution_picture(attribution: &Attribution) -> Picture {
    let title = "Paper minus backtest";
    let total = attribution.total.named();
    let mut lengths: Vec<Bar<'_>> =
        total.iter().map(|(name, value)| Bar { name, value: *value }).collect();
    lengths.push(Bar { name: "difference", value: attribution.difference });
    let whole = bars(&BarChart {
        title,
        x_title: "currency units; to the right the session did better",
        format: NumberFormat::Plain,
        precision: 0.01,
        bars: lengths,
    });
    Picture::joined(title, vec![whole, over_time(&attribution.days)])
}

/// Each part summed up to the end of each day.
fn over_time(days: &[DaySplit]) -> Picture {
    let starts = days.iter().map(|day| Timestamp::midnight_utc(day.date));
    // A level is held until the next time: the last day needs an end.
    let end = days.last().and_then(|day| day.date.tomorrow().ok()).map(Timestamp::midnight_utc);
    let times: Vec<Timestamp> = starts.chain(end).collect();
    let levels: Vec<(&str, Vec<f64>)> = Terms::default()
        .named()
        .iter()
        .enumerate()
        .map(|(index, (name, _))| (*name, running(days, index)))
        .collect();
    let reach = |values: &[f64]| values.iter().fold(0.0, |most: f64, value| most.max(value.abs()));
    let largest = levels.iter().map(|(_, values)| reach(values)).fold(0.0, f64::max);
    let is_drawn = |values: &[f64]| reach(values) > (DRAWN_FRAC_MIN * largest).max(1e-9);
    let layers = levels.iter().filter(|(_, values)| is_drawn(values));
    stacked(&StackedChart {
        title: "The same, summed up day by day",
        y_title: "currency units; parts that cost hang below zero",
        format: NumberFormat::Plain,
        times: &times,
        layers: layers.map(|(name, values)| Layer { name, values }).collect(),
    })
}

fn running(days: &[DaySplit], term: usize) -> Vec<f64> {
    let add = |total: &mut f64, day: &DaySplit| {
        *total += day.terms.named()[term].1;
        Some(*total)
    };
    let mut levels: Vec<f64> = days.iter().scan(0.0, add).collect();
    levels.extend(levels.last().copied());
    levels
}
