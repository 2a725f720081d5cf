//! How far the winner can be believed.

use super::StudyPicture;
use crate::commands::tune::report::html::{count, number};
use crate::commands::tune::report::input::{OverfittingFigures, PboFigures};
use crate::metrics::mean;
use crate::plot::{
    At, Histogram, Mark, Marker, NumberFormat, Picture, Rule, Scale, Tone, XAxis, XyChart, XyLayer,
    histogram, split_histogram, xy,
};

/// The pictures for which there are numbers.
pub(super) fn pictures(figures: &OverfittingFigures) -> Vec<StudyPicture> {
    let mut pictures = Vec::new();
    if !figures.trial_sharpes.is_empty() {
        pictures.push(StudyPicture::new("deflated_sharpe", DEFLATED, deflated(figures)));
    }
    if let Some(pbo) = &figures.pbo {
        pictures.push(StudyPicture::new("pbo", PBO, logits(pbo)));
        if !pbo.sharpes.is_empty() {
            let picture = degradation(pbo, figures.bars_per_year.sqrt());
            pictures.push(StudyPicture::new("pbo_degradation", DEGRADATION, picture));
        }
    }
    pictures
}

/// The winner among all trials.
fn deflated(figures: &OverfittingFigures) -> Picture {
    let year = figures.bars_per_year.sqrt();
    let values: Vec<f64> = figures.trial_sharpes.iter().map(|sharpe| sharpe * year).collect();
    let named = |name: &str, value: Option<f64>| {
        let value = value.filter(|value| value.is_finite())? * year;
        Some((format!("{name} {}", number(Some(value), 2)), value))
    };
    let lines = [
        named("winner", figures.chosen_sharpe),
        named("expected best of trials without skill", figures.expected_max_sharpe),
    ];
    let markers = lines.iter().flatten().map(|(name, value)| Marker { name, value: *value });
    let title = match figures.deflated_sharpe {
        Some(probability) => {
            format!("Winner among all trials: deflated Sharpe {}", share(probability))
        }
        None => "Winner among all trials".to_owned(),
    };
    let counted = figures.ledger_trials.max(values.len());
    let note = format!("trials; {} of {} have a Sharpe ratio", count(values.len()), count(counted));
    histogram(&Histogram {
        title: &title,
        y_title: &note,
        x_title: "annual Sharpe ratio on validation",
        format: NumberFormat::Plain,
        values: &values,
        markers: markers.collect(),
    })
}

/// Ranks out of sample of what was best in sample.
fn logits(pbo: &PboFigures) -> Picture {
    let left_out = pbo.logits.iter().filter(|logit| !logit.is_finite()).count();
    let note = if left_out > 0 {
        format!("; {left_out} infinite ones are left out")
    } else {
        String::new()
    };
    split_histogram(
        &Histogram {
            title: &format!("Probability of back-test over-fitting: {}", share(pbo.probability)),
            y_title: &format!("splits of the bars into halves; red: over-fitted{note}"),
            x_title: "logit of the rank out of sample of the best in sample; below 0: in the worse half",
            format: NumberFormat::Plain,
            values: &pbo.logits,
            markers: Vec::new(),
        },
        0.0,
    )
}

/// In-sample against out-of-sample Sharpe ratio of the best, with the line of least squares.
fn degradation(pbo: &PboFigures, year: f64) -> Picture {
    let finite = pbo.sharpes.iter().filter(|(inside, outside)| (inside + outside).is_finite());
    let points: Vec<(f64, f64)> =
        finite.map(|(inside, outside)| (inside * year, outside * year)).collect();
    let fit = regression(&points);
    let is_below = |point: &&(f64, f64)| point.1 < 0.0;
    let loss = points.iter().filter(is_below).count() as f64 / points.len().max(1) as f64;
    let name = fit.map(|fit| format!("slope {}", number(Some(fit.slope), 2))).unwrap_or_default();
    let mut layers =
        vec![XyLayer { name: "", tone: Tone::Main, mark: Mark::Dots, points: points.clone() }];
    if let Some(fit) = fit {
        let ends = [fit.low, fit.high].map(|x| (x, fit.intercept + fit.slope * x));
        layers.push(XyLayer {
            name: &name,
            tone: Tone::Strong,
            mark: Mark::Line,
            points: ends.to_vec(),
        });
    }
    let title = format!("Best in sample, out of sample: a loss in {} of the splits", share(loss));
    xy(&XyChart {
        title: &title,
        y_title: "annual Sharpe ratio out of sample",
        x: XAxis::Numbers {
            title: "annual Sharpe ratio in sample",
            format: NumberFormat::Plain,
            scale: Scale::Linear,
        },
        y_format: NumberFormat::Plain,
        y_reach: None,
        layers,
        rules: vec![Rule { name: "", tone: Tone::Faint, at: At::Y(0.0) }],
    })
}

/// A line of least squares and the range it was fitted on.
#[derive(Debug, Clone, Copy)]
struct Fit {
    slope: f64,
    intercept: f64,
    low: f64,
    high: f64,
}

/// `None` for fewer than three points or a single place.
fn regression(points: &[(f64, f64)]) -> Option<Fit> {
    if points.len() < 3 {
        return None;
    }
    let xs: Vec<f64> = points.iter().map(|point| point.0).collect();
    let ys: Vec<f64> = points.iter().map(|point| point.1).collect();
    let (mean_x, mean_y) = (mean(&xs)?, mean(&ys)?);
    let spread: f64 = xs.iter().map(|x| (x - mean_x).powi(2)).sum();
    let joint: f64 = points.iter().map(|(x, y)| (x - mean_x) * (y - mean_y)).sum();
    let slope = joint / spread;
    let low = xs.iter().copied().fold(f64::INFINITY, f64::min);
    let high = xs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    slope.is_finite().then_some(Fit { slope, intercept: mean_y - slope * mean_x, low, high })
}

fn share(probability: f64) -> String {
    if probability.is_finite() {
        format!("{:.1} %", 100.0 * probability)
    } else {
        "undefined".to_owned()
    }
}

const DEFLATED: &str = "All trials that were counted for this agent by their Sharpe ratio. The more \
    trials, the further right luck alone puts the best of them; the winner should lie well beyond \
    that line.";
const PBO: &str = "The bars are split into halves in every way; the best trial of one half gets a \
    rank in the other. Red columns are splits in which it lands in the worse half there.";
const DEGRADATION: &str = "What the best trial of one half of the bars earns on the other half. A \
    line that falls says: the better it looks, the worse it does.";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_found() {
        let fit = regression(&[(0.0, 1.0), (1.0, 3.0), (2.0, 5.0)]).unwrap();
        assert!((fit.slope - 2.0).abs() < 1e-12 && (fit.intercept - 1.0).abs() < 1e-12);
        assert!(regression(&[(1.0, 1.0), (1.0, 2.0), (1.0, 3.0)]).is_none());
        assert!(regression(&[(0.0, 1.0), (1.0, 3.0)]).is_none());
    }
}
