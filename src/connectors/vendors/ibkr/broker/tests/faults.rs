//! Lost connections, restarts, silence, sentinels: nothing is lost and nothing is sent twice.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::super::super::sim::{Act, Moment};
use super::proxy::Wire;
use super::stage::{Desk, Stage, approved, is_long, market, options, resting, script, seeds};
use super::switch::switched;
use crate::base::{SeedStream, Stopwatch};
use crate::domain::OrderId;
use crate::ports::{BrokerEvent, StreamEvent};

// fault: nightly_restart, order_id_reuse
#[test]
fn gateway_restart_with_id_rollback_mixes_no_orders_up() {
    for seed in 0..seeds(2) {
        let (stage, switch) = switched();
        let mut rng = SeedStream::new(seed).child("restart").rng();
        let mut desk = stage.open();
        desk.snapshot();
        for id in 1..=3 {
            desk.broker.submit(approved(resting(id))).unwrap();
        }
        desk.until("acceptance", |desk| (1..=3).all(|id| desk.is_accepted(id)));
        let (down, id_rollback) = (rng.below(400) as u64, 1 + rng.below(8) as i32);
        switch.turn(Act::Restart { down, id_rollback });
        desk.until("restart", |desk| desk.is_lost() && desk.is_back());
        let snapshot = desk.snapshot();
        assert_eq!(snapshot.open_orders.len(), 3, "seed {seed}");
        for id in 4..=6 {
            desk.broker.submit(approved(resting(id))).unwrap();
        }
        desk.until("acceptance", |desk| (4..=6).all(|id| desk.is_accepted(id)));
        assert_eq!(desk.snapshot().open_orders.len(), 6, "none changed another, seed {seed}");
        desk.broker.cancel(OrderId(2)).unwrap();
        desk.until("cancel", |desk| desk.is_canceled(2));
        let canceled = desk.events.iter().filter(|it| matches!(it, BrokerEvent::Canceled { .. }));
        assert_eq!(canceled.count(), 1, "seed {seed}");
        for id in 1..=6 {
            assert_eq!(stage.orders(&format!("releat-s-{id}")), 1, "seed {seed}");
        }
        drop(desk);
        let mut again = stage.open();
        again.broker.submit(approved(resting(7))).unwrap();
        again.until("acceptance", |desk| desk.is_accepted(7));
        assert_eq!(again.snapshot().open_orders.len(), 6, "seed {seed}");
    }
}

// fault: half_open
#[test]
fn half_open_is_found_within_thirteen_seconds() {
    if !is_long() {
        return;
    }
    let mut stage = Stage::new(options());
    let wire = Wire::to(stage.connector.port);
    stage.connector.port = wire.port;
    let mut desk = stage.open();
    wire.silence(true);
    let watch = Stopwatch::start();
    desk.within(13.5, "loss", Desk::is_lost);
    assert!(watch.seconds() <= 13.0, "{}", watch.seconds());
    assert!(desk.broker.submit(approved(market(1, 1.0))).is_err(), "and nothing leaves");
    wire.silence(false);
    desk.until("connection", Desk::is_back);
    desk.broker.submit(approved(market(2, 1.0))).unwrap();
    desk.until("fill", |desk| desk.filled(2) == 1.0);
}

// fault: code_1100, code_1101, code_1102
#[test]
fn guard_1100_halts_orders_and_1101_and_1102_reconcile() {
    let (stage, switch) = switched();
    let mut desk = stage.open();
    desk.snapshot();
    for keeps_data in [true, false] {
        desk.events.clear();
        switch.turn(Act::Link { is_down: true, keeps_data });
        desk.until("loss", Desk::is_lost);
        let error = desk.broker.submit(approved(resting(90))).unwrap_err();
        assert!(!error.is_unknown() && error.to_string().contains("1100"), "{error}");
        desk.news.clear();
        switch.turn(Act::Link { is_down: false, keeps_data });
        desk.until("link", Desk::is_back);
        if !keeps_data {
            let is_bar = |event: &StreamEvent| matches!(event, StreamEvent::Bar { .. });
            desk.until("bars again", |desk| desk.news.iter().any(is_bar));
        }
    }
    desk.broker.submit(approved(resting(91))).unwrap();
    desk.until("acceptance", |desk| desk.is_accepted(91));
}

// fault: code_10197
#[test]
fn guard_10197_makes_everything_stale() {
    let (stage, switch) = switched();
    let mut desk = stage.open();
    switch.turn(Act::Competing);
    let is_stale = |event: &StreamEvent| matches!(event, StreamEvent::Stale { symbol: None, reason, .. } if reason.contains("10197"));
    desk.until("staleness", |desk| desk.news.iter().any(is_stale));
}

