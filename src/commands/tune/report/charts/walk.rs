//! A procedure that was repeated fold after fold.

use super::StudyPicture;
use crate::commands::tune::report::html::number;
use crate::commands::tune::report::input::WalkForwardFigures;
use crate::metrics::{equity_curve, percentile};
use crate::plot::{
    At, Histogram, Mark, Marker, NumberFormat, Picture, Rule, Scale, Tone, XAxis, XyChart, XyLayer,
    split_histogram, xy,
};

/// The pictures for which there are numbers.
pub(super) fn pictures(walk: &WalkForwardFigures) -> Vec<StudyPicture> {
    let mut pictures = Vec::new();
    if !walk.times.is_empty() {
        pictures.push(StudyPicture::new("walk_forward", EQUITY, equity(walk)));
    }
    if !walk.folds.is_empty() {
        pictures.push(StudyPicture::new("walk_forward_folds", FOLDS, folds(walk)));
        pictures.push(StudyPicture::new("walk_forward_scatter", SCATTER, scatter(walk)));
    }
    if !walk.path_sharpes.is_empty() {
        pictures.push(StudyPicture::new("cpcv_paths", PATHS, paths(walk)));
    }
    pictures
}

/// Equity over the stitched test ranges.
fn equity(walk: &WalkForwardFigures) -> Picture {
    let seconds = |nanos: i64| nanos as f64 * 1e-9;
    let points = |returns: &[f64]| -> Vec<(f64, f64)> {
        let times = walk.times.iter().map(|time| seconds(time.nanos()));
        times.zip(equity_curve(returns, 1.0)).collect()
    };
    let mut layers = Vec::new();
    if let Some((name, returns)) = &walk.baseline {
        let points = points(returns);
        layers.push(XyLayer { name, tone: Tone::Strong, mark: Mark::Line, points });
    }
    let name = "walk-forward, out of sample";
    let own = points(&walk.returns);
    layers.push(XyLayer { name, tone: Tone::Main, mark: Mark::Line, points: own });
    let inside = |at: &f64| {
        let ends = (walk.times.first(), walk.times.last());
        matches!(ends, (Some(a), Some(b)) if (seconds(a.nanos())..=seconds(b.nanos())).contains(at))
    };
    let starts = walk.folds.iter().map(|fold| seconds(fold.test_start.nanos())).filter(inside);
    let rules = starts.map(|at| Rule { name: "", tone: Tone::Faint, at: At::X(at) });
    let start = Rule { name: "", tone: Tone::Muted, at: At::Y(1.0) };
    xy(&XyChart {
        title: "Walk-forward equity",
        y_title: &format!(
            "multiple of the start after costs; {} test ranges stitched, a line where each begins",
            walk.folds.len()
        ),
        x: XAxis::Dates,
        y_format: NumberFormat::Multiple,
        y_reach: None,
        layers,
        rules: rules.chain([start]).collect(),
    })
}

/// Validation and test side by side, fold by fold.
fn folds(walk: &WalkForwardFigures) -> Picture {
    let numbered = || walk.folds.iter().enumerate();
    let points = |value: fn(&crate::commands::tune::report::input::ReportFold) -> Option<f64>| {
        numbered()
            .map(|(index, fold)| ((index + 1) as f64, value(fold).unwrap_or(f64::NAN)))
            .collect::<Vec<(f64, f64)>>()
    };
    let validation = points(|fold| fold.validation_sharpe);
    let test = points(|fold| fold.test_sharpe);
    let layer = |name, tone, mark, points: &Vec<(f64, f64)>| XyLayer {
        name,
        tone,
        mark,
        points: points.clone(),
    };
    xy(&XyChart {
        title: "Validation and test, fold by fold",
        y_title: "annual Sharpe ratio",
        x: XAxis::Numbers { title: "fold", format: NumberFormat::Whole, scale: Scale::Linear },
        y_format: NumberFormat::Plain,
        y_reach: None,
        layers: vec![
            layer("", Tone::Muted, Mark::Dots, &validation),
            layer("validation", Tone::Muted, Mark::Dashes, &validation),
            layer("", Tone::Main, Mark::Dots, &test),
            layer("test", Tone::Main, Mark::FineLine, &test),
        ],
        rules: Vec::new(),
    })
}

/// Validation against test, a dot for each fold.
fn scatter(walk: &WalkForwardFigures) -> Picture {
    let points: Vec<(f64, f64)> = walk
        .folds
        .iter()
        .filter_map(|fold| Some((fold.validation_sharpe?, fold.test_sharpe?)))
        .filter(|(validation, test)| (validation + test).is_finite())
        .collect();
    let low = points.iter().map(|point| point.0.min(point.1)).fold(f64::INFINITY, f64::min);
    let high = points.iter().map(|point| point.0.max(point.1)).fold(f64::NEG_INFINITY, f64::max);
    let kept = points.iter().filter(|(validation, test)| test >= validation).count();
    let title =
        format!("Validation against test: {kept} of {} folds kept their promise", points.len());
    xy(&XyChart {
        title: &title,
        y_title: "annual Sharpe ratio on test",
        x: XAxis::Numbers {
            title: "annual Sharpe ratio on validation",
            format: NumberFormat::Plain,
            scale: Scale::Linear,
        },
        y_format: NumberFormat::Plain,
        y_reach: None,
        layers: vec![
            XyLayer {
                name: "test equals validation",
                tone: Tone::Muted,
                mark: Mark::Dashes,
                points: vec![(low, low), (high, high)],
            },
            XyLayer { name: "fold", tone: Tone::Main, mark: Mark::Dots, points },
        ],
        rules: vec![Rule { name: "", tone: Tone::Faint, at: At::Y(0.0) }],
    })
}

/// Sharpe ratios of all paths.
fn paths(walk: &WalkForwardFigures) -> Picture {
    let median = percentile(&walk.path_sharpes, 0.5);
    let name = median.map(|median| format!("median {}", number(Some(median), 2)));
    let marker = name.as_ref().zip(median).map(|(name, value)| Marker { name, value });
    let finite = walk.path_sharpes.iter().filter(|sharpe| sharpe.is_finite());
    let below = finite.clone().filter(|sharpe| **sharpe < 0.0).count();
    split_histogram(
        &Histogram {
            title: &format!(
                "Combinatorial cross-validation: {} paths, {below} below zero",
                finite.count()
            ),
            y_title: "paths",
            x_title: "annual Sharpe ratio of a path",
            format: NumberFormat::Plain,
            values: &walk.path_sharpes,
            markers: marker.into_iter().collect(),
        },
        0.0,
    )
}

const EQUITY: &str = "Every stretch was traded by a policy that had not seen it: trained and chosen \
    on what came before.";
const FOLDS: &str = "Validation is what the policy was chosen by, test what came after.";
const SCATTER: &str = "Dots below the dashed line did worse on test than validation promised; a cloud \
    without a slope says that validation tells nothing.";
const PATHS: &str = "Each path is one history put together from test ranges of many splits. One \
    back-test is one draw from this distribution.";
