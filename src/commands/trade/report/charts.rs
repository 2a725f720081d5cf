//! The pictures of a session.

use super::input::{LimitCourse, PaperReportInput};
use crate::base::Timestamp;
use crate::domain::Symbol;
use crate::evaluate::attribution::attribution_picture;
use crate::plot::{
    AreaChart, At, Bar, BarChart, Layer, LineChart, Mark, NumberFormat, Picture, Role, Rule, Scale,
    Series, StackedChart, Tone, TradeMark, TradesChart, XAxis, XyChart, XyLayer, area, bars, line,
    stacked, trades, xy,
};

/// Instruments whose prices are drawn; those with the most fills come first.
const PRICES_MAX: usize = 6;
/// Limits whose use is drawn as a line; the fullest come first.
const LIMITS_MAX: usize = 8;

/// A picture, the name of its files and what it tells.
#[derive(Debug)]
pub(crate) struct PaperPicture {
    /// File name without ending, such as `equity`.
    pub slug: String,
    /// How to read it, in a sentence or two.
    pub about: &'static str,
    /// The picture.
    pub picture: Picture,
}

/// Draws every picture of a session; those of parts that the input has nothing of are left out.
#[must_use]
pub(crate) fn paper_pictures(input: &PaperReportInput) -> Vec<PaperPicture> {
    let mut pictures = vec![
        named("equity", EQUITY, equity(input)),
        named("drawdown", DRAWDOWN, drawdown(input)),
        named("weights", WEIGHTS, weights(input)),
    ];
    pictures.extend(prices(input));
    if !input.limits.is_empty() {
        pictures.push(named("limits", LIMITS, limits(input)));
    }
    if !input.denials.is_empty() {
        pictures.push(named("denials", DENIALS, denials(input)));
    }
    if !input.attribution.is_empty() {
        pictures.push(named("attribution", ATTRIBUTION, attribution(input)));
    }
    pictures
}

fn named(slug: &str, about: &'static str, picture: Picture) -> PaperPicture {
    PaperPicture { slug: slug.to_owned(), about, picture }
}

fn equity(input: &PaperReportInput) -> Picture {
    let (times, paper): (Vec<Timestamp>, Vec<f64>) = input.equity.iter().copied().unzip();
    let backtest: Vec<f64> = times.iter().map(|time| at(&input.backtest, *time)).collect();
    let mut series = Vec::new();
    if !input.backtest.is_empty() {
        series.push(Series { name: "backtest", values: &backtest, role: Role::Baseline });
    }
    series.push(Series { name: "paper", values: &paper, role: Role::Agent });
    line(&LineChart {
        title: "Equity",
        y_title: "value of the account after costs, currency units",
        format: NumberFormat::Plain,
        scale: Scale::Linear,
        times: &times,
        series,
    })
}

/// The value at exactly that time; not finite where there is none.
fn at(course: &[(Timestamp, f64)], time: Timestamp) -> f64 {
    let found = course.binary_search_by(|(at, _)| at.cmp(&time));
    found.map_or(f64::NAN, |index| course[index].1)
}

fn drawdown(input: &PaperReportInput) -> Picture {
    let mut peak = f64::NEG_INFINITY;
    let mut times = Vec::new();
    let mut values = Vec::new();
    for &(time, equity) in &input.equity {
        peak = peak.max(equity);
        times.push(time);
        values.push(if peak > 0.0 { (equity / peak - 1.0).min(0.0) } else { f64::NAN });
    }
    area(&AreaChart {
        title: "Drawdown",
        y_title: "below the highest value so far",
        format: NumberFormat::Percent,
        times: &times,
        values: &values,
    })
}

fn weights(input: &PaperReportInput) -> Picture {
    let times: Vec<Timestamp> = input.weights.iter().map(|(time, _)| *time).collect();
    let names = std::iter::once("cash").chain(input.symbols.iter().map(Symbol::as_str));
    let columns: Vec<(&str, Vec<f64>)> = names
        .enumerate()
        .map(|(asset, name)| {
            let weight = |weights: &Vec<f64>| weights.get(asset).copied().unwrap_or(0.0);
            (name, input.weights.iter().map(|(_, weights)| weight(weights)).collect())
        })
        .collect();
    let layers = columns.iter().map(|(name, values)| Layer { name, values }).collect();
    stacked(&StackedChart {
        title: "Weights",
        y_title: "fraction of equity, at each decision",
        format: NumberFormat::Percent,
        times: &times,
        layers,
    })
}

