//! The same policy under other costs and delays.

use super::StudyPicture;
use crate::commands::tune::report::input::CostSweep;
use crate::plot::{
    At, Mark, NumberFormat, Picture, Rule, Scale, Tone, XAxis, XyChart, XyLayer, xy,
};

/// The pictures for which there are numbers.
pub(super) fn pictures(sweep: &CostSweep) -> Vec<StudyPicture> {
    let mut pictures = vec![StudyPicture::new("cost_sweep", COSTS, costs(sweep))];
    if !sweep.delays.is_empty() {
        pictures.push(StudyPicture::new("delay_sweep", DELAYS, delays(sweep)));
    }
    pictures
}

/// Sharpe ratio against the multiple of costs, with break-even.
fn costs(sweep: &CostSweep) -> Picture {
    let points: Vec<(f64, f64)> = sweep
        .costs
        .iter()
        .map(|(multiple, value)| (*multiple, value.unwrap_or(f64::NAN)))
        .collect();
    let even = sweep.break_even.filter(|multiple| multiple.is_finite());
    let (name, title) = match even {
        Some(multiple) => (
            format!("break-even at {multiple:.2}×"),
            format!("Sharpe ratio against costs: break-even at {multiple:.2}×"),
        ),
        None => (String::new(), "Sharpe ratio against costs".to_owned()),
    };
    let mut rules = vec![
        Rule { name: "", tone: Tone::Muted, at: At::Y(0.0) },
        Rule { name: "configured costs", tone: Tone::Muted, at: At::X(1.0) },
    ];
    // One far beyond the sweep would squash it; the title says where it lies.
    let last = points.iter().map(|point| point.0).fold(1.0, f64::max);
    if let Some(multiple) = even.filter(|multiple| *multiple <= 1.25 * last) {
        rules.push(Rule { name: &name, tone: Tone::Loss, at: At::X(multiple) });
    }
    curve(&title, points, rules, ("multiple of the configured costs", NumberFormat::Multiple))
}

/// Sharpe ratio against the delay of orders.
fn delays(sweep: &CostSweep) -> Picture {
    let points: Vec<(f64, f64)> = sweep
        .delays
        .iter()
        .map(|(bars, value)| (*bars as f64, value.unwrap_or(f64::NAN)))
        .collect();
    let rules = vec![Rule { name: "", tone: Tone::Muted, at: At::Y(0.0) }];
    let across = ("bars that an order is late", NumberFormat::Whole);
    curve("Sharpe ratio against delay", points, rules, across)
}

fn curve(
    title: &str,
    mut points: Vec<(f64, f64)>,
    rules: Vec<Rule<'_>>,
    (x_title, format): (&str, NumberFormat),
) -> Picture {
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    let line = XyLayer { name: "", tone: Tone::Main, mark: Mark::Line, points: points.clone() };
    let dots = XyLayer { name: "", tone: Tone::Main, mark: Mark::Dots, points };
    xy(&XyChart {
        title,
        y_title: "annual Sharpe ratio",
        x: XAxis::Numbers { title: x_title, format, scale: Scale::Linear },
        y_format: NumberFormat::Plain,
        y_reach: None,
        layers: vec![line, dots],
        rules,
    })
}

const COSTS: &str = "The same policy with cheaper and dearer trading. A line that falls steeply lives \
    on an assumption about costs.";
const DELAYS: &str = "The same policy with orders that arrive late. What dies after one bar lived on \
    the last price.";
