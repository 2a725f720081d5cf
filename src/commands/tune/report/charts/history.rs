//! Value after value: trial by trial, and within each trial.

use super::reach::{Reach, evenly};
use crate::commands::tune::report::input::{ReportTrial, StudyReportInput, TrialEnd};
use crate::plot::{Mark, NumberFormat, Picture, Scale, Tone, XAxis, XyChart, XyLayer, xy};

/// More trials are not drawn as lines.
const LINES_MAX: usize = 240;
/// Of those, so many are the best ones.
const BEST_LINES: usize = 60;

/// Value of each trial in the order of their numbers, with the best so far.
pub(super) fn history(input: &StudyReportInput) -> Picture {
    let trials = input.sorted();
    let scores = || trials.iter().filter_map(|trial| trial.score());
    let reach = Reach::of(scores());
    let place = |trial: &&ReportTrial| Some((trial.number as f64, trial.score()?));
    let of = |state: TrialEnd| -> Vec<(f64, f64)> {
        trials.iter().copied().filter(|t| t.state == state).filter_map(|t| place(&t)).collect()
    };
    let without_score: Vec<(f64, f64)> = match reach {
        Some(reach) => {
            let failed = trials.iter().filter(|t| t.state == TrialEnd::Failed);
            failed.map(|trial| (trial.number as f64, reach.aired().0)).collect()
        }
        None => Vec::new(),
    };
    let complete = of(TrialEnd::Complete);
    let names = [
        format!("pruned ({})", input.count(TrialEnd::Pruned)),
        format!("running ({})", input.count(TrialEnd::Running)),
        format!("complete ({})", input.count(TrialEnd::Complete)),
        format!("failed ({}), drawn at the lower edge", input.count(TrialEnd::Failed)),
    ];
    let layer = |name: usize, state: TrialEnd, tone: Tone, points: Vec<(f64, f64)>| {
        let is_named = input.count(state) > 0;
        let name = if is_named { names[name].as_str() } else { "" };
        XyLayer { name, tone, mark: Mark::Dots, points }
    };
    let mut layers = vec![
        layer(0, TrialEnd::Pruned, Tone::Muted, of(TrialEnd::Pruned)),
        layer(1, TrialEnd::Running, Tone::Other(3), of(TrialEnd::Running)),
        layer(2, TrialEnd::Complete, Tone::Main, complete),
        layer(3, TrialEnd::Failed, Tone::Loss, without_score),
        XyLayer {
            name: "best complete so far",
            tone: Tone::Strong,
            mark: Mark::Steps,
            points: best_so_far(&trials),
        },
    ];
    if let Some(place) = input.winner().and_then(|winner| place(&winner)) {
        layers.push(ring(place));
    }
    let note = reach.map_or(String::new(), |reach| reach.note());
    xy(&XyChart {
        title: "Optimisation history",
        y_title: &format!("{}, higher is better{note}", input.metric),
        x: XAxis::Numbers { title: "trial", format: NumberFormat::Whole, scale: Scale::Linear },
        y_format: NumberFormat::Plain,
        y_reach: reach.map(|reach| (reach.low, reach.high)),
        layers,
        rules: Vec::new(),
    })
}

fn ring(place: (f64, f64)) -> XyLayer<'static> {
    XyLayer { name: "", tone: Tone::Strong, mark: Mark::Rings, points: vec![place] }
}

/// The best value of complete trials up to each number, to the last trial.
fn best_so_far(trials: &[&ReportTrial]) -> Vec<(f64, f64)> {
    let mut best = f64::NEG_INFINITY;
    let mut points = Vec::new();
    for trial in trials.iter().filter(|trial| trial.state == TrialEnd::Complete) {
        if let Some(score) = trial.score().filter(|score| *score > best) {
            best = score;
            points.push((trial.number as f64, score));
        }
    }
    if let (Some(&(_, height)), Some(last)) = (points.last(), trials.last()) {
        points.push((last.number as f64, height));
    }
    points
}

