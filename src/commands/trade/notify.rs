//! News for the service manager; without one nothing happens.

use std::sync::{Arc, Mutex, PoisonError};

use sd_notify::NotifyState;

use crate::base::Stopwatch;

/// Tells the service manager that a session is ready, alive, how it stands and that it stops.
///
/// Where several sessions share a process, the manager hears what is true of all of them: ready when the last one has
/// started or failed, alive while each one that runs is alive, stopping when none runs any more.
///
/// Nothing here can fail a session: a manager that does not listen is no reason to stop trading.
#[derive(Debug)]
pub(crate) struct ServiceManager {
    all: Arc<Mutex<Sessions>>,
    own: usize,
}

#[derive(Debug)]
struct Sessions {
    alive_every_s: Option<f64>,
    told_alive: Option<Stopwatch>,
    told_status: String,
    is_ready: bool,
    one_each: Vec<One>,
}

#[derive(Debug, Clone, Default)]
struct One {
    stage: Stage,
    last_alive: Option<Stopwatch>,
    status: String,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Stage {
    #[default]
    Starting,
    Running,
    Over,
}

impl ServiceManager {
    /// Reads from the environment whether the manager waits for signs of life, and how often; one for each of `count`
    /// sessions.
    #[must_use]
    pub(crate) fn of_sessions(count: usize) -> Vec<Self> {
        // Twice within the time, as systemd advises.
        let alive_every_s = sd_notify::watchdog_enabled().map(|most| most.as_secs_f64() / 2.0);
        let all = Arc::new(Mutex::new(Sessions::new(count, alive_every_s)));
        (0..count).map(|own| Self { all: Arc::clone(&all), own }).collect()
    }

    /// The session is reconciled and trades.
    pub(crate) fn ready(&self) {
        self.tell(|all, own| all.enter(own, Stage::Running));
    }

    /// The loop is alive. Told at most as often as the manager wants it; call it as often as you like.
    pub(crate) fn alive(&mut self) {
        self.tell(Sessions::alive);
    }

    /// How the session stands, one line; told when it changes.
    pub(crate) fn status(&mut self, line: &str) {
        self.tell(|all, own| all.status(own, line));
    }

    /// The session ends.
    pub(crate) fn stopping(&self) {
        self.tell(|all, own| all.enter(own, Stage::Over));
    }

    fn tell(&self, news: impl FnOnce(&mut Sessions, usize) -> Option<News>) {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let state = match news(&mut all, self.own) {
            None => return,
            Some(News::Ready) => NotifyState::Ready,
            Some(News::Alive) => NotifyState::Watchdog,
            Some(News::Stopping) => NotifyState::Stopping,
            Some(News::Status) => NotifyState::Status(&all.told_status),
        };
        // Without a service manager there is nobody to tell.
        let _ = sd_notify::notify(&[state]);
    }
}

impl Drop for ServiceManager {
    fn drop(&mut self) {
        self.stopping();
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum News {
    Ready,
    Alive,
    Status,
    Stopping,
}

impl Sessions {
    fn new(count: usize, alive_every_s: Option<f64>) -> Self {
        let (told_alive, told_status) = (None, String::new());
        let one_each = vec![One::default(); count];
        Self { alive_every_s, told_alive, told_status, is_ready: false, one_each }
    }

    fn enter(&mut self, own: usize, stage: Stage) -> Option<News> {
        if std::mem::replace(&mut self.one_each[own].stage, stage) == stage {
            return None;
        }
        let is_none = |stage| self.one_each.iter().all(|one| one.stage != stage);
        if is_none(Stage::Starting) && is_none(Stage::Running) {
            return self.is_ready.then_some(News::Stopping);
        }
        let is_now_ready = !self.is_ready && is_none(Stage::Starting);
        self.is_ready |= is_now_ready;
        is_now_ready.then_some(News::Ready)
    }

    fn alive(&mut self, own: usize) -> Option<News> {
        let every_s = self.alive_every_s?;
        self.one_each[own].last_alive = Some(Stopwatch::start());
        let is_due = self.told_alive.is_none_or(|last| last.seconds() >= every_s);
        let is_alive = |one: &One| {
            one.stage != Stage::Running
                || one.last_alive.is_none_or(|last| last.seconds() < every_s)
        };
        if !is_due || !self.one_each.iter().all(is_alive) {
            return None;
        }
        self.told_alive = Some(Stopwatch::start());
        Some(News::Alive)
    }

    fn status(&mut self, own: usize, line: &str) -> Option<News> {
        line.clone_into(&mut self.one_each[own].status);
        let running = self.one_each.iter().filter(|one| one.stage == Stage::Running);
        let lines: Vec<&str> = running.map(|one| one.status.as_str()).collect();
        let text = lines.join("; ");
        let is_news = text != self.told_status;
        self.told_status = text;
        is_news.then_some(News::Status)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_session_says_everything_itself() {
        let mut all = Sessions::new(1, Some(0.0));
        assert_eq!(all.enter(0, Stage::Running), Some(News::Ready));
        assert_eq!(all.alive(0), None, "zero seconds are over at once");
        all.alive_every_s = Some(1e9);
        assert_eq!(all.alive(0), Some(News::Alive));
        assert_eq!(all.alive(0), None, "it was told a moment ago");
        assert_eq!(all.status(0, "a"), Some(News::Status));
        assert_eq!(all.status(0, "a"), None);
        assert_eq!(all.enter(0, Stage::Over), Some(News::Stopping));
        assert_eq!(all.enter(0, Stage::Over), None);
    }

    #[test]
    fn several_sessions_speak_with_one_voice() {
        let mut all = Sessions::new(3, None);
        assert_eq!(all.enter(0, Stage::Running), None, "two have not started");
        assert_eq!(all.enter(2, Stage::Over), None, "it failed");
        assert_eq!(all.enter(1, Stage::Running), Some(News::Ready));
        all.status(0, "a: running");
        all.status(1, "b: paused");
        assert_eq!(all.told_status, "a: running; b: paused");
        assert_eq!(all.enter(0, Stage::Over), None, "one still trades");
        assert_eq!(all.enter(1, Stage::Over), Some(News::Stopping));
    }

    #[test]
    fn one_that_hangs_is_a_process_that_hangs() {
        let mut all = Sessions::new(2, Some(1e9));
        all.enter(0, Stage::Running);
        all.enter(1, Stage::Running);
        all.alive(1);
        assert_eq!(all.alive(0), None, "told a moment ago");
        all.told_alive = None;
        assert_eq!(all.alive(0), Some(News::Alive));
        all.told_alive = None;
        // Nothing was heard of the other one for as long as is allowed.
        all.alive_every_s = Some(0.0);
        assert_eq!(all.alive(0), None);
    }
}
