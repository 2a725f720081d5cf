//! Commands on their way to the loop of a session.

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::base::{FileError, KillFile, KillState, Stopwatch};
use crate::trader::Command;

/// Commands that may wait; more are not taken.
const WAITING_MAX: usize = 64;
/// Longest sleep of a waiting loop before it shows that it is alive and looks for a kill.
const SLICE: Duration = Duration::from_millis(20);

const ON_ITS_WAY: u8 = 0;
const DONE: u8 = 1;
const DROPPED: u8 = 2;

/// Makes both ends of the way to the loop of a session.
#[must_use]
pub fn post(kill_file: KillFile) -> (Commander, Inbox) {
    let (sender, receiver) = sync_channel(WAITING_MAX);
    let may_send = kill_file.state() != KillState::Killed;
    let shared = Arc::new(Shared {
        clock: Stopwatch::start(),
        beat_ms: AtomicU64::new(0),
        may_send: AtomicBool::new(may_send),
        kill: Mutex::new(None),
        kill_file,
    });
    (Commander { shared: Arc::clone(&shared), sender }, Inbox { shared, receiver })
}

#[derive(Debug)]
struct Shared {
    clock: Stopwatch,
    beat_ms: AtomicU64,
    may_send: AtomicBool,
    kill: Mutex<Option<Kill>>,
    kill_file: KillFile,
}

/// A kill that was asked for; it has a place of its own, ahead of everything that waits.
#[derive(Debug, Clone)]
struct Kill {
    by: String,
    asked_s: f64,
    is_taken: bool,
    receipt: Receipt,
}

/// A kill as the watchdog sees it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct SeenKill {
    pub(super) by: String,
    pub(super) asked_s: f64,
    pub(super) is_done: bool,
}

/// Tells what became of a command.
#[derive(Debug, Clone, Default)]
pub struct Receipt {
    state: Arc<AtomicU8>,
}

impl Receipt {
    /// Whether the loop has carried the command out.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.state.load(Ordering::SeqCst) == DONE
    }

    /// Waits until the loop has carried the command out; false if it did not within the time, or could not.
    #[must_use]
    pub fn wait(&self, most: Duration) -> bool {
        let clock = Stopwatch::start();
        while self.state.load(Ordering::SeqCst) == ON_ITS_WAY
            && clock.seconds() < most.as_secs_f64()
        {
            std::thread::sleep(Duration::from_millis(2));
        }
        self.is_done()
    }
}

/// The end of the way at which commands are given.
#[derive(Debug, Clone)]
pub struct Commander {
    shared: Arc<Shared>,
    sender: SyncSender<Taken>,
}

impl Commander {
    /// Gives a command; `by` says who does, in words: `cli`, `signal`, `file`, `watchdog`.
    ///
    /// A kill is written to the kill file, overtakes everything that waits, and from this moment on [`Inbox::may_send`]
    /// is false. A resume takes the kill out of the file first.
    ///
    /// # Errors
    /// [`FileError`] if a resume cannot be written to the kill file: the session stays killed.
    pub fn send(&self, command: Command, by: &str) -> Result<Receipt, FileError> {
        match command {
            Command::Kill => {
                let receipt = self.kill(by);
                // A kill that cannot be kept on the disk is a kill all the same.
                let _ = self.shared.kill_file.set(KillState::Killed);
                return Ok(receipt);
            }
            Command::Resume => {
                let mut slot = self.shared.kill();
                self.shared.kill_file.set(KillState::Armed)?;
                *slot = None;
            }
            Command::Pause | Command::Flatten => {}
        }
        let receipt = Receipt::default();
        let taken = Taken {
            command,
            by: by.to_owned(),
            receipt: receipt.clone(),
            shared: Arc::clone(&self.shared),
        };
        if let Err(TrySendError::Full(taken) | TrySendError::Disconnected(taken)) =
            self.sender.try_send(taken)
        {
            drop(taken);
        }
        Ok(receipt)
    }

    /// Asks for a kill that is not written to the kill file; one that was asked for before counts.
    pub(super) fn kill(&self, by: &str) -> Receipt {
        self.fill(&mut self.shared.kill(), by)
    }

    /// Asks for a kill if the kill file says so. The lock is taken first, so that a resume cannot come in between.
    pub(super) fn kill_by_file(&self) {
        let mut slot = self.shared.kill();
        if slot.is_none() && self.shared.kill_file.state() == KillState::Killed {
            let _ = self.fill(&mut slot, "file");
        }
    }

