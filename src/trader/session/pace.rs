//! How fast a session runs and what disturbs it.

use crate::base::{StopSignal, Timestamp};
use crate::trader::Command;

/// What comes next while a session waits for a row.
#[derive(Debug, Clone, PartialEq)]
pub enum Wake {
    /// The row is due.
    Due,
    /// Time has passed; ask again afterwards.
    Timer(Timestamp),
    /// Somebody outside gave a command; ask again afterwards.
    Command {
        /// Which.
        command: Command,
        /// By whom.
        by: String,
        /// When, in the time of the stream.
        time: Timestamp,
    },
    /// The process is to stop; the session can go on later.
    Stop(StopSignal),
}

/// A place in the shell's work; a rehearsal may end the process there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// The engine has decided, the ledger does not have it yet.
    BeforeCommit,
    /// The ledger has it, nothing is carried out yet.
    AfterCommit,
    /// The same, where an order is to be sent.
    AfterIntent,
    /// An order is about to go to the venue.
    BeforeSend,
    /// The venue was given an order.
    AfterSend,
    /// The acceptance of an order has been applied.
    AfterAck,
    /// A fill has been applied.
    AfterFill,
}

/// Clock and control of a session, given from outside.
pub trait Pace {
    /// What comes next on the way to `time`, when the next row is due.
    fn wake(&mut self, time: Timestamp) -> Wake;

    /// Whether orders may go out: not after a kill that the engine has not heard of yet.
    fn may_send(&self) -> bool {
        true
    }

    /// Seconds that a decision may take; what takes longer is not carried out. Without a limit where time stands still
    /// meanwhile.
    fn decision_s_max(&self) -> Option<f64> {
        None
    }

    /// A cancel did not go out, or nobody knows whether it did: what asked for it is not carried out.
    fn cancel_failed(&mut self) {}

    /// The shell has come to a place of its work.
    fn reached(&mut self, _: Moment) {}
}

/// As fast as possible, without disturbance.
#[derive(Debug, Clone, Copy, Default)]
pub struct AtOnce;

impl Pace for AtOnce {
    fn wake(&mut self, _: Timestamp) -> Wake {
        Wake::Due
    }
}
