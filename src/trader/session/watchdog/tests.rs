//! Kills and hangs, in made-up time and with threads.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::guard::Round;
use super::post::SeenKill;
use super::watch::{Cause, PATIENCE_S, POLL_S, REPEAT_S, Seen, Watch};
use super::*;
use crate::base::{KillFile, KillSignal, KillState};
use crate::ports::{BrokerError, CancelAll};
use crate::trader::Command;

/// A venue with so many open orders.
#[derive(Clone)]
struct Venue {
    open: Arc<AtomicUsize>,
    calls: Arc<AtomicUsize>,
}

impl Venue {
    fn with(open: usize) -> Self {
        Self { open: Arc::new(AtomicUsize::new(open)), calls: Arc::default() }
    }

    fn open(&self) -> usize {
        self.open.load(Ordering::SeqCst)
    }
}

impl CancelAll for Venue {
    fn cancel_all(&self) -> Result<usize, BrokerError> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        Ok(self.open.swap(0, Ordering::SeqCst))
    }
}

struct Bench {
    folder: tempfile::TempDir,
    commander: Commander,
    inbox: Inbox,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = KillFile::prepare(&folder.path().join("kill")).unwrap();
        let (commander, inbox) = post(file);
        Self { folder, commander, inbox }
    }

    fn file(&self) -> KillFile {
        KillFile::open(&self.folder.path().join("kill")).unwrap()
    }

    /// Starts a real watchdog over `venue`; its news are collected.
    fn guard(
        &self,
        venue: &Venue,
        signal: &KillSignal,
        heartbeat_s_max: Option<f64>,
    ) -> (Watchdog, Arc<Mutex<Vec<WatchNotice>>>) {
        let news: Arc<Mutex<Vec<WatchNotice>>> = Arc::default();
        let heard = Arc::clone(&news);
        let options = WatchdogOptions { signal: signal.clone(), heartbeat_s_max };
        let tell = Box::new(move |notice| {
            if notice != WatchNotice::Alive {
                heard.lock().unwrap().push(notice);
            }
        });
        let broker = Box::new(venue.clone());
        let guard = Watchdog::start(options, self.commander.clone(), broker, tell).unwrap();
        (guard, news)
    }
}

fn seen(at_s: f64, last_beat_s: f64, kill: Option<(f64, bool)>) -> Seen {
    let kill = kill.map(|(asked_s, is_done)| SeenKill { by: "cli".into(), asked_s, is_done });
    Seen { at_s, last_beat_s, kill }
}

