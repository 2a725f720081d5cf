//! Timers between rows, commands of a human, and the moments at which the process dies.

use std::cell::Cell;
use std::rc::Rc;

use crate::base::Timestamp;
use crate::connectors::simulated::faults::{CrashPoint, FaultPlan};
use crate::trader::{Command, Moment, Pace, Wake};

/// Timers between two rows.
const TIMERS: i64 = 2;

/// The process is gone.
pub(super) struct Crashed;

/// What somebody asks for, and when.
pub(super) type Asked = (Timestamp, Command);

/// The pace of one process; commands that were given are not given again by the next.
pub(super) struct Disturbed {
    plan: FaultPlan,
    commands: Vec<Asked>,
    given: Rc<Cell<usize>>,
    last_row: Option<Timestamp>,
    timers: i64,
}

impl Disturbed {
    pub(super) fn new(plan: FaultPlan, commands: &[Asked], given: &Rc<Cell<usize>>) -> Self {
        let (commands, given) = (commands.to_vec(), Rc::clone(given));
        Self { plan, commands, given, last_row: None, timers: 0 }
    }
}

impl Pace for Disturbed {
    fn wake(&mut self, due: Timestamp) -> Wake {
        let next = self.commands.get(self.given.get());
        if let Some(&(time, command)) = next.filter(|(time, _)| *time <= due) {
            self.given.set(self.given.get() + 1);
            return Wake::Command { command, by: "rehearsal".to_owned(), time };
        }
        if let Some(last) = self.last_row.filter(|_| self.timers < TIMERS) {
            self.timers += 1;
            let part = (due.nanos() - last.nanos()) / (TIMERS + 1) * self.timers;
            return Wake::Timer(last.saturating_add_nanos(part));
        }
        self.last_row = Some(due);
        self.timers = 0;
        Wake::Due
    }

    fn reached(&mut self, moment: Moment) {
        let point = match moment {
            Moment::BeforeCommit => CrashPoint::BeforeCommit,
            Moment::AfterCommit => CrashPoint::AfterCommit,
            Moment::AfterIntent => CrashPoint::AfterIntent,
            Moment::BeforeSend => CrashPoint::BeforeSend,
            Moment::AfterSend => CrashPoint::AfterSend,
            Moment::AfterAck => CrashPoint::AfterAck,
            Moment::AfterFill => CrashPoint::AfterFill,
        };
        if self.plan.crash_at(point) {
            // Unwinds without the words of a panic: it is none.
            std::panic::resume_unwind(Box::new(Crashed));
        }
    }
}