/// The prices with the fills on them, the most traded first.
fn prices(input: &PaperReportInput) -> Vec<PaperPicture> {
    let fills_of = |index: usize| {
        let symbol = &input.symbols[index];
        input.fills.iter().filter(move |fill| fill.symbol == *symbol)
    };
    let mut order: Vec<usize> =
        (0..input.symbols.len()).filter(|&index| fills_of(index).next().is_some()).collect();
    order.sort_by_key(|&index| std::cmp::Reverse(fills_of(index).count()));
    let shown = order.into_iter().take(PRICES_MAX);
    shown
        .map(|index| {
            let symbol = &input.symbols[index];
            let times: Vec<Timestamp> = input.closes.iter().map(|(time, _)| *time).collect();
            let prices: Vec<f64> = input
                .closes
                .iter()
                .map(|(_, closes)| closes.get(index).copied().unwrap_or(f64::NAN))
                .collect();
            let marks: Vec<TradeMark> = fills_of(index)
                .map(|fill| TradeMark { time: fill.time, price: fill.price, side: fill.side })
                .collect();
            let picture = trades(&TradesChart {
                title: &format!("Fills on {symbol}"),
                y_title: "closing price, currency units",
                times: &times,
                prices: &prices,
                marks: &marks,
            });
            PaperPicture { slug: format!("fills_{}", slug(symbol.as_str())), about: FILLS, picture }
        })
        .collect()
}

/// Letters and digits of a name, everything else as `_`: a symbol may hold a slash.
fn slug(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect()
}

fn limits(input: &PaperReportInput) -> Picture {
    let mut courses: Vec<&LimitCourse> = input.limits.iter().collect();
    courses.sort_by(|a, b| b.share_max().total_cmp(&a.share_max()));
    let hidden = courses.len().saturating_sub(LIMITS_MAX);
    courses.truncate(LIMITS_MAX);
    let layers = courses
        .iter()
        .enumerate()
        .map(|(index, course)| XyLayer {
            name: &course.key,
            tone: if index == 0 { Tone::Main } else { Tone::Other(index - 1) },
            mark: Mark::FineLine,
            points: course.shares().map(|(time, share)| (seconds(time), share)).collect(),
        })
        .collect();
    let note =
        if hidden > 0 { format!("; {hidden} less used are not drawn") } else { String::new() };
    let full = Rule { name: "the limit", tone: Tone::Loss, at: At::Y(1.0) };
    xy(&XyChart {
        title: "Use of the limits",
        y_title: &format!("share of the limit, at each decision{note}"),
        x: XAxis::Dates,
        y_format: NumberFormat::Percent,
        y_reach: None,
        layers,
        rules: vec![full],
    })
}

fn denials(input: &PaperReportInput) -> Picture {
    let mut counts: Vec<(&String, &usize)> = input.denials.iter().collect();
    counts.sort_by(|a, b| b.1.cmp(a.1));
    bars(&BarChart {
        title: "Orders that the risk gate refused",
        x_title: "orders, by code",
        format: NumberFormat::Whole,
        precision: 1.0,
        bars: counts.iter().map(|(name, count)| Bar { name, value: **count as f64 }).collect(),
    })
}

fn attribution(input: &PaperReportInput) -> Picture {
    if let Some(split) = &input.split {
        return attribution_picture(split);
    }
    let total: f64 = input.attribution.iter().map(|row| row.amount).sum();
    let parts = input.attribution.iter().map(|row| Bar { name: &row.cause, value: row.amount });
    let all = Bar { name: "in all", value: total };
    bars(&BarChart {
        title: "Paper less backtest",
        x_title: "currency units; negative where paper did worse",
        format: NumberFormat::Plain,
        precision: 0.01,
        bars: parts.chain([all]).collect(),
    })
}

fn seconds(time: Timestamp) -> f64 {
    time.nanos() as f64 * 1e-9
}

const EQUITY: &str = "At each decision and at the close, costs included.";
const DRAWDOWN: &str = "How far the account is below its highest value of the session.";
const WEIGHTS: &str = "What was held when each decision was made; shorts hang below zero.";
const FILLS: &str =
    "A triangle below the price is a buy, one above it a sale, at the price that was paid.";
const LIMITS: &str = "At 100 % the risk gate refuses or halts.";
const DENIALS: &str = "Each code is explained in docs/RISK.md.";
const ATTRIBUTION: &str =
    "The backtest on the same rows against what the session made, part by part.";
