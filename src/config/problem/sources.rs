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
        /// The content.
        text: String,
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
        let (name, text, is_file) = match self.0.get(span.source)? {
            Source::File { name, text } => (name.clone(), text, true),
            Source::Assignment { text, .. } => (shortened(text), text, false),
        };
        let first = span.line.saturating_sub(2);
        let numbered = text.lines().enumerate().skip(first).take(span.line + 1 - first);
        let lines = numbered.map(|(index, text)| Line { number: index + 1, text: text.to_owned() });
        Some(Location {
            name,
            source: span.source,
            is_file,
            line: span.line,
            column: span.column,
            length: span.length,
            lines: lines.collect(),
        })
    }
}

fn shortened(text: &str) -> String {
    const LONGEST: usize = 90;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