    fn fill(&self, slot: &mut Option<Kill>, by: &str) -> Receipt {
        self.shared.may_send.store(false, Ordering::SeqCst);
        let kill = slot.get_or_insert_with(|| Kill {
            by: by.to_owned(),
            asked_s: self.seconds(),
            is_taken: false,
            receipt: Receipt::default(),
        });
        kill.receipt.clone()
    }

    /// Seconds since the session began.
    pub(super) fn seconds(&self) -> f64 {
        self.shared.clock.seconds()
    }

    /// When the loop last showed that it is alive, seconds since the session began.
    pub(super) fn last_beat_s(&self) -> f64 {
        self.shared.beat_ms.load(Ordering::Relaxed) as f64 * 1e-3
    }

    /// The watchdog has canceled everything: a kill that the loop gave back is carried out by that.
    pub(super) fn settle_kill(&self) {
        if let Some(kill) = self.shared.kill().as_ref() {
            let state = &kill.receipt.state;
            let _ = state.compare_exchange(DROPPED, DONE, Ordering::SeqCst, Ordering::SeqCst);
        }
    }

    pub(super) fn seen_kill(&self) -> Option<SeenKill> {
        let kill = self.shared.kill();
        kill.as_ref().map(|kill| SeenKill {
            by: kill.by.clone(),
            asked_s: kill.asked_s,
            is_done: kill.receipt.is_done(),
        })
    }
}

impl Shared {
    /// A thread that panicked while it held the lock left a kill in it or none: both are whole.
    fn kill(&self) -> MutexGuard<'_, Option<Kill>> {
        self.kill.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The end of the way at which the loop takes commands.
#[derive(Debug)]
pub struct Inbox {
    shared: Arc<Shared>,
    receiver: Receiver<Taken>,
}

impl Inbox {
    /// Shows that the loop is alive.
    pub fn beat(&self) {
        let ms = (self.shared.clock.seconds() * 1e3) as u64;
        self.shared.beat_ms.store(ms, Ordering::Relaxed);
    }

    /// Whether orders may go to the venue: not since a kill was asked for or the loop hung, until a resume is done.
    /// To be asked right before an order is sent.
    #[must_use]
    pub fn may_send(&self) -> bool {
        self.shared.may_send.load(Ordering::SeqCst)
    }

    /// The next command, if one waits; a kill first. Shows that the loop is alive.
    #[must_use]
    pub fn take(&self) -> Option<Taken> {
        self.beat();
        self.take_kill().or_else(|| self.receiver.try_recv().ok())
    }

    /// As [`Inbox::take`], but waits for a command; the waiting loop counts as alive.
    #[must_use]
    pub fn wait(&self, most: Duration) -> Option<Taken> {
        let clock = Stopwatch::start();
        loop {
            if let Some(taken) = self.take() {
                return Some(taken);
            }
            let left = most.saturating_sub(Duration::from_secs_f64(clock.seconds()));
            if left.is_zero() {
                return None;
            }
            match self.receiver.recv_timeout(left.min(SLICE)) {
                Ok(taken) => return Some(taken),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => std::thread::sleep(left.min(SLICE)),
            }
        }
    }

    fn take_kill(&self) -> Option<Taken> {
        let mut slot = self.shared.kill();
        let kill = slot.as_mut().filter(|kill| !kill.is_taken)?;
        kill.is_taken = true;
        Some(Taken {
            command: Command::Kill,
            by: kill.by.clone(),
            receipt: kill.receipt.clone(),
            shared: Arc::clone(&self.shared),
        })
    }
}

/// A command that the loop has to carry out.
#[derive(Debug)]
pub struct Taken {
    /// What to do.
    pub command: Command,
    /// Who asked for it.
    pub by: String,
    receipt: Receipt,
    shared: Arc<Shared>,
}

impl Taken {
    /// To be called when everything is done that the command asks for: for a kill, when every cancel is sent. A command
    /// that is dropped without this counts as not carried out.
    pub fn done(self) {
        if self.command == Command::Resume && self.shared.kill().is_none() {
            self.shared.may_send.store(true, Ordering::SeqCst);
        }
        self.receipt.state.store(DONE, Ordering::SeqCst);
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        let state = &self.receipt.state;
        let _ = state.compare_exchange(ON_ITS_WAY, DROPPED, Ordering::SeqCst, Ordering::SeqCst);
    }
}
