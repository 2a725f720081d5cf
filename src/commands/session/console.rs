//! Standard output for data, standard error for talk.

use std::io::{self, Write};
use std::sync::Arc;

use serde::Serialize;

use super::{Failure, FailureKind};

/// Form of the data on standard output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutputFormat {
    /// Tables for people.
    Text,
    /// One document with `schema_version`.
    Json,
}

/// How much talk is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Talk {
    /// Errors only.
    Quiet,
    /// What a person wants to know.
    Normal,
    /// More.
    Verbose,
}

/// The two streams of a command.
#[derive(Debug, Clone)]
pub struct Console {
    /// Form of the data.
    pub format: OutputFormat,
    /// How much talk.
    pub talk: Talk,
    /// What stands before every line of talk, where several sessions talk.
    pub name: Option<Arc<str>>,
}

impl Console {
    /// Writes one JSON document or, in text form, the text.
    ///
    /// # Errors
    /// If standard output cannot take it.
    pub fn document(
        &self,
        document: &impl Serialize,
        text: impl FnOnce() -> String,
    ) -> Result<(), Failure> {
        let shown = match self.format {
            OutputFormat::Text => text(),
            OutputFormat::Json => serde_json::to_string_pretty(document)
                .map_err(|error| Failure::new(FailureKind::Bug, error))?,
        };
        self.data(&shown)
    }

    /// Writes text as data.
    ///
    /// # Errors
    /// If standard output cannot take it. A reader that closed the pipe is no error.
    pub fn data(&self, text: &str) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        let newline = if text.ends_with('\n') || text.is_empty() { "" } else { "\n" };
        match write!(out, "{text}{newline}").and_then(|()| out.flush()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            Err(error) => Err(Failure::new(
                FailureKind::Partial,
                format!("the work is done but standard output cannot take the result: {error}"),
            )),
            Ok(()) => Ok(()),
        }
    }

    /// The same streams, with a name before every line of talk.
    #[must_use]
    pub fn named(&self, name: &str) -> Self {
        Self { name: Some(name.into()), ..self.clone() }
    }

    /// Says something to the person at the terminal, unless quiet.
    pub fn say(&self, text: &str) {
        if self.talk >= Talk::Normal {
            self.tell(text);
        }
    }

    /// Says why something failed, however quiet it should be.
    pub fn tell(&self, text: &str) {
        let text = match &self.name {
            Some(name) => text.lines().map(|line| format!("{name}: {line}\n")).collect(),
            None => format!("{text}\n"),
        };
        // Nobody is left to tell if standard error is closed.
        let _ = io::stderr().lock().write_all(text.as_bytes());
    }

    /// Says something only a curious person wants to know.
    pub fn detail(&self, text: &str) {
        if self.talk >= Talk::Verbose {
            self.say(text);
        }
    }
}
