//! What a reader should know first: who won, and how far that can be believed.

use super::html::{count, counted, number, percent};
use super::input::{OverfittingFigures, ReportTrial, StudyReportInput, TrialEnd};
use crate::evaluate::report::escape;

/// The winner, what makes the numbers doubtful, the words about over-fitting, and the tiles.
pub(super) fn section(input: &StudyReportInput) -> String {
    let mut html = format!(
        r#"<section class="verdict open"><h2>{}</h2><p>{}</p></section>"#,
        headline(input),
        escape(&tally(input))
    );
    html.push_str(&warnings(&input.warnings));
    html.push_str(&overfitting(input));
    html.push_str(&tiles(input));
    html
}

fn headline(input: &StudyReportInput) -> String {
    match input.winner() {
        Some(winner) => format!(
            "Trial {} won with {} {}",
            winner.number,
            escape(&input.metric),
            number(winner.score(), 3)
        ),
        None if input.trials.is_empty() => "No trial has run yet".to_owned(),
        None => "No trial reached the last rung with a score: there is no winner".to_owned(),
    }
}

/// What became of the trials.
fn tally(input: &StudyReportInput) -> String {
    let states = [
        (TrialEnd::Complete, "complete"),
        (TrialEnd::Pruned, "pruned"),
        (TrialEnd::Failed, "failed"),
        (TrialEnd::Running, "still running"),
    ];
    let parts: Vec<String> = states
        .into_iter()
        .map(|(state, word)| (input.count(state), word))
        .filter(|(number, _)| *number > 0)
        .map(|(number, word)| format!("{} {word}", count(number)))
        .collect();
    let trials = counted(input.trials.len(), "trial", "trials");
    let how = format!("chosen by {}, scheduled by {}", input.sampler, input.scheduler);
    let become_of =
        if parts.is_empty() { String::new() } else { format!(": {}", parts.join(", ")) };
    format!("{trials}, {how}{become_of}.")
}

fn warnings(warnings: &[String]) -> String {
    if warnings.is_empty() {
        return String::new();
    }
    let items: String = warnings.iter().map(|text| format!("<li>{}</li>", escape(text))).collect();
    format!(r#"<section class="warnings"><h2>Read this first</h2><ul>{items}</ul></section>"#)
}

/// How far a winner can be believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Belief {
    Unknown,
    Believed,
    Doubted,
}

/// The box about over-fitting: there whether or not anybody asked.
fn overfitting(input: &StudyReportInput) -> String {
    let figures = &input.overfitting;
    let (class, title) = match belief(figures) {
        Belief::Unknown => ("open", "Over-fitting: not enough numbers to judge"),
        Belief::Believed => ("pass", "Over-fitting: the winner stands out from luck"),
        Belief::Doubted => ("fail", "Over-fitting: luck is a fair explanation of the winner"),
    };
    let sentences =
        [Some(tried(input)), expected(figures), deflated(figures), pbo(figures), record(figures)];
    let text: String = sentences
        .into_iter()
        .flatten()
        .map(|sentence| format!("<p>{}</p>", escape(&sentence)))
        .collect();
    let note = |note: &String| format!("<small>{}</small>", escape(note));
    let notes: String = figures.notes.iter().map(note).collect();
    format!(
        r#"<section class="verdict {class}" id="overfitting"><h2>{title}</h2>{text}{notes}</section>"#
    )
}

fn belief(figures: &OverfittingFigures) -> Belief {
    let deflated = figures.deflated_sharpe.map(|value| value >= figures.deflated_sharpe_min);
    let pbo = figures.pbo.as_ref().map(|pbo| pbo.probability <= figures.pbo_max);
    match (deflated, pbo) {
        (Some(false), _) | (_, Some(false)) => Belief::Doubted,
        (Some(true), _) => Belief::Believed,
        (None, _) => Belief::Unknown,
    }
}