// fault: unknown_message
#[test]
fn guard_an_unknown_message_means_a_new_connection() {
    let (stage, switch) = switched();
    let mut desk = stage.open();
    desk.broker.submit(approved(resting(1))).unwrap();
    desk.until("acceptance", |desk| desk.is_accepted(1));
    switch.turn(Act::UnknownMessage(777));
    desk.until("loss", Desk::is_lost);
    desk.until("connection", Desk::is_back);
    assert_eq!(desk.snapshot().open_orders.len(), 1);
}

// fault: frame_split, report_repeated
#[test]
fn guard_messages_that_come_twice_late_or_in_another_order() {
    for seed in 0..seeds(3) {
        let mut rng = SeedStream::new(seed).child("order").rng();
        let mut options = options();
        let mut options_rng = rng.clone();
        let is_on = Arc::new(AtomicBool::new(true));
        let is_wrong = Arc::clone(&is_on);
        options.faults = script(move |_, moment| match moment {
            Moment::Sending {
                name: "execution_data" | "commission_report" | "order_status" | "open_order",
                ..
            } if is_wrong.load(Ordering::SeqCst) => match options_rng.below(5) {
                0 => vec![Act::Duplicate],
                1 => vec![Act::Reorder(1 + options_rng.below(4))],
                2 => vec![Act::Split { at: options_rng.below(40), pause: 3 }],
                _ => Vec::new(),
            },
            _ => Vec::new(),
        });
        let stage = Stage::new(options);
        let mut desk = stage.open();
        let quantity = 101.0 + rng.below(300) as f64;
        desk.broker.submit(approved(market(1, quantity))).unwrap();
        let is_done = |desk: &Desk| desk.filled(1) == quantity;
        let watch = Stopwatch::start();
        while !is_done(&desk) && watch.seconds() < 3.0 {
            desk.poll();
            std::thread::sleep(Duration::from_millis(10));
        }
        is_on.store(false, Ordering::SeqCst);
        let snapshot = desk.snapshot();
        let total: f64 = snapshot.executions.iter().map(|fill| fill.quantity).sum();
        assert_eq!(total, quantity, "seed {seed}");
        assert!((snapshot.account.cash - stage.cash()).abs() < 0.006, "seed {seed}");
        desk.poll();
        assert!(desk.filled(1) <= quantity, "seed {seed}");
    }
}

// fault: numbers_unset
#[test]
fn guard_sentinels_in_every_message_at_once() {
    let mut options = options();
    options.faults = script(|_, moment| match moment {
        Moment::Sending { .. } => vec![Act::Sentinels],
        _ => Vec::new(),
    });
    let stage = Stage::new(options);
    let mut desk = stage.open();
    desk.broker.submit(approved(market(1, 5.0))).unwrap();
    desk.until("fill", |desk| desk.filled(1) == 5.0);
    let snapshot = desk.snapshot();
    desk.poll();
    let text = format!("{snapshot:?} {:?} {:?}", desk.events, desk.news);
    assert!(!text.contains("e308") && !text.contains("NaN") && !text.contains("inf"), "{text}");
    assert!(
        snapshot.executions.iter().all(|fill| fill.cost == 0.0),
        "unknown costs are an estimate"
    );
    assert!(!desk.has(|event| matches!(event, BrokerEvent::CostKnown { .. })));
}

// fault: message_rate
#[test]
fn pacing_no_second_has_more_than_45_messages() {
    let times: Arc<Mutex<Vec<f64>>> = Arc::default();
    let shared = Arc::clone(&times);
    let watch = Stopwatch::start();
    let mut options = options();
    options.faults = script(move |_, moment| {
        if let Moment::Received { .. } = moment {
            shared.lock().unwrap().push(watch.seconds());
        }
        Vec::new()
    });
    let stage = Stage::new(options);
    let mut desk = stage.open();
    let count = if is_long() { 300 } else { 60 };
    for id in 1..=count {
        desk.broker.submit(approved(resting(id))).unwrap();
    }
    desk.until("acceptance", |desk| (1..=count).all(|id| desk.is_accepted(id)));
    assert_eq!(desk.broker.emergency().cancel_all().unwrap() as u64, count);
    desk.until("cancels", |desk| (1..=count).all(|id| desk.is_canceled(id)));
    let times = times.lock().unwrap();
    for (index, start) in times.iter().enumerate() {
        let window = times[index..].iter().take_while(|at| **at < start + 1.0).count();
        assert!(window <= 45, "{window} messages in the second from {start}");
    }
}
