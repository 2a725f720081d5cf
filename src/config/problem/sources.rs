//! The texts that a configuration was read from.

use super::report::Line;
use super::{Location, Problem};
use crate::config::yaml::Span;

/// One text: a file, a variable or an option.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Source {
    /// A file, or a text that stands for one.
    File {
        /// The path as the user gave it.
        name: String,
        /// The content, line by line.
        lines: Vec<String>,
    },
    /// An option such as `--set a.b=c`, or a variable such as `RELEAT_A__B=c`.
    Assignment {
        /// What stands before the first `=` or space: `--set` or the variable's name.
        origin: String,
        /// All of it, on one line.
        text: String,
    },
}

/// All texts, by their number.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Sources(Vec<Source>);

impl Sources {
    /// Adds the content of a file and returns its number.
    pub(crate) fn add_file(&mut self, name: &str, text: &str) -> usize {
        let lines = text.lines().map(str::to_owned).collect();
        self.add(Source::File { name: name.to_owned(), lines })
    }

    /// Adds a text and returns its number.
    pub(crate) fn add(&mut self, source: Source) -> usize {
        self.0.push(source);
        self.0.len() - 1
    }

    /// Where a value came from, in one phrase.
    pub(crate) fn origin(&self, span: Span) -> String {
        match self.0.get(span.source) {
            Some(Source::File { name, .. }) => format!("{name}:{}:{}", span.line, span.column),
            Some(Source::Assignment { origin, .. }) => origin.clone(),
            None => "default".to_owned(),
        }
    }

    /// A problem at a place.
    pub(crate) fn problem(&self, key: Option<String>, text: String, span: Span) -> Problem {
        Problem { key, text, location: self.locate(span) }
    }

    fn locate(&self, span: Span) -> Option<Location> {
        let (name, lines) = match self.0.get(span.source)? {
            Source::File { name, lines } => (name.clone(), around(lines, span.line)),
            Source::Assignment { text, .. } => (shortened(text), Vec::new()),
        };
        Some(Location {
            name,
            source: span.source,
            line: span.line,
            column: span.column,
            length: span.length,
            lines,
        })
    }
}

/// The line itself and its neighbors.
fn around(lines: &[String], line: usize) -> Vec<Line> {
    let first = line.saturating_sub(2);
    let numbered = lines.iter().enumerate().skip(first).take(line + 1 - first);
    let mut shown: Vec<Line> =
        numbered.map(|(index, text)| Line { number: index + 1, text: text.clone() }).collect();
    // The end of a file lies behind its last line.
    if shown.last().is_none_or(|last| last.number < line) {
        shown.push(Line { number: line, text: String::new() });
    }
    shown
}

fn shortened(text: &str) -> String {
    const LONGEST: usize = 90;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
