//! What the settings have to do with the values.

use serde_json::Value;

use super::reach::{Reach, evenly};
use crate::commands::tune::report::input::{
    ParamRange, ReportParam, ReportTrial, StudyReportInput, TrialEnd,
};
use crate::plot::{
    Bar, BarChart, NumberFormat, Panel, PanelAxis, PanelDot, PanelsChart, ParallelAxis,
    ParallelChart, ParallelLine, Picture, Scale, Tone, bars, panels, parallel, round_marks,
    short_number,
};

/// More parameters are left out of a picture, the least important first.
const PANELS_MAX: usize = 18;
const AXES_MAX: usize = 10;
const BARS_MAX: usize = 20;
/// More dots or lines of one picture are sampled.
const DOTS_MAX: usize = 3_000;
const LINES_MAX: usize = 300;
const BEST_LINES: usize = 60;
/// Half the width over which dots of a strip are spread, in widths of a strip.
const SPREAD: f64 = 0.32;

/// Share of each parameter in the differences between trials.
pub(super) fn importances(input: &StudyReportInput) -> Picture {
    let known: Vec<&(String, f64)> =
        input.importances.iter().filter(|(_, share)| share.is_finite()).collect();
    let more = known.len().saturating_sub(BARS_MAX);
    let note =
        if more > 0 { format!("; {more} less important ones are left out") } else { String::new() };
    bars(&BarChart {
        title: "Parameter importances",
        x_title: &format!("share of the differences in {}, percent{note}", input.metric),
        format: NumberFormat::Percent,
        precision: 0.001,
        bars: known
            .iter()
            .take(BARS_MAX)
            .map(|(name, value)| Bar { name, value: *value })
            .collect(),
    })
}

/// Value against each parameter.
pub(super) fn slice(input: &StudyReportInput) -> Picture {
    let (params, left_out) = ranked(input, PANELS_MAX);
    let scored = scored(input);
    let (sample, note) = sampled(&scored, DOTS_MAX, "dots");
    let reach = Reach::of(scored.iter().filter_map(|trial| trial.score()));
    let names = short_names(&params);
    let panel = |(param, name)| slice_panel(param, name, &sample, input.best);
    let named = params.iter().zip(names.iter().map(String::as_str));
    let below = reach.map_or(String::new(), |reach| reach.note());
    panels(&PanelsChart {
        title: "Value against each parameter",
        y_title: &format!("{}{note}{below}{left_out}", input.metric),
        y_format: NumberFormat::Plain,
        y_reach: reach.map_or((0.0, 0.0), |reach| reach.aired()),
        legend: vec![("pruned", Tone::Muted), ("complete", Tone::Main), ("winner", Tone::Strong)],
        panels: named.map(panel).collect(),
    })
}

fn slice_panel<'a>(
    param: &ReportParam,
    name: &'a str,
    trials: &[&ReportTrial],
    best: Option<usize>,
) -> Panel<'a> {
    let tone = |trial: &ReportTrial| match trial.state {
        _ if Some(trial.number) == best => Tone::Strong,
        TrialEnd::Complete => Tone::Main,
        TrialEnd::Running => Tone::Other(3),
        TrialEnd::Pruned | TrialEnd::Failed => Tone::Muted,
    };
    let layer = |dot: &PanelDot| match dot.tone {
        Tone::Strong => 3,
        Tone::Main => 2,
        Tone::Muted => 0,
        _ => 1,
    };
    let dot = |trial: &&ReportTrial| {
        let x = place(param, trial.param(&param.name)?)?;
        // Dots of a strip lie side by side in the order of the golden section: even and repeatable.
        let aside = SPREAD * (2.0 * (trial.number as f64 * 0.618_033_988_75).fract() - 1.0);
        let is_strip = matches!(param.range, ParamRange::Choice(_));
        let x = if is_strip { x + aside } else { x };
        Some(PanelDot { x, y: trial.score()?, tone: tone(trial) })
    };
    let mut dots: Vec<PanelDot> = trials.iter().filter_map(dot).collect();
    dots.sort_by_key(layer);
    let axis = match &param.range {
        ParamRange::Linear(low, high) => PanelAxis::Numbers(*low, *high, Scale::Linear),
        ParamRange::Log(low, high) => PanelAxis::Numbers(*low, *high, Scale::Log),
        ParamRange::Choice(values) => PanelAxis::Choices(values.iter().map(shown_value).collect()),
    };
    Panel { name, axis, dots }
}

