//! Tables of trials and settings.

use super::charts::{short_names, shown_value};
use super::html::{count, number};
use super::input::{ReportParam, ReportTrial, StudyReportInput, TrialEnd};
use crate::evaluate::report::escape;

/// Trials in the table of the best.
const BEST: usize = 20;
/// More parameters have no column of their own; the winner's table has all.
const COLUMNS: usize = 12;

/// The trials with the highest values, complete ones first.
pub(super) fn best_trials(input: &StudyReportInput) -> String {
    let mut trials: Vec<&ReportTrial> =
        input.sorted().into_iter().filter(|trial| trial.score().is_some()).collect();
    let rank = |trial: &ReportTrial| u8::from(trial.state != TrialEnd::Complete);
    let value = |trial: &ReportTrial| trial.score().unwrap_or(f64::MIN);
    trials.sort_by(|a, b| rank(a).cmp(&rank(b)).then(value(b).total_cmp(&value(a))));
    if trials.is_empty() {
        return "<p>No trial has a score.</p>".to_owned();
    }
    let params = columns(input);
    let head = |(param, short): (&ReportParam, &String)| {
        format!(r#"<th title="{}">{}</th>"#, escape(&param.name), escape(short))
    };
    let heads: String = params.iter().zip(&short_names(&params)).map(head).collect();
    let rows: String =
        trials.iter().take(BEST).map(|trial| row(trial, &params, input.best)).collect();
    let shown = trials.len().min(BEST);
    format!(
        r#"<div class="scroll"><table class="trials"><thead><tr><th class="n">Trial</th><th>End</th><th class="n">Value</th><th class="n">Steps</th>{heads}</tr></thead><tbody>{rows}</tbody></table></div><p class="note">{shown} of {} trials, those that reached the last rung first.</p>"#,
        count(input.trials.len())
    )
}

/// The most important parameters, in the order of the search space.
fn columns(input: &StudyReportInput) -> Vec<ReportParam> {
    let all = input.all_params();
    if all.len() <= COLUMNS {
        return all;
    }
    let place = |param: &ReportParam| {
        input.importances.iter().position(|(own, _)| *own == param.name).unwrap_or(usize::MAX)
    };
    let mut ranked = all;
    ranked.sort_by_key(place);
    ranked.truncate(COLUMNS);
    ranked
}

fn row(trial: &ReportTrial, params: &[ReportParam], best: Option<usize>) -> String {
    let setting = |param: &ReportParam| {
        let shown = trial.param(&param.name).map_or_else(|| "–".to_owned(), shown_value);
        let shown = escape(&shown);
        format!(r#"<td class="setting" title="{shown}">{shown}</td>"#)
    };
    let cells: String = params.iter().map(setting).collect();
    let class = if Some(trial.number) == best { r#" class="winner""# } else { "" };
    let steps = trial.reports.last().map_or(0, |report| report.0);
    format!(
        r#"<tr{class}><td class="n">{}</td><td>{}</td><td class="n">{}</td><td class="n">{}</td>{cells}</tr>"#,
        trial.number,
        word(trial.state),
        number(trial.score(), 4),
        count(usize::try_from(steps).unwrap_or(usize::MAX)),
    )
}

const fn word(state: TrialEnd) -> &'static str {
    match state {
        TrialEnd::Running => "running",
        TrialEnd::Complete => "complete",
        TrialEnd::Pruned => "pruned",
        TrialEnd::Failed => "failed",
    }
}

/// Every setting of the winner, as exact as it is stored.
pub(super) fn winner(input: &StudyReportInput) -> String {
    let Some(winner) = input.winner() else {
        return "<p>There is no winner.</p>".to_owned();
    };
    let setting = |(name, value): &(String, serde_json::Value)| {
        let exact = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        format!(
            "<tr><td><code>{}</code></td><td><code>{}</code></td></tr>",
            escape(name),
            escape(&exact)
        )
    };
    let rows: String = winner.params.iter().map(setting).collect();
    let bundle = input
        .bundle
        .as_ref()
        .map(|bundle| format!("<p>Its bundle: <code>{}</code></p>", escape(bundle)))
        .unwrap_or_default();
    format!(
        r#"{bundle}<table class="settings"><thead><tr><th>Setting</th><th>Value</th></tr></thead><tbody>{rows}</tbody></table>"#
    )
}

/// Test range, Sharpe ratios and return of each fold; nothing without folds.
pub(super) fn folds(input: &StudyReportInput) -> Option<String> {
    let walk = input.walk_forward.as_ref().filter(|walk| !walk.folds.is_empty())?;
    let row = |(index, fold): (usize, &super::input::ReportFold)| {
        format!(
            r#"<tr><td class="n">{}</td><td>{}</td><td class="n">{}</td><td class="n">{}</td><td class="n">{}</td></tr>"#,
            index + 1,
            fold.test,
            number(fold.validation_sharpe, 2),
            number(fold.test_sharpe, 2),
            super::html::percent(fold.test_return),
        )
    };
    let rows: String = walk.folds.iter().enumerate().map(row).collect();
    Some(format!(
        r#"<details><summary>All folds</summary><div class="scroll"><table class="folds"><thead><tr><th class="n">Fold</th><th>Test range</th><th class="n">Sharpe, validation</th><th class="n">Sharpe, test</th><th class="n">Return, test</th></tr></thead><tbody>{rows}</tbody></table></div></details>"#
    ))
}
