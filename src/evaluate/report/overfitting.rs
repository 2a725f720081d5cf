//! How much of the agent is the luck of having tried many.

use super::html::{escape, number};
use crate::metrics::{Overfitting, Pbo, Unit};
use crate::plot::{Histogram, NumberFormat, split_histogram};

/// The figures of the choice, and the splits behind them.
pub(super) fn section(found: &Overfitting) -> String {
    let paragraphs: String =
        found.assessment.lines().map(|line| format!("<p>{}</p>", escape(line))).collect();
    let rows: String = rows(found).iter().map(|row| row.html(found)).collect();
    let notes: String =
        found.notes.iter().map(|note| format!(r#"<p class="note">{}</p>"#, escape(note))).collect();
    let picture = found.splits.as_ref().map(picture).unwrap_or_default();
    format!(
        r#"<section><h2>How much of it is luck</h2><p class="note">Measured on the bars on which the agent was chosen among all its trials, not on the range above.</p>{paragraphs}<div class="scroll"><table class="overfitting"><thead><tr><th>Figure</th><th>Value</th><th>Meaning</th></tr></thead><tbody>{rows}</tbody></table></div>{notes}{picture}</section>"#
    )
}

struct Row {
    name: &'static str,
    title: &'static str,
    value: Option<f64>,
    unit: Unit,
    meaning: &'static str,
}

impl Row {
    fn html(&self, found: &Overfitting) -> String {
        let reason = found.missing.get(self.name).filter(|_| self.value.is_none());
        let reason = reason.map(|text| format!("<small>{}</small>", escape(text)));
        format!(
            r#"<tr><th scope="row">{}</th><td class="n">{}</td><td>{}{}</td></tr>"#,
            self.title,
            number(self.value, self.unit),
            self.meaning,
            reason.unwrap_or_default(),
        )
    }
}

const fn row(
    name: &'static str,
    title: &'static str,
    value: Option<f64>,
    unit: Unit,
    meaning: &'static str,
) -> Row {
    Row { name, title, value, unit, meaning }
}

fn rows(found: &Overfitting) -> [Row; 10] {
    let (all, compared) = (found.trials_counted as f64, found.trials_compared as f64);
    [
        row("trials_counted", "Trials", Some(all), Unit::Count, "Everything that was tried, ever."),
        row(
            "trials_compared",
            "Trials with a Sharpe ratio",
            Some(compared),
            Unit::Count,
            "Those that could have been chosen.",
        ),
        row(
            "effective_trials",
            "Effective trials",
            found.effective_trials,
            Unit::Bars,
            "Independent trials that these are worth, by the likeness of their returns.",
        ),
        row(
            "sharpe",
            "Sharpe ratio of the chosen one",
            found.sharpe,
            Unit::Ratio,
            "Annual, where it was chosen.",
        ),
        row(
            "expected_max_sharpe",
            "Sharpe ratio of luck",
            found.expected_max_sharpe,
            Unit::Ratio,
            "Annual; what the luckiest of so many worthless agents would show.",
        ),
        row(
            "deflated_sharpe",
            "Deflated Sharpe ratio",
            found.deflated_sharpe,
            Unit::Fraction,
            "Probability that the chosen one is better than that; below 95 % luck is a fair explanation.",
        ),
        row(
            "deflated_sharpe_by_spread",
            "Deflated by the spread of the trials",
            found.deflated_sharpe_by_spread,
            Unit::Fraction,
            "The same if luck were as wide as the trials differ: too strict where some are good.",
        ),
        row(
            "pbo",
            "Probability of backtest overfitting",
            found.pbo,
            Unit::Fraction,
            "How often the best of one half of the bars was no better than the median on the other half; about 50 % if choosing adds nothing.",
        ),
        row(
            "min_track_record_years",
            "Shortest sufficient track record, years",
            found.min_track_record_years,
            Unit::Ratio,
            "To tell the ratio of a single agent from 0 with 95 % confidence.",
        ),
        row(
            "min_backtest_years",
            "Shortest sufficient backtest, years",
            found.min_backtest_years,
            Unit::Ratio,
            "From there on so many worthless agents are not expected to show this ratio.",
        ),
    ]
}

fn picture(splits: &Pbo) -> String {
    let title = format!("Ranks on the other half in {} splits", splits.logits.len());
    let picture = split_histogram(
        &Histogram {
            title: &title,
            y_title: "number of splits",
            x_title: "logit of the relative rank; 0 is the median, at or below it the choice did not hold",
            format: NumberFormat::Plain,
            values: &splits.logits,
            markers: Vec::new(),
        },
        0.0,
    );
    format!("<figure>{}</figure>", picture.to_svg())
}