fn tried(input: &StudyReportInput) -> String {
    let figures = &input.overfitting;
    let own = input.trials.len();
    let verb = if own == 1 { "was" } else { "were" };
    let mut text = format!(
        "{} {verb} tried in this study, stopped and failed ones included",
        counted(own, "trial", "trials")
    );
    if figures.ledger_trials > own {
        let all = count(figures.ledger_trials);
        text.push_str(&format!("; the ledger has {all} for this agent in all its studies"));
    }
    if let Some(effective) = figures.effective_trials.filter(|effective| effective.is_finite()) {
        let about = number(Some(effective), usize::from(effective < 10.0));
        text.push_str(&format!("; many are alike, they count as about {about} independent ones"));
    }
    text.push_str(". The best of many attempts looks good even if none has any skill.");
    text
}

fn expected(figures: &OverfittingFigures) -> Option<String> {
    let year = figures.bars_per_year.sqrt();
    let luck = figures.expected_max_sharpe.filter(|sharpe| sharpe.is_finite())? * year;
    let chosen = figures.chosen_sharpe.filter(|sharpe| sharpe.is_finite())? * year;
    let compared = if chosen > luck { "is above that" } else { "is not even that" };
    Some(format!(
        "From so many attempts without skill the best would be expected to show an annual Sharpe \
         ratio of {}; the winner's {} {compared}.",
        number(Some(luck), 2),
        number(Some(chosen), 2)
    ))
}

fn deflated(figures: &OverfittingFigures) -> Option<String> {
    let value = figures.deflated_sharpe.filter(|value| value.is_finite())?;
    let needed = figures.deflated_sharpe_min;
    let answer = if value >= needed { "reached" } else { "missed" };
    Some(format!(
        "Deflated Sharpe ratio: the probability that the winner is better than that luck, given the \
         length and shape of its record, is {}; {} is asked for and {answer}.",
        percent(Some(value)),
        percent(Some(needed))
    ))
}

fn pbo(figures: &OverfittingFigures) -> Option<String> {
    let pbo = figures.pbo.as_ref()?;
    let answer = if pbo.probability <= figures.pbo_max { "kept" } else { "broken" };
    Some(format!(
        "Probability of back-test over-fitting: in {} of {} the trial that was best on one half of \
         the bars landed in the worse half of the trials on the other; the limit of {} is {answer}.",
        percent(Some(pbo.probability)),
        counted(pbo.logits.len(), "split", "splits"),
        percent(Some(figures.pbo_max))
    ))
}

fn record(figures: &OverfittingFigures) -> Option<String> {
    let years = |bars: f64| number(Some(bars / figures.bars_per_year), 1);
    let has = years(figures.bars as f64);
    let needed = figures.min_track_record_bars?;
    if !needed.is_finite() {
        return Some("No record, however long, would tell the winner from luck.".to_owned());
    }
    let answer =
        if figures.bars as f64 >= needed { "which is enough" } else { "which is too short" };
    Some(format!(
        "A Sharpe ratio like the winner's needs a record of {} years to be told from luck; the \
         validation range has {has} years, {answer}.",
        years(needed)
    ))
}

fn tiles(input: &StudyReportInput) -> String {
    let figures = &input.overfitting;
    let record = figures.min_track_record_bars.map(|bars| bars / figures.bars_per_year);
    let trials = if figures.ledger_trials > input.trials.len() {
        format!("{} in the ledger", count(figures.ledger_trials))
    } else {
        String::new()
    };
    let tiles = [
        (
            escape(&input.metric),
            number(input.winner().and_then(ReportTrial::score), 3),
            String::new(),
        ),
        ("Trials".to_owned(), count(input.trials.len()), trials),
        ("Effective trials".to_owned(), number(figures.effective_trials, 1), String::new()),
        (
            "Deflated Sharpe".to_owned(),
            percent(figures.deflated_sharpe),
            format!("at least {}", percent(Some(figures.deflated_sharpe_min))),
        ),
        (
            "Over-fitting (PBO)".to_owned(),
            percent(figures.pbo.as_ref().map(|pbo| pbo.probability)),
            format!("at most {}", percent(Some(figures.pbo_max))),
        ),
        ("Record needed, years".to_owned(), number(record, 1), String::new()),
    ];
    let tile = |(title, value, note): (String, String, String)| {
        format!(
            r#"<div class="tile"><span>{title}</span><b>{value}</b><small>{note}</small></div>"#
        )
    };
    format!(r#"<div class="tiles">{}</div>"#, tiles.into_iter().map(tile).collect::<String>())
}
