//! The split as JSON and as a text table.

use serde::Serialize;

use super::{Attribution, DaySplit, Terms};

/// What is kept beside a session: paper minus backtest, in parts.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AttributionDocument {
    /// Version of this layout.
    pub schema_version: u32,
    /// The session that is compared.
    pub session: String,
    /// The split.
    #[serde(flatten)]
    pub attribution: Attribution,
}

impl AttributionDocument {
    /// Makes the document.
    #[must_use]
    pub fn new(session: &str, attribution: Attribution) -> Self {
        Self { schema_version: 1, session: session.to_owned(), attribution }
    }

    /// A table for people: a line a day and the total, in currency units.
    #[must_use]
    pub fn text(&self) -> String {
        let split = &self.attribution;
        let head = ["day", "paper", "backtest", "difference"].map(str::to_owned);
        let names = Terms::default().named().map(|(name, _)| name.to_owned());
        let mut lines = vec![head.into_iter().chain(names).collect::<Vec<String>>()];
        lines.extend(split.days.iter().map(|day| cells(&day.date.to_string(), day)));
        let (paper, backtest, difference) = (split.paper, split.backtest, split.difference);
        let sums = [paper, backtest, difference].map(amount);
        let terms = split.total.named().map(|(_, value)| amount(value));
        lines.push(["total".to_owned()].into_iter().chain(sums).chain(terms).collect());
        aligned(&lines)
    }
}

fn cells(name: &str, day: &DaySplit) -> Vec<String> {
    let sums = [day.paper, day.backtest, day.difference].map(amount);
    let terms = day.terms.named().map(|(_, value)| amount(value));
    [name.to_owned()].into_iter().chain(sums).chain(terms).collect()
}

/// To the cent; nothing has no sign.
fn amount(value: f64) -> String {
    let shown = format!("{value:.2}");
    if shown == "-0.00" { "0.00".to_owned() } else { shown }
}

/// The first column to the left, the others to the right.
fn aligned(lines: &[Vec<String>]) -> String {
    let width = |column: usize| lines.iter().map(|line| line[column].len()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..lines.first().map_or(0, Vec::len)).map(width).collect();
    let mut text = String::new();
    for line in lines {
        for (column, (cell, width)) in line.iter().zip(&widths).enumerate() {
            text += &match column {
                0 => format!("{cell:<width$}"),
                _ => format!("  {cell:>width$}"),
            };
        }
        text.push('\n');
    }
    text
}
