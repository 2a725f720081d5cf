//! News for the service manager; without one nothing happens.

use sd_notify::NotifyState;

use crate::base::Stopwatch;

/// Tells the service manager that a session is ready, alive, how it stands and that it stops.
///
/// Nothing here can fail a session: a manager that does not listen is no reason to stop trading.
#[derive(Debug)]
pub(crate) struct ServiceManager {
    alive_every_s: Option<f64>,
    last_alive: Option<Stopwatch>,
    last_status: String,
}

impl Default for ServiceManager {
    fn default() -> Self {
        Self::new()
    }
}

impl ServiceManager {
    /// Reads from the environment whether the manager waits for signs of life, and how often.
    #[must_use]
    pub(crate) fn new() -> Self {
        // Twice within the time, as systemd advises.
        let alive_every_s = sd_notify::watchdog_enabled().map(|most| most.as_secs_f64() / 2.0);
        Self { alive_every_s, last_alive: None, last_status: String::new() }
    }

    /// The session is reconciled and trades.
    pub(crate) fn ready(&self) {
        tell(&[NotifyState::Ready]);
    }

    /// The loop is alive. Told at most as often as the manager wants it; call it as often as you like.
    pub(crate) fn alive(&mut self) {
        let Some(every_s) = self.alive_every_s else { return };
        if self.last_alive.is_none_or(|last| last.seconds() >= every_s) {
            self.last_alive = Some(Stopwatch::start());
            tell(&[NotifyState::Watchdog]);
        }
    }

    /// How the session stands, one line; told when it changes.
    pub(crate) fn status(&mut self, line: &str) {
        if line != self.last_status {
            line.clone_into(&mut self.last_status);
            tell(&[NotifyState::Status(line)]);
        }
    }

    /// The session ends.
    pub(crate) fn stopping(&self) {
        tell(&[NotifyState::Stopping]);
    }
}

fn tell(news: &[NotifyState<'_>]) {
    // Without a service manager there is nobody to tell.
    let _ = sd_notify::notify(news);
}
