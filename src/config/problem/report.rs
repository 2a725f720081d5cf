//! Every problem of one reading.

use std::fmt;

use super::render;

/// One problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The dotted key it is about, if it is about one.
    pub key: Option<String>,
    /// What was expected and what was found.
    pub text: String,
    /// Where; absent if it is nowhere in a text, such as a file that is missing.
    pub location: Option<Location>,
}

/// A place in a file, option or variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// The file as the user named it, or the option or variable in full.
    pub name: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    pub(super) source: usize,
    pub(super) length: usize,
    /// The lines around it in a file; none for an option or variable.
    pub(super) lines: Vec<Line>,
}

impl Location {
    /// Sorts by layer, then by place.
    pub(crate) const fn order(&self) -> (usize, usize, usize) {
        (self.source, self.line, self.column)
    }
}

/// A line of the text around a problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) number: usize,
    pub(super) text: String,
}

/// Every problem of a configuration, in the order of the files; never empty.
///
/// Shown as a block for each problem with its place and a few lines around it, the number of
/// problems, and a hint. Without colors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigErrors {
    problems: Vec<Problem>,
}

impl ConfigErrors {
    pub(crate) const fn new(problems: Vec<Problem>) -> Self {
        Self { problems }
    }

    /// A single problem without a place.
    pub(crate) fn nowhere(text: String) -> Self {
        Self::new(vec![Problem { key: None, text, location: None }])
    }

    /// The problems.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// What to run next, if anything helps.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        let begins = |text: &str| self.problems.iter().any(|p| p.text.starts_with(text));
        if begins("no agent file") {
            return Some("releat init writes a first agent file");
        }
        let is_about_keys = self.problems.iter().any(|problem| problem.key.is_some());
        is_about_keys.then_some(
            "releat config schema > agent.schema.json lets an editor show every key as you type",
        )
    }
}

impl std::error::Error for ConfigErrors {}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 30;
        for problem in self.problems.iter().take(SHOWN) {
            render::problem(f, problem)?;
            writeln!(f)?;
        }
        match self.problems.len() {
            1 => write!(f, "1 problem in the configuration")?,
            count if count > SHOWN => {
                write!(f, "{count} problems in the configuration, the first {SHOWN} shown")?;
            }
            count => write!(f, "{count} problems in the configuration")?,
        }
        match self.hint() {
            Some(hint) => write!(f, "\nhint: {hint}"),
            None => Ok(()),
        }
    }
}
