//! When the watchdog acts: a pure rule over what it sees.

use super::post::SeenKill;

/// Seconds between two looks.
pub(super) const POLL_S: f64 = 0.02;
/// Seconds that the loop has to carry a kill out before the watchdog cancels by itself.
pub(super) const PATIENCE_S: f64 = 0.1;
/// Seconds after which the watchdog cancels again while the loop still hangs: an order may have been on its way.
pub(super) const REPEAT_S: f64 = 1.0;

/// What the watchdog sees at one look; times are seconds since the session began.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Seen {
    pub(super) at_s: f64,
    pub(super) last_beat_s: f64,
    pub(super) kill: Option<SeenKill>,
}

/// Why the watchdog cancels by itself.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cause {
    /// The loop did not carry out this kill in time.
    KillNotDone {
        /// Who asked for it.
        by: String,
    },
    /// The loop has not been alive for this long.
    Hung {
        /// Seconds.
        for_s: f64,
    },
}

/// What was done so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Watch {
    heartbeat_s_max: Option<f64>,
    last_cancel_s: Option<f64>,
}

impl Watch {
    pub(super) const fn new(heartbeat_s_max: Option<f64>) -> Self {
        Self { heartbeat_s_max, last_cancel_s: None }
    }

    /// Whether all orders have to be canceled now, and why.
    pub(super) fn look(&mut self, seen: &Seen) -> Option<Cause> {
        let Some(cause) = self.cause(seen) else {
            self.last_cancel_s = None;
            return None;
        };
        if self.last_cancel_s.is_some_and(|last| seen.at_s - last < REPEAT_S) {
            return None;
        }
        self.last_cancel_s = Some(seen.at_s);
        Some(cause)
    }

    fn cause(&self, seen: &Seen) -> Option<Cause> {
        let silent_s = seen.at_s - seen.last_beat_s;
        if self.heartbeat_s_max.is_some_and(|most| silent_s > most) {
            return Some(Cause::Hung { for_s: silent_s });
        }
        let kill = seen.kill.as_ref().filter(|kill| !kill.is_done)?;
        (seen.at_s - kill.asked_s >= PATIENCE_S).then(|| Cause::KillNotDone { by: kill.by.clone() })
    }
}