/// Every trial as a line across its value and its settings.
pub(super) fn parallel_coordinates(input: &StudyReportInput) -> Picture {
    let (params, left_out) = ranked(input, AXES_MAX);
    let scored = scored(input);
    let Some(reach) = Reach::of(scored.iter().filter_map(|trial| trial.score())) else {
        return parallel(&ParallelChart {
            title: PARALLEL,
            note: &input.metric,
            legend: Vec::new(),
            axes: Vec::new(),
            lines: Vec::new(),
        });
    };
    let (mut shown, note) = sampled(&scored, LINES_MAX, "trials");
    let mut ranks: Vec<f64> = scored.iter().filter_map(|trial| trial.score()).collect();
    ranks.sort_by(f64::total_cmp);
    // The worse half is gray: what is to be seen are the settings of the few best.
    let strength = |trial: &ReportTrial| {
        let below = ranks.partition_point(|value| *value < trial.score().unwrap_or(f64::MIN));
        2.0 * below as f64 / (ranks.len() - 1).max(1) as f64 - 1.0
    };
    // The best are drawn last.
    shown.sort_by(|a, b| a.score().unwrap_or(f64::MIN).total_cmp(&b.score().unwrap_or(f64::MIN)));
    let lines = shown.iter().map(|trial| {
        let value = reach.share(trial.score().unwrap_or(reach.low));
        let settings = params.iter().map(|param| height(param, trial.param(&param.name)?));
        let is_best = Some(trial.number) == input.best;
        ParallelLine {
            heights: std::iter::once(Some(value)).chain(settings).collect(),
            tone: if is_best { Tone::Strong } else { Tone::Ramp(strength(trial)) },
            width: if is_best { 3.0 } else { 1.0 },
        }
    });
    let axis = |(param, name): (&ReportParam, String)| ParallelAxis { name, marks: marks(param) };
    let last = |name: &str| name.rsplit('.').next().unwrap_or(name).to_owned();
    let value_marks = if reach.high > reach.low {
        round_marks(reach.low, reach.high, Scale::Linear, 5)
    } else {
        vec![reach.high]
    };
    let value_axis = ParallelAxis {
        name: last(&input.metric),
        marks: value_marks.iter().map(|v| (reach.share(*v), short_number(*v))).collect(),
    };
    let axes = params.iter().zip(short_names(&params)).map(axis);
    parallel(&ParallelChart {
        title: PARALLEL,
        note: &format!("{}{note}{}{left_out}", input.metric, reach.note()),
        legend: vec![
            ("the worse half", Tone::Ramp(0.0)),
            ("the better half", Tone::Ramp(0.5)),
            ("the best", Tone::Ramp(1.0)),
            ("winner", Tone::Strong),
        ],
        axes: std::iter::once(value_axis).chain(axes).collect(),
        lines: lines.collect(),
    })
}

const PARALLEL: &str = "Parallel coordinates";

/// Parameters by importance, then as they come; at most `most`, with words about the rest.
fn ranked(input: &StudyReportInput, most: usize) -> (Vec<ReportParam>, String) {
    let mut params = input.all_params();
    let place = |param: &ReportParam| {
        input.importances.iter().position(|(name, _)| *name == param.name).unwrap_or(usize::MAX)
    };
    params.sort_by_key(place);
    let more = params.len().saturating_sub(most);
    params.truncate(most);
    let note = match more {
        0 => String::new(),
        1 => "; one less important parameter is left out".to_owned(),
        more => format!("; {more} less important parameters are left out"),
    };
    (params, note)
}

fn scored(input: &StudyReportInput) -> Vec<&ReportTrial> {
    input.sorted().into_iter().filter(|trial| trial.score().is_some()).collect()
}

/// All, or the best ones and an even sample of the rest, with words about it.
fn sampled<'a>(
    trials: &[&'a ReportTrial],
    most: usize,
    what: &str,
) -> (Vec<&'a ReportTrial>, String) {
    if trials.len() <= most {
        return (trials.to_vec(), String::new());
    }
    let mut by_score = trials.to_vec();
    let score = |trial: &ReportTrial| trial.score().unwrap_or(f64::MIN);
    by_score.sort_by(|a, b| score(b).total_cmp(&score(a)));
    let mut shown = by_score[..BEST_LINES].to_vec();
    let rest = &by_score[BEST_LINES..];
    shown.extend(evenly(rest.len(), most - BEST_LINES).into_iter().map(|index| rest[index]));
    shown.sort_by_key(|trial| trial.number);
    let note =
        format!("; {} of {} {what} are drawn, the best among them", shown.len(), trials.len());
    (shown, note)
}

