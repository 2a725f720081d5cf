//! How fast messages leave: no second with more than the broker bears, cancels first.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::time::sleep;

use crate::base::Stopwatch;

/// Messages in a second.
///
/// # Source
/// TWS API, "Pacing": 50 a second and gateway; other clients send 45.
pub(in super::super) const PER_SECOND: usize = 45;
/// Of these, so many are left to what the library sends by itself when a subscription ends.
const FOR_LIBRARY: usize = 5;
/// And so many are kept free for cancels.
const FOR_CANCELS: usize = 5;
/// A second with a margin: messages may bunch up on their way.
const WINDOW_S: f64 = 1.2;
/// A message that waits looks again this often, seconds.
const LOOK_S: f64 = 0.005;

/// How much a message hurries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Haste {
    /// One message that cancels everything: it may take what is left to the library, and does not mind a complaint.
    Kill,
    /// Cancels, and the calls that find a dead connection.
    First,
    /// All others.
    InTurn,
}

/// Counts the messages of the last second.
#[derive(Debug, Default)]
pub(in super::super) struct Pace {
    sent: VecDeque<f64>,
    cancels_waiting: usize,
    held_until: f64,
}

impl Pace {
    /// Whether a message may leave now; it then counts as sent.
    pub(in super::super) fn admit(&mut self, now: f64, haste: Haste) -> bool {
        while self.sent.front().is_some_and(|sent| now - sent >= WINDOW_S) {
            self.sent.pop_front();
        }
        let most = match haste {
            Haste::Kill => PER_SECOND,
            Haste::First => PER_SECOND - FOR_LIBRARY,
            Haste::InTurn if self.cancels_waiting > 0 => 0,
            Haste::InTurn => PER_SECOND - FOR_LIBRARY - FOR_CANCELS,
        };
        let is_free = self.sent.len() < most && (now >= self.held_until || haste == Haste::Kill);
        if is_free {
            self.sent.push_back(now);
        }
        is_free
    }

    /// Lets nothing leave until then.
    pub(in super::super) const fn hold(&mut self, until: f64) {
        self.held_until = self.held_until.max(until);
    }
}

/// The one way out for all messages of a process to a gateway: the broker counts those of all clients together.
#[derive(Debug)]
pub(in super::super) struct Lane {
    pace: Mutex<Pace>,
    clock: Stopwatch,
}

/// The lanes that somebody uses, by the address of the gateway.
static LANES: Mutex<BTreeMap<String, Weak<Lane>>> = Mutex::new(BTreeMap::new());

impl Lane {
    /// The lane to a gateway, the same for all sessions of this process.
    pub(in super::super) fn to(address: &str) -> Arc<Self> {
        // Whole after each call, so that of a thread that died is too.
        let mut lanes = LANES.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lane) = lanes.get(address).and_then(Weak::upgrade) {
            return lane;
        }
        lanes.retain(|_, lane| lane.strong_count() > 0);
        let lane = Arc::new(Self { pace: Mutex::default(), clock: Stopwatch::start() });
        lanes.insert(address.to_owned(), Arc::downgrade(&lane));
        lane
    }

    /// Waits until a message may leave.
    pub(in super::super) async fn admit(&self, haste: Haste) {
        if self.with(|pace, now| pace.admit(now, haste)) {
            return;
        }
        let waiting = (haste != Haste::InTurn).then(|| Waiting::new(self));
        while !self.with(|pace, now| pace.admit(now, haste)) {
            sleep(Duration::from_secs_f64(LOOK_S)).await;
        }
        drop(waiting);
    }

    /// The broker has complained: nothing leaves for so many seconds.
    pub(in super::super) fn hold(&self, seconds: f64) {
        self.with(|pace, now| pace.hold(now + seconds));
    }

    fn with<T>(&self, look: impl FnOnce(&mut Pace, f64) -> T) -> T {
        // Whole after each call, so that of a thread that died is too.
        let mut pace = self.pace.lock().unwrap_or_else(PoisonError::into_inner);
        look(&mut pace, self.clock.seconds())
    }
}

/// A cancel that waits; however it ends, it ends.
struct Waiting<'a>(&'a Lane);

impl<'a> Waiting<'a> {
    fn new(lane: &'a Lane) -> Self {
        lane.with(|pace, _| pace.cancels_waiting += 1);
        Self(lane)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.with(|pace, _| pace.cancels_waiting -= 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // fault: message_rate
    #[test]
    fn guard_pacing_no_window_above_45_and_cancels_first() {
        let mut pace = Pace::default();
        let (mut sent, mut cancels) = (Vec::new(), Vec::new());
        for tick in 0..4000 {
            let now = f64::from(tick) * 0.001;
            // Everybody wants to send all the time, cancels from 2 s on.
            while pace.admit(now, Haste::InTurn) {
                sent.push(now);
            }
            while now >= 2.0 && cancels.len() < 30 && pace.admit(now, Haste::First) {
                sent.push(now);
                cancels.push(now);
            }
            pace.cancels_waiting = usize::from(now >= 2.0 && cancels.len() < 30);
        }
        for start in &sent {
            let window = sent.iter().filter(|at| (*start..start + 1.0).contains(*at)).count();
            assert!(window <= PER_SECOND - FOR_LIBRARY, "{window} in the second from {start}");
        }
        assert!(cancels[4] < 2.001, "some leave at once");
        assert!(cancels[29] < 3.8, "and none waits for orders");
    }

    #[test]
    fn sessions_at_one_gateway_share_its_pace() {
        let (one, two) = (Lane::to("gateway:1"), Lane::to("gateway:1"));
        assert!(Arc::ptr_eq(&one, &two) && !Arc::ptr_eq(&one, &Lane::to("gateway:2")));
        let sent = [&one, &two].map(|lane| {
            (0..100).filter(|_| lane.with(|pace, _| pace.admit(0.0, Haste::InTurn))).count()
        });
        assert_eq!(sent, [PER_SECOND - FOR_LIBRARY - FOR_CANCELS, 0]);
        drop((one, two));
        let fresh = Lane::to("gateway:1");
        assert!(fresh.with(|pace, _| pace.admit(0.0, Haste::InTurn)), "nobody used the old one");
    }

    #[test]
    fn a_kill_does_not_wait_for_what_was_sent() {
        let mut pace = Pace::default();
        while pace.admit(0.0, Haste::First) {}
        pace.hold(1.0);
        assert!(pace.admit(0.0, Haste::Kill));
        while pace.admit(0.0, Haste::Kill) {}
        assert_eq!(pace.sent.len(), PER_SECOND);
    }

    // fault: code_100
    #[test]
    fn guard_100_stops_everything_for_a_while() {
        let mut pace = Pace::default();
        pace.hold(1.0);
        assert!(!pace.admit(0.9, Haste::First));
        assert!(pace.admit(1.0, Haste::First));
    }
}
