//! Clock and control of a session on an open market.

use std::time::Duration;

use crate::base::{Interrupt, Stopwatch, Timestamp};
use crate::trader::live::SessionClock;
use crate::trader::watchdog::{InHand, Inbox};
use crate::trader::{Command, Pace, Wake};

/// How often the engine is told the time, seconds of the wall clock.
const TIMER_S: f64 = 1.0;
/// How long one wait for a command takes; bars and news of the venue are looked at in between.
const WAIT: Duration = Duration::from_millis(5);

/// Seconds that the agents may take for a decision; later it is not carried out.
const DECISION_S: f64 = 2.0;

/// Lets commands and signals in while a session listens to its venue.
pub(super) struct LivePace {
    clock: SessionClock,
    inbox: Inbox,
    interrupt: Interrupt,
    in_hand: InHand,
    /// A human's resume from before the start.
    resume: bool,
    last_timer: Stopwatch,
}

impl LivePace {
    pub(super) fn new(
        clock: SessionClock,
        inbox: Inbox,
        interrupt: Interrupt,
        resume: bool,
    ) -> Self {
        let (in_hand, last_timer) = (InHand::default(), Stopwatch::start());
        Self { clock, inbox, interrupt, in_hand, resume, last_timer }
    }
}

impl Pace for LivePace {
    fn wake(&mut self, _: Timestamp) -> Wake {
        self.in_hand.finish();
        if let Some(signal) = self.interrupt.stop_requested() {
            return Wake::Stop(signal);
        }
        let time = self.clock.now();
        if std::mem::take(&mut self.resume) {
            let by = Command::BEFORE_START.to_owned();
            return Wake::Command { command: Command::Resume, by, time };
        }
        if let Some(taken) = self.inbox.wait(WAIT) {
            let (command, by) = self.in_hand.take(taken);
            return Wake::Command { command, by, time };
        }
        if self.last_timer.seconds() >= TIMER_S {
            self.last_timer = Stopwatch::start();
            return Wake::Timer(time);
        }
        Wake::Due
    }

    fn may_send(&self) -> bool {
        self.inbox.may_send()
    }

    fn decision_s_max(&self) -> Option<f64> {
        Some(DECISION_S)
    }

    fn cancel_failed(&mut self) {
        self.in_hand.cancel_failed();
    }
}