/// Where a setting lies on its axis.
fn place(param: &ReportParam, value: &Value) -> Option<f64> {
    match &param.range {
        ParamRange::Choice(choices) => {
            let is_same = |choice: &Value| {
                choice == value || choice.as_f64().is_some_and(|c| value.as_f64() == Some(c))
            };
            choices.iter().position(is_same).map(|index| index as f64)
        }
        ParamRange::Linear(..) | ParamRange::Log(..) => value.as_f64().filter(|x| x.is_finite()),
    }
}

fn height(param: &ReportParam, value: &Value) -> Option<f64> {
    let x = place(param, value)?;
    let share = match &param.range {
        ParamRange::Choice(choices) if choices.len() > 1 => x / (choices.len() - 1) as f64,
        ParamRange::Linear(low, high) if high > low => (x - low) / (high - low),
        ParamRange::Log(low, high) if *low > 0.0 && high > low && x > 0.0 => {
            (x / low).ln() / (high / low).ln()
        }
        _ => 0.5,
    };
    Some(share.clamp(0.0, 1.0))
}

/// Marks of an axis from 0 to 1: choices by name, round numbers.
fn marks(param: &ReportParam) -> Vec<(f64, String)> {
    let (low, high, scale) = match &param.range {
        ParamRange::Choice(choices) => {
            let mark = |choice: &Value| (height(param, choice).unwrap_or(0.5), shown_value(choice));
            return choices.iter().map(mark).collect();
        }
        ParamRange::Linear(low, high) => (*low, *high, Scale::Linear),
        ParamRange::Log(low, high) => (*low, *high, Scale::Log),
    };
    let mark =
        |value: f64| (height(param, &Value::from(value)).unwrap_or(0.5), short_number(value));
    round_marks(low, high, scale, 5).into_iter().map(mark).collect()
}

/// A setting as a person writes it.
pub(in super::super) fn shown_value(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) if number.is_f64() => {
            number.as_f64().map_or_else(|| number.to_string(), short_number)
        }
        other => other.to_string(),
    }
}

/// The shortest endings of the keys that still tell them apart.
pub(in super::super) fn short_names(params: &[ReportParam]) -> Vec<String> {
    let ending = |name: &str, parts: usize| -> String {
        let all: Vec<&str> = name.split('.').collect();
        all[all.len().saturating_sub(parts)..].join(".")
    };
    let shortest = |param: &ReportParam| {
        let is_alone = |parts: &usize| {
            let own = ending(&param.name, *parts);
            params.iter().filter(|other| ending(&other.name, *parts) == own).count() == 1
        };
        let parts = (1..=param.name.split('.').count()).find(is_alone);
        parts.map_or_else(|| param.name.clone(), |parts| ending(&param.name, parts))
    };
    params.iter().map(shortest).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_shortened_while_they_differ() {
        let param =
            |name: &str| ReportParam { name: name.to_owned(), range: ParamRange::Linear(0.0, 1.0) };
        let names = short_names(&[
            param("learner.ppo.gamma"),
            param("model.actor.hidden"),
            param("model.critic.hidden"),
        ]);
        assert_eq!(names, ["gamma", "actor.hidden", "critic.hidden"]);
    }

    #[test]
    fn settings_have_a_place() {
        let log = ReportParam { name: "lr".to_owned(), range: ParamRange::Log(1e-4, 1e-2) };
        assert!((height(&log, &Value::from(1e-3)).unwrap() - 0.5).abs() < 1e-12);
        let choices = vec![Value::from(32), Value::from("gru"), Value::Null];
        let choice = ReportParam { name: "kind".to_owned(), range: ParamRange::Choice(choices) };
        assert_eq!(place(&choice, &Value::from(32.0)), Some(0.0));
        assert_eq!(height(&choice, &Value::Null), Some(1.0));
        assert_eq!(place(&choice, &Value::from("other")), None);
        assert_eq!(shown_value(&Value::from(2.5e-4)), "2.5e-4");
    }
}
