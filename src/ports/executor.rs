//! What an engine that runs processes on other machines can do.

use std::collections::BTreeMap;
use std::fmt;

use super::RemoteError;

/// An engine that brings processes to life: Ray, Slurm.
///
/// It knows nothing of trials. A launch that ends tells only that its process has ended; what the
/// process did is in the store.
pub trait Executor: Send + Sync {
    /// How many launches could begin right now.
    ///
    /// # Errors
    /// [`ExecutorError`]
    fn capacity(&self) -> Result<usize, ExecutorError>;

    /// Starts a process. A launch of the same name that the engine has already is taken over, so that
    /// asking twice does not start two.
    ///
    /// # Errors
    /// [`ExecutorError`]; if it [is transient](ExecutorError::is_transient), whether the process was
    /// started is not known, and asking again is safe.
    fn launch(&self, launch: &Launch) -> Result<LaunchId, ExecutorError>;

    /// How the launches stand, in the order of `ids`.
    ///
    /// # Errors
    /// [`ExecutorError`]
    fn poll(&self, ids: &[LaunchId]) -> Result<Vec<LaunchState>, ExecutorError>;

    /// Asks a process to end; one that has ended already is no error.
    ///
    /// A promise of nothing: a launch that still waits for its turn may start all the same.
    ///
    /// # Errors
    /// [`ExecutorError`]
    fn stop(&self, id: &LaunchId) -> Result<(), ExecutorError>;
}

/// A process to start for one attempt at one job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Launch {
    /// The study.
    pub study: String,
    /// Number of the job.
    pub job: u64,
    /// Number of the attempt.
    pub attempt: u32,
    /// The program and its arguments, not yet quoted for a shell.
    pub command: Vec<String>,
    /// Variables of the process besides those of the machine.
    pub env: BTreeMap<String, String>,
}

impl Launch {
    /// The name under which every engine knows this launch.
    #[must_use]
    pub fn id(&self) -> LaunchId {
        LaunchId::new(&self.study, self.job, self.attempt)
    }

    /// The command as a line for a POSIX shell, which the program replaces, so that signals and exit
    /// codes are its own.
    #[must_use]
    pub fn shell_line(&self) -> String {
        format!("exec {}", shell_words(&self.command))
    }
}

/// The name of a launch, `study-job-attempt`; of letters, digits, `.`, `_` and `-` only.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LaunchId(String);

impl LaunchId {
    /// The name of an attempt at a job.
    #[must_use]
    pub fn new(study: &str, job: u64, attempt: u32) -> Self {
        let plain = |c: char| if c.is_ascii_alphanumeric() || "._".contains(c) { c } else { '-' };
        let study: String = study.chars().map(plain).collect();
        Self(format!("{study}-{job}-{attempt}"))
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for LaunchId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How a launch stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LaunchState {
    /// It waits for its turn.
    Pending,
    /// Its process runs.
    Running,
    /// Its process ended with exit code 0.
    Succeeded,
    /// It ended in another way.
    Failed(LaunchFailure),
    /// Somebody stopped it.
    Stopped,
    /// The engine knows nothing of it, as after its restart.
    Gone,
}

impl LaunchState {
    /// Whether the process may still do something.
    #[must_use]
    pub const fn is_alive(&self) -> bool {
        matches!(self, Self::Pending | Self::Running)
    }
}

/// Why a launch failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaunchFailure {
    /// The exit code of the process; negative for the signal that killed it.
    pub exit_code: Option<i32>,
    /// The engine's words.
    pub reason: String,
    /// Whose fault it was.
    pub fault: Fault,
}

/// Whose fault it is that a launch failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The process ended so by itself, or was killed.
    Process,
    /// The engine could not start it or lost its machine; another attempt may go well.
    Engine,
}

/// An engine did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum ExecutorError {
    /// No usable answer over the network.
    #[error(transparent)]
    Remote(#[from] RemoteError),
    /// The engine does not take the launch, now or later.
    #[error("{executor} does not take the launch {id}: {reason}")]
    Denied {
        /// Which engine.
        executor: &'static str,
        /// Which launch.
        id: LaunchId,
        /// Its own words.
        reason: String,
    },
    /// A program of the engine cannot be run on this machine.
    #[error("cannot run {program} of {executor}")]
    Program {
        /// Which engine.
        executor: &'static str,
        /// Which program.
        program: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// A program of the engine failed.
    #[error("{program} of {executor} failed: {reason}")]
    Refused {
        /// Which engine.
        executor: &'static str,
        /// Which program.
        program: String,
        /// Its own words.
        reason: String,
        /// Whether another try may go well.
        is_transient: bool,
    },
    /// A program of the engine printed something else.
    #[error("{program} of {executor} must print {expected}, found `{found}`")]
    Malformed {
        /// Which engine.
        executor: &'static str,
        /// Which program.
        program: String,
        /// What it documents.
        expected: &'static str,
        /// What it printed.
        found: String,
    },
}

impl ExecutorError {
    /// Whether trying again later may help.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        match self {
            Self::Remote(error) => error.is_transient(),
            Self::Refused { is_transient, .. } => *is_transient,
            Self::Denied { .. } | Self::Program { .. } | Self::Malformed { .. } => false,
        }
    }

    /// What the user can do next.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let text = match self {
            Self::Remote(RemoteError::KeyRefused { variable, .. }) => {
                return Some(format!("check the token in {variable}"));
            }
            Self::Remote(RemoteError::Refused { status: 401 | 403, .. }) => {
                "the cluster wants a token: export it as the variable that \
                 executors.ray.token_variable names"
            }
            Self::Remote(RemoteError::Address { .. }) => "check executors.ray.url",
            Self::Remote(error) if error.is_transient() => {
                "run the same command again when the engine is up; the study goes on where it stood"
            }
            Self::Program { .. } => "run this on a machine from which jobs can be submitted",
            _ => return None,
        };
        Some(text.to_owned())
    }

    /// The exit code of a command that ends with this error.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Remote(error) => error.exit_code(),
            Self::Refused { is_transient: true, .. } => 4,
            Self::Denied { .. } | Self::Program { .. } | Self::Refused { .. } => 2,
            Self::Malformed { .. } => 3,
        }
    }
}

/// Words as a POSIX shell must see them to mean them as they are.
#[must_use]
pub fn shell_words(words: &[String]) -> String {
    let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
    words.join(" ")
}

/// A word as a POSIX shell must see it to mean it as it is.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_@%+=:,./-".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_survive_a_shell() {
        for (word, expected) in [
            ("releat", "releat"),
            ("--store=postgres://me@host:5432/name", "--store=postgres://me@host:5432/name"),
            ("", "''"),
            ("a b", "'a b'"),
            ("it's", r"'it'\''s'"),
            ("$(rm x);`y`", "'$(rm x);`y`'"),
        ] {
            assert_eq!(quoted(word), expected);
        }
    }

    #[test]
    fn a_launch_has_one_name_everywhere() {
        let launch = Launch {
            study: "my agent/2026".to_owned(),
            job: 7,
            attempt: 2,
            command: vec!["printf".to_owned(), "%s".to_owned(), "a b".to_owned()],
            env: BTreeMap::new(),
        };
        assert_eq!(launch.id().as_str(), "my-agent-2026-7-2");
        assert_eq!(launch.shell_line(), "exec printf %s 'a b'");
    }
}
