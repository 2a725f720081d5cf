//! What the process gives a session: its signals and its service manager.

use crate::base::{Interrupt, KillSignal};
use crate::commands::trade::notify::ServiceManager;
use crate::commands::{Failure, FailureKind, SessionOptions};

/// Signals and service manager, as one session has them.
#[derive(Debug)]
pub(in crate::commands::trade) struct Process {
    /// Raised by SIGINT and SIGTERM, for all sessions of the process.
    pub(in crate::commands::trade) interrupt: Interrupt,
    /// Raised by SIGUSR1, for each session by itself: it is lowered where it was seen.
    pub(super) kill: KillSignal,
    pub(super) manager: ServiceManager,
}

impl Process {
    /// For the only session of the process.
    ///
    /// # Errors
    /// [`FailureKind::Bug`] if the system refuses a handler.
    pub(in crate::commands::trade) fn alone(options: &SessionOptions) -> Result<Self, Failure> {
        let mut all = Self::shared(options, 1)?;
        all.pop().ok_or_else(|| Failure::new(FailureKind::Bug, "a process without a session"))
    }

    /// For each of `count` sessions. The handlers are there before the first session is, so that no signal ends the
    /// process by default.
    ///
    /// # Errors
    /// [`FailureKind::Bug`] if the system refuses a handler.
    pub(in crate::commands::trade) fn shared(
        options: &SessionOptions,
        count: usize,
    ) -> Result<Vec<Self>, Failure> {
        let interrupt = options.interrupt()?;
        let managers = ServiceManager::of_sessions(count).into_iter();
        let process = |manager| {
            let kill =
                KillSignal::on_signal().map_err(|error| Failure::new(FailureKind::Bug, error))?;
            Ok(Self { interrupt: interrupt.clone(), kill, manager })
        };
        managers.map(process).collect()
    }
}