/// Score of each trial as its training goes on.
pub(super) fn intermediate(input: &StudyReportInput) -> Picture {
    let trials = input.sorted();
    let with_reports: Vec<&ReportTrial> =
        trials.iter().copied().filter(|trial| !points(trial).is_empty()).collect();
    let (shown, note) = selection(&with_reports);
    let reach =
        Reach::of(shown.iter().flat_map(|trial| points(trial).into_iter().map(|point| point.1)));
    let mut layers = Vec::new();
    for (state, tone, name) in [
        (TrialEnd::Failed, Tone::Loss, "failed"),
        (TrialEnd::Pruned, Tone::Faint, "pruned"),
        (TrialEnd::Running, Tone::Other(3), "running"),
        (TrialEnd::Complete, Tone::Main, "complete"),
    ] {
        let of_state: Vec<&ReportTrial> =
            shown.iter().copied().filter(|trial| trial.state == state).collect();
        layers.extend(lines(&of_state, tone, name));
    }
    if let Some(winner) = input.winner().filter(|winner| !points(winner).is_empty()) {
        let name = "winner";
        let points = points(winner);
        layers.push(XyLayer {
            name: "",
            tone: Tone::Strong,
            mark: Mark::Dots,
            points: points.clone(),
        });
        layers.push(XyLayer { name, tone: Tone::Strong, mark: Mark::Line, points });
    }
    let below = reach.map_or(String::new(), |reach| reach.note());
    xy(&XyChart {
        title: "Intermediate values",
        y_title: &format!("{} on the way{note}{below}", input.metric),
        x: XAxis::Numbers {
            title: "environment steps",
            format: NumberFormat::Plain,
            scale: steps_scale(&shown),
        },
        y_format: NumberFormat::Plain,
        y_reach: reach.map(|reach| (reach.low, reach.high)),
        layers,
        rules: Vec::new(),
    })
}

/// A line for each trial and a dot for each report; trials of one state share a color.
fn lines<'a>(trials: &[&ReportTrial], tone: Tone, name: &'a str) -> Vec<XyLayer<'a>> {
    if trials.is_empty() {
        return Vec::new();
    }
    let mut dots = Vec::new();
    let mut line = Vec::new();
    for trial in trials {
        let points = points(trial);
        line.extend_from_slice(&points);
        // A hole, so that the next trial begins its own line.
        line.push((f64::NAN, f64::NAN));
        dots.extend(points);
    }
    let (fine, tone_of_dots) = if tone == Tone::Faint { (tone, Tone::Muted) } else { (tone, tone) };
    vec![
        XyLayer { name, tone: fine, mark: Mark::FineLine, points: line },
        XyLayer { name: "", tone: tone_of_dots, mark: Mark::Dots, points: dots },
    ]
}

fn points(trial: &ReportTrial) -> Vec<(f64, f64)> {
    let finite = trial.reports.iter().filter(|report| report.1.is_finite());
    finite.map(|&(steps, score)| (steps as f64, score)).collect()
}

/// Rungs grow by a factor, so their steps do too.
fn steps_scale(trials: &[&ReportTrial]) -> Scale {
    let steps = || trials.iter().flat_map(|trial| trial.reports.iter().map(|report| report.0));
    match (steps().min(), steps().max()) {
        (Some(low), Some(high)) if low > 0 && high >= 5 * low => Scale::Log,
        _ => Scale::Linear,
    }
}

/// All, or the best ones and an even sample of the rest.
fn selection<'a>(trials: &[&'a ReportTrial]) -> (Vec<&'a ReportTrial>, String) {
    if trials.len() <= LINES_MAX {
        return (trials.to_vec(), String::new());
    }
    let mut by_score = trials.to_vec();
    let score = |trial: &ReportTrial| trial.score().unwrap_or(f64::NEG_INFINITY);
    by_score.sort_by(|a, b| score(b).total_cmp(&score(a)));
    let rest = by_score.split_off(BEST_LINES);
    let sample = evenly(rest.len(), LINES_MAX - BEST_LINES);
    let mut shown = by_score;
    shown.extend(sample.into_iter().map(|index| rest[index]));
    let note = format!(
        "; {} of {} trials are drawn, the best {BEST_LINES} and an even sample of the others",
        shown.len(),
        trials.len()
    );
    (shown, note)
}
