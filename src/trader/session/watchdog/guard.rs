//! The thread of the watchdog.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use super::post::Commander;
use super::watch::{Cause, POLL_S, Seen, Watch};
use crate::base::KillSignal;
use crate::ports::CancelAll;
use crate::trader::Command;

/// What a watchdog watches.
#[derive(Debug, Clone)]
pub struct WatchdogOptions {
    /// The signal that kills.
    pub signal: KillSignal,
    /// Seconds without a sign of the loop after which all orders are canceled; absent: never.
    pub heartbeat_s_max: Option<f64>,
}

/// What the watchdog has to tell.
#[derive(Debug, Clone, PartialEq)]
pub enum WatchNotice {
    /// The loop has shown that it is alive, not more than one poll ago.
    Alive,
    /// Somebody asked for a kill: `cli`, `signal`, `file` or `watchdog`.
    KillAsked {
        /// Who.
        by: String,
    },
    /// The watchdog canceled all orders by itself.
    Canceled {
        /// Why, in words.
        why: String,
        /// How many orders.
        orders: usize,
    },
    /// The watchdog could not cancel; it tries again in a second.
    CancelFailed {
        /// Why it tried.
        why: String,
        /// Why it failed.
        detail: String,
    },
}

/// A thread that cancels all orders when the loop of the session does not; it ends when dropped.
#[derive(Debug)]
pub struct Watchdog {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Watchdog {
    /// Starts watching. From here on the loop has to take commands or beat.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub fn start(
        options: WatchdogOptions,
        commander: Commander,
        broker: Box<dyn CancelAll>,
        mut tell: Box<dyn FnMut(WatchNotice) + Send>,
    ) -> io::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let asked_to_stop = Arc::clone(&stop);
        let mut round = Round::new(&options, commander);
        let thread = std::thread::Builder::new().name("watchdog".to_owned()).spawn(move || {
            while !asked_to_stop.load(Ordering::SeqCst) {
                round.go(&options.signal, broker.as_ref(), tell.as_mut());
                std::thread::sleep(Duration::from_secs_f64(POLL_S));
            }
        })?;
        Ok(Self { stop, thread: Some(thread) })
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has nothing left to do.
            let _ = thread.join();
        }
    }
}

/// One look after the other.
pub(super) struct Round {
    commander: Commander,
    watch: Watch,
    told_beat_s: f64,
    is_kill_told: bool,
}

impl Round {
    pub(super) fn new(options: &WatchdogOptions, commander: Commander) -> Self {
        let watch = Watch::new(options.heartbeat_s_max);
        Self { commander, watch, told_beat_s: -1.0, is_kill_told: false }
    }

    /// Looks once, acts if it must, and tells what it did.
    pub(super) fn go(
        &mut self,
        signal: &KillSignal,
        broker: &dyn CancelAll,
        tell: &mut (dyn FnMut(WatchNotice) + Send),
    ) {
        if signal.take() {
            // Only a resume can fail.
            let _ = self.commander.send(Command::Kill, "signal");
        } else {
            self.commander.kill_by_file();
        }
        let seen = Seen {
            at_s: self.commander.seconds(),
            last_beat_s: self.commander.last_beat_s(),
            kill: self.commander.seen_kill(),
        };
        // Canceling comes before telling: whoever listens may be slow.
        if let Some(cause) = self.watch.look(&seen) {
            let notice = self.cancel(&cause, broker);
            tell(notice);
        }
        self.tell_news(&seen, tell);
    }

    fn cancel(&self, cause: &Cause, broker: &dyn CancelAll) -> WatchNotice {
        let why = match cause {
            Cause::KillNotDone { by } => format!("the loop did not carry out the kill by {by}"),
            Cause::Hung { for_s } => format!("the loop has been silent for {for_s:.1} s"),
        };
        if matches!(cause, Cause::Hung { .. }) {
            let _ = self.commander.kill("watchdog");
        }
        match broker.cancel_all() {
            Ok(orders) => {
                self.commander.settle_kill();
                WatchNotice::Canceled { why, orders }
            }
            Err(error) => WatchNotice::CancelFailed { why, detail: error.to_string() },
        }
    }

    fn tell_news(&mut self, seen: &Seen, tell: &mut (dyn FnMut(WatchNotice) + Send)) {
        if let Some(kill) = seen.kill.as_ref().filter(|_| !self.is_kill_told) {
            tell(WatchNotice::KillAsked { by: kill.by.clone() });
        }
        self.is_kill_told = seen.kill.is_some();
        if seen.last_beat_s > self.told_beat_s {
            self.told_beat_s = seen.last_beat_s;
            tell(WatchNotice::Alive);
        }
    }
}