/// Waits for something that another thread brings about.
fn until(what: impl Fn() -> bool) {
    while !what() {
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn the_last_cancel_is_within_a_quarter_of_a_second() {
    // A kill is seen one look after it is asked for, the loop's time runs from then on, and its end is seen one look
    // later; the cancel follows in the same look.
    const { assert!(POLL_S + PATIENCE_S + POLL_S <= 0.25) };
    for offset in 0..20 {
        let asked_s = 5.0 + 1e-3 * f64::from(offset);
        let mut watch = Watch::new(None);
        let mut looks = (0..).map(|look| f64::from(look) * POLL_S);
        let canceled_at = looks.find(|at| {
            let kill = (*at >= asked_s).then_some((asked_s, false));
            watch.look(&seen(*at, *at, kill)).is_some()
        });
        let took = canceled_at.unwrap() - asked_s;
        assert!((PATIENCE_S..=PATIENCE_S + POLL_S + 1e-9).contains(&took), "{took}");
    }
}

#[test]
fn a_kill_that_the_loop_carries_out_is_left_to_it() {
    let mut watch = Watch::new(None);
    assert_eq!(watch.look(&seen(5.05, 5.04, Some((5.0, false)))), None);
    assert_eq!(watch.look(&seen(5.50, 5.49, Some((5.0, true)))), None);
}

#[test]
fn a_loop_that_goes_on_hanging_is_canceled_for_again() {
    let mut watch = Watch::new(Some(30.0));
    assert_eq!(watch.look(&seen(30.0, 0.0, None)), None);
    assert!(matches!(watch.look(&seen(30.02, 0.0, None)), Some(Cause::Hung { .. })));
    assert_eq!(watch.look(&seen(30.04, 0.0, None)), None);
    assert!(watch.look(&seen(30.02 + REPEAT_S, 0.0, None)).is_some());
    // It lives again and hangs again: no waiting for the rest of the second.
    assert_eq!(watch.look(&seen(31.1, 31.0, None)), None);
    assert!(watch.look(&seen(61.2, 31.0, None)).is_some());
}

// fault: loop_hangs
#[test]
fn the_dead_man_is_found_within_a_second_of_the_limit() {
    let mut watch = Watch::new(Some(2.0));
    let mut looks = (0..).map(|look| f64::from(look) * POLL_S);
    let found = looks.find(|at| watch.look(&seen(*at, 1.0, None)).is_some()).unwrap();
    assert!(found - 3.0 <= POLL_S + 1e-9, "{found}");
}

#[test]
fn every_trigger_reaches_the_loop_once_and_is_kept() {
    for trigger in ["cli", "signal", "file"] {
        let bench = Bench::new();
        let signal = KillSignal::never();
        let venue = Venue::with(100);
        let (guard, news) = bench.guard(&venue, &signal, None);
        match trigger {
            "cli" => drop(bench.commander.send(Command::Kill, "cli").unwrap()),
            "signal" => signal.raise(),
            _ => bench.file().set(KillState::Killed).unwrap(),
        }
        until(|| !bench.inbox.may_send());
        let taken = bench.inbox.wait(Duration::from_secs(60)).unwrap();
        assert_eq!((taken.command, taken.by.as_str()), (Command::Kill, trigger));
        taken.done();
        assert!(bench.inbox.take().is_none(), "{trigger}");
        // The watchdog tells at its next look, which may come after the loop is done.
        let asked = WatchNotice::KillAsked { by: trigger.to_owned() };
        until(|| news.lock().unwrap().contains(&asked));
        drop(guard);
        assert_eq!(bench.file().state(), KillState::Killed, "{trigger}");
        assert!(!bench.inbox.may_send());
        let told = news.lock().unwrap();
        assert_eq!(told.iter().filter(|notice| **notice == asked).count(), 1, "{told:?}");
    }
}

#[test]
fn a_loop_that_does_not_listen_loses_its_orders() {
    for trigger in ["signal", "file"] {
        let bench = Bench::new();
        let signal = KillSignal::never();
        let venue = Venue::with(100);
        let (_guard, news) = bench.guard(&venue, &signal, None);
        if trigger == "signal" {
            signal.raise();
        } else {
            bench.file().set(KillState::Killed).unwrap();
        }
        until(|| venue.open() == 0 && !news.lock().unwrap().is_empty());
        until(|| news.lock().unwrap().iter().any(|n| matches!(n, WatchNotice::Canceled { .. })));
        assert!(!bench.inbox.may_send());
    }
}

#[test]
fn a_loop_that_takes_a_kill_and_hangs_loses_its_orders() {
    let bench = Bench::new();
    let venue = Venue::with(100);
    let (_guard, _) = bench.guard(&venue, &KillSignal::never(), None);
    let receipt = bench.commander.send(Command::Kill, "cli").unwrap();
    // It waits for a database, and never says that it is done.
    let _taken = bench.inbox.take().unwrap();
    until(|| venue.open() == 0);
    assert!(!receipt.is_done());
}

#[test]
fn a_kill_that_the_loop_gives_back_is_carried_out_once_by_the_watchdog() {
    let bench = Bench::new();
    let venue = Venue::with(100);
    let (_guard, _) = bench.guard(&venue, &KillSignal::never(), None);
    let receipt = bench.commander.send(Command::Kill, "cli").unwrap();
    let mut in_hand = InHand::default();
    assert_eq!(in_hand.take(bench.inbox.take().unwrap()), (Command::Kill, "cli".to_owned()));
    in_hand.cancel_failed();
    in_hand.finish();
    assert!(!receipt.wait(Duration::from_secs(60)));
    until(|| venue.open() == 0 && receipt.is_done());
    std::thread::sleep(Duration::from_secs_f64(REPEAT_S + 5.0 * POLL_S));
    assert_eq!(venue.calls.load(Ordering::SeqCst), 1);
    assert!(!bench.inbox.may_send());
}

#[test]
fn a_kill_whose_cancels_went_out_and_every_other_command_are_done() {
    let bench = Bench::new();
    let mut in_hand = InHand::default();
    // A failure from before the command is no failure of it.
    in_hand.cancel_failed();
    in_hand.finish();
    for (command, fails) in [(Command::Kill, false), (Command::Flatten, true)] {
        let receipt = bench.commander.send(command, "cli").unwrap();
        in_hand.take(bench.inbox.take().unwrap());
        if fails {
            in_hand.cancel_failed();
        }
        in_hand.finish();
        assert!(receipt.is_done(), "{command:?}");
    }
}

#[test]
fn a_silent_loop_is_canceled_for_and_told() {
    let bench = Bench::new();
    let venue = Venue::with(100);
    let (_guard, news) = bench.guard(&venue, &KillSignal::never(), Some(0.05));
    until(|| venue.open() == 0);
    assert!(!bench.inbox.may_send());
    let taken = bench.inbox.wait(Duration::from_secs(60)).unwrap();
    assert_eq!((taken.command, taken.by.as_str()), (Command::Kill, "watchdog"));
    until(|| !news.lock().unwrap().is_empty());
    // A hang is no decision of a human: the next process may start.
    assert_eq!(bench.file().state(), KillState::Armed);
}

#[test]
fn a_loop_that_waits_is_alive() {
    let bench = Bench::new();
    let venue = Venue::with(1);
    let (_guard, _) = bench.guard(&venue, &KillSignal::never(), Some(10.0));
    assert!(bench.inbox.wait(Duration::from_millis(60)).is_none());
    assert!(bench.commander.last_beat_s() >= 0.03);
    assert_eq!(venue.open(), 1);
}

#[test]
fn only_a_resume_that_is_done_lets_orders_out() {
    let bench = Bench::new();
    bench.commander.send(Command::Kill, "cli").unwrap();
    bench.inbox.take().unwrap().done();
    bench.commander.send(Command::Resume, "cli").unwrap();
    assert!(!bench.inbox.may_send());
    assert_eq!(bench.file().state(), KillState::Armed);
    bench.inbox.take().unwrap().done();
    assert!(bench.inbox.may_send());
    // A second kill counts again.
    bench.commander.send(Command::Kill, "cli").unwrap();
    assert_eq!(bench.inbox.take().unwrap().command, Command::Kill);
    assert!(!bench.inbox.may_send());
}

#[test]
fn a_kill_after_a_resume_that_waits_holds() {
    let bench = Bench::new();
    bench.commander.send(Command::Kill, "cli").unwrap();
    bench.inbox.take().unwrap().done();
    bench.commander.send(Command::Resume, "cli").unwrap();
    bench.commander.send(Command::Kill, "cli").unwrap();
    let first = bench.inbox.take().unwrap();
    assert_eq!(first.command, Command::Kill);
    first.done();
    // The resume was asked for before the kill: it must not lift it.
    let second = bench.inbox.take().unwrap();
    assert_eq!(second.command, Command::Resume);
    second.done();
    assert!(!bench.inbox.may_send());
}

#[test]
fn commands_come_in_order_and_a_full_box_says_so() {
    let bench = Bench::new();
    let pause = bench.commander.send(Command::Pause, "cli").unwrap();
    let flatten = bench.commander.send(Command::Flatten, "cli").unwrap();
    let first = bench.inbox.take().unwrap();
    assert_eq!(first.command, Command::Pause);
    first.done();
    // Dropped without being done: whoever waits is told at once.
    drop(bench.inbox.take().unwrap());
    assert!(pause.is_done() && !flatten.wait(Duration::from_secs(60)));
    let receipts: Vec<_> =
        (0..200).map(|_| bench.commander.send(Command::Pause, "cli").unwrap()).collect();
    assert!(!receipts[199].wait(Duration::from_secs(60)));
}

#[test]
fn a_session_that_was_killed_sends_nothing_from_its_first_step() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kill");
    KillFile::prepare(&path).unwrap().set(KillState::Killed).unwrap();
    let (_, inbox) = post(KillFile::open(&path).unwrap());
    assert!(!inbox.may_send());
}

#[test]
fn a_venue_that_refuses_is_asked_again() {
    struct Away;
    impl CancelAll for Away {
        fn cancel_all(&self) -> Result<usize, BrokerError> {
            Err(BrokerError::NotSent { detail: "no route".to_owned() })
        }
    }
    let bench = Bench::new();
    let options = WatchdogOptions { signal: KillSignal::never(), heartbeat_s_max: Some(-1.0) };
    let mut round = Round::new(&options, bench.commander.clone());
    let news: Arc<Mutex<Vec<WatchNotice>>> = Arc::default();
    let heard = Arc::clone(&news);
    let mut tell = move |notice| heard.lock().unwrap().push(notice);
    round.go(&options.signal, &Away, &mut tell);
    let told = news.lock().unwrap();
    assert!(
        matches!(&told[0], WatchNotice::CancelFailed { detail, .. } if detail.contains("no route"))
    );
}
