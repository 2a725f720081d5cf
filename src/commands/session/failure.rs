//! How a command ends when it does not end well.

use std::any::Any;
use std::error::Error;
use std::fmt::{self, Write as _};

use crate::base::{StopSignal, without_secrets};

/// Why a command failed; decides the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureKind {
    /// A gate, check, proof or comparison said no.
    No,
    /// Usage or configuration.
    Usage,
    /// Data missing, stale, damaged, not matching, or a file that cannot be read or written.
    Data,
    /// Something that waiting may cure, such as a lock held by another process.
    Remote,
    /// Refused for safety.
    Refused,
    /// Partly done; the output says what is missing.
    Partial,
    /// A bug in releat.
    Bug,
    /// Stopped by a signal after a checkpoint.
    Stopped(StopSignal),
}

impl FailureKind {
    /// The kind that has this exit code; anything unknown is a bug.
    #[must_use]
    pub const fn from_exit_code(code: u8) -> Self {
        match code {
            1 => Self::No,
            2 => Self::Usage,
            3 => Self::Data,
            4 => Self::Remote,
            5 => Self::Refused,
            6 => Self::Partial,
            _ => Self::Bug,
        }
    }

    /// How bad it is, next to how others ended: a stop that was asked for counts least, a bug most.
    #[must_use]
    pub const fn severity(self) -> u8 {
        match self {
            Self::Stopped(_) => 0,
            Self::No => 1,
            Self::Partial => 2,
            Self::Remote => 3,
            Self::Data => 4,
            Self::Usage => 5,
            Self::Refused => 6,
            Self::Bug => 7,
        }
    }

    /// The exit code.
    #[must_use]
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::No => 1,
            Self::Usage => 2,
            Self::Data => 3,
            Self::Remote => 4,
            Self::Refused => 5,
            Self::Partial => 6,
            Self::Bug => 70,
            Self::Stopped(signal) => signal.exit_code(),
        }
    }
}

/// An error with its exit code and a next step.
#[derive(Debug)]
pub struct Failure {
    kind: FailureKind,
    error: Box<dyn Error + Send + Sync>,
    hint: Option<String>,
}

impl Failure {
    /// Wraps an error.
    pub fn new(kind: FailureKind, error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { kind, error: error.into(), hint: None }
    }

    /// Adds a next step, best a command to run.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// A panic, told as a bug report.
    #[must_use]
    pub fn bug(payload: &(dyn Any + Send)) -> Self {
        let text = payload
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| payload.downcast_ref::<&str>().copied())
            .unwrap_or("no message");
        Self::new(FailureKind::Bug, format!("a bug in releat: {text}"))
            .hint("please report it with the command line and the configuration")
    }

    /// Why the command failed.
    #[must_use]
    pub const fn kind(&self) -> FailureKind {
        self.kind
    }
}

impl fmt::Display for Failure {
    /// `error: …`, a `caused by: …` line per source, then `hint: …`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = self.error.to_string();
        if !text.starts_with("error: ") {
            text.insert_str(0, "error: ");
        }
        let mut source = self.error.source();
        while let Some(cause) = source {
            write!(text, "\n  caused by: {cause}")?;
            source = cause.source();
        }
        if let Some(hint) = &self.hint {
            write!(text, "\nhint: {hint}")?;
        }
        // Nobody knows what an argument, an answer or a panic has in it.
        f.write_str(&without_secrets(&text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::read_text;

    #[test]
    fn an_error_shows_its_causes_and_the_next_step() {
        let error = read_text(std::path::Path::new("/none/such")).unwrap_err();
        let failure = Failure::new(FailureKind::Data, error).hint("releat init");
        assert_eq!(
            failure.to_string(),
            "error: cannot read /none/such\n  caused by: No such file or directory (os error 2)\n\
             hint: releat init"
        );
        assert_eq!(failure.kind().exit_code(), 3);
    }
}
