//! Clock and control of a session that runs here.

use std::time::Duration;

use crate::base::{Interrupt, Stopwatch, Timestamp};
use crate::connectors::simulated::faults::{CrashPoint, FaultPlan};
use crate::trader::watchdog::{InHand, Inbox, Taken};
use crate::trader::{Command, Moment, Pace, Wake};

/// How often the time is told while a session waits, seconds of the wall clock.
const TIMER_S: f64 = 1.0;

/// Plays a stream at a speed, and lets commands and signals in between.
pub(super) struct Played {
    /// Seconds of the stream in a second; absent: as fast as possible.
    speed: Option<f64>,
    inbox: Inbox,
    interrupt: Interrupt,
    in_hand: InHand,
    /// A human's resume from before the start.
    resume: bool,
    faults: Option<FaultPlan>,
    clock: Option<(Stopwatch, Timestamp)>,
    last_timer_s: f64,
}

impl Played {
    pub(super) fn new(
        speed: Option<f64>,
        inbox: Inbox,
        interrupt: Interrupt,
        faults: Option<FaultPlan>,
        resume: bool,
    ) -> Self {
        Self {
            speed,
            inbox,
            interrupt,
            in_hand: InHand::default(),
            resume,
            faults,
            clock: None,
            last_timer_s: 0.0,
        }
    }

    fn command(&mut self, taken: Taken, time: Timestamp) -> Wake {
        let (command, by) = self.in_hand.take(taken);
        Wake::Command { command, by, time }
    }

    /// The time of the stream, and how long until `due`, both by the wall clock. The stream begins at its first row.
    fn stream_time(&mut self, speed: f64, due: Timestamp) -> (Timestamp, f64, f64) {
        let (watch, start) = self.clock.get_or_insert_with(|| (Stopwatch::start(), due));
        let passed_s = watch.seconds();
        let now = start.saturating_add_nanos((passed_s * speed * 1e9) as i64);
        let left_s = (due.nanos().saturating_sub(now.nanos()) as f64 / 1e9 / speed).max(0.0);
        (now, left_s, passed_s)
    }
}

impl Pace for Played {
    fn wake(&mut self, due: Timestamp) -> Wake {
        self.in_hand.finish();
        if let Some(signal) = self.interrupt.stop_requested() {
            return Wake::Stop(signal);
        }
        if std::mem::take(&mut self.resume) {
            let time = due.saturating_add_nanos(-1);
            let by = Command::BEFORE_START.to_owned();
            return Wake::Command { command: Command::Resume, by, time };
        }
        let Some(speed) = self.speed else {
            let before = due.saturating_add_nanos(-1);
            return match self.inbox.take() {
                Some(taken) => self.command(taken, before),
                None => Wake::Due,
            };
        };
        loop {
            let (now, left_s, passed_s) = self.stream_time(speed, due);
            if let Some(taken) = self.inbox.take() {
                return self.command(taken, now.min(due));
            }
            if left_s <= 0.0 {
                return Wake::Due;
            }
            if passed_s - self.last_timer_s >= TIMER_S {
                self.last_timer_s = passed_s;
                return Wake::Timer(now.min(due));
            }
            let wait = Duration::from_secs_f64(left_s.min(0.05));
            if let Some(taken) = self.inbox.wait(wait) {
                return self.command(taken, now.min(due));
            }
            if let Some(signal) = self.interrupt.stop_requested() {
                return Wake::Stop(signal);
            }
        }
    }

    fn may_send(&self) -> bool {
        self.inbox.may_send()
    }

    fn cancel_failed(&mut self) {
        self.in_hand.cancel_failed();
    }

    fn reached(&mut self, moment: Moment) {
        let Some(faults) = &self.faults else { return };
        let point = match moment {
            Moment::BeforeCommit => CrashPoint::BeforeCommit,
            Moment::AfterCommit => CrashPoint::AfterCommit,
            Moment::AfterIntent => CrashPoint::AfterIntent,
            Moment::BeforeSend => CrashPoint::BeforeSend,
            Moment::AfterSend => CrashPoint::AfterSend,
            Moment::AfterAck => CrashPoint::AfterAck,
            Moment::AfterFill => CrashPoint::AfterFill,
        };
        if faults.crash_at(point) {
            // Nothing is closed or flushed: this is what a power cut looks like.
            let _ = signal_hook::low_level::raise(signal_hook::consts::SIGKILL);
        }
    }
}
