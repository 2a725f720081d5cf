//! The wire is cut while an order is on its way: the venue alone tells what became of it.

use std::sync::Mutex;

use super::super::super::sim::Moment;
use super::proxy::{Way, Wire};
use super::stage::{Desk, Stage, approved, options, resting, script, share_out, wanted};
use crate::base::Stopwatch;
use crate::domain::OrderId;
use crate::ports::BrokerError;

/// Any number: every byte instead of a few.
const CUTS: &str = "RELEAT_BROKER_CUTS";
/// The number of the message that carries an order: 3 in protobuf.
const PLACE_ORDER: i32 = 203;
/// Most of a cut is waiting, so that many fit beside each other.
const THREADS: usize = 24;
/// What became of an order is known so long after the connection is back, seconds.
const SETTLED_S: f64 = 30.0;
/// A cut that hits another message is tried again so often.
const TRIES: u32 = 5;

/// A gateway behind a wire, one process on it, and how many orders have reached the gateway.
struct Bench {
    stage: Stage,
    wire: Wire,
    desk: Desk,
    received: std::sync::Arc<Mutex<u64>>,
    last: u64,
    /// The longest wait for the venue's word after a connection was back, seconds.
    slowest_s: f64,
}

/// How a cut came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fate {
    /// The order did not leave, and the adapter knew.
    NotSent,
    /// Nobody knew, and it was not there.
    UnknownAbsent,
    /// Nobody knew, and it was there.
    UnknownThere,
    /// It was sent, and was not there.
    SentAbsent,
    /// It was sent and was there.
    SentThere,
}

impl Bench {
    fn new() -> Self {
        let received = std::sync::Arc::<Mutex<u64>>::default();
        let shared = std::sync::Arc::clone(&received);
        let mut options = options();
        options.faults = script(move |_, moment| {
            if matches!(moment, Moment::Received { name: "place_order", .. }) {
                *shared.lock().unwrap() += 1;
            }
            Vec::new()
        });
        let mut stage = Stage::new(options);
        let wire = Wire::to(stage.connector.port);
        stage.connector.port = wire.port;
        let mut desk = stage.open();
        desk.snapshot();
        Self { stage, wire, desk, received, last: 0, slowest_s: 0.0 }
    }

    /// How long the frame of an order is, and how much comes back for it.
    fn learn(&mut self) -> (usize, usize) {
        self.last += 1;
        self.wire.forget();
        self.desk.broker.submit(approved(resting(self.last))).unwrap();
        let id = self.last;
        self.desk.until("acceptance", |desk| desk.is_accepted(id));
        let messages = self.wire.messages();
        let order = messages.iter().find(|(number, _)| *number == PLACE_ORDER).unwrap();
        (order.1, self.wire.came())
    }

    /// One order with a cut; none if the cut hit something else.
    fn cut(&mut self, way: Way, bytes: usize) -> Option<Fate> {
        self.last += 1;
        let id = self.last;
        self.desk.events.clear();
        let before = *self.received.lock().unwrap();
        self.wire.cut_after(way, bytes);
        let sent = self.desk.broker.submit(approved(resting(id)));
        self.desk.until("loss", Desk::is_lost);
        self.desk.until("connection", Desk::is_back);
        assert!(!self.wire.mend(), "cut {bytes}: nothing was cut");
        let orders = |wire: &Wire| wire.messages().iter().filter(|it| it.0 == PLACE_ORDER).count();
        let watch = Stopwatch::start();
        let snapshot = self.desk.snapshot();
        self.slowest_s = self.slowest_s.max(watch.seconds());
        assert!(self.slowest_s <= SETTLED_S, "cut {bytes}: {}", self.slowest_s);
        let is_there = snapshot.open_orders.iter().any(|order| order.order_id == Some(OrderId(id)));
        let at_house = self.stage.orders(&format!("releat-s-{id}"));
        assert!(at_house <= 1, "cut {bytes}: {at_house} orders");
        assert_eq!(is_there, at_house == 1, "cut {bytes}: {sent:?}");
        assert!(orders(&self.wire) <= 1, "cut {bytes}: sent again");
        let received = *self.received.lock().unwrap() - before;
        assert_eq!(received, at_house as u64, "cut {bytes}");
        let first = self.wire.messages().first().map(|(number, _)| *number);
        let is_hit = match way {
            Way::Out => first == Some(PLACE_ORDER),
            Way::Back => received == 1,
        };
        is_hit.then_some(match sent {
            Err(BrokerError::NotSent { detail }) => {
                assert_eq!((at_house, orders(&self.wire)), (0, 0), "cut {bytes}: {detail}");
                Fate::NotSent
            }
            Err(BrokerError::Unknown { .. }) if is_there => Fate::UnknownThere,
            Err(BrokerError::Unknown { .. }) => Fate::UnknownAbsent,
            Err(error) => panic!("cut {bytes}: {error}"),
            Ok(()) if is_there => Fate::SentThere,
            Ok(()) => Fate::SentAbsent,
        })
    }
}

/// Cuts at each of these bytes; how each came out.
fn cut_at(cuts: Vec<(Way, usize)>) -> Vec<(Way, usize, Fate)> {
    let (fates, slowest_s) = (Mutex::new(Vec::new()), Mutex::new(0.0_f64));
    share_out(THREADS.min(cuts.len()), cuts, |cuts| {
        let mut bench = Bench::new();
        for (way, bytes) in cuts {
            let fate = (0..TRIES).find_map(|_| bench.cut(way, bytes));
            let fate = fate.unwrap_or_else(|| panic!("cut {bytes} never hit the order"));
            fates.lock().unwrap().push((way, bytes, fate));
        }
        let mut slowest_s = slowest_s.lock().unwrap();
        *slowest_s = slowest_s.max(bench.slowest_s);
    });
    println!(
        "what became of an order was known {:.1} s after the return at most",
        slowest_s.into_inner().unwrap()
    );
    fates.into_inner().unwrap()
}

// fault: submit_ambiguous
#[test]
fn ambiguous_submit_cut_at_any_byte_is_settled_by_the_venue() {
    let (order, answer) = Bench::new().learn();
    assert!((100..1000).contains(&order), "{order}");
    let is_long = wanted(CUTS).is_some();
    let cuts: Vec<(Way, usize)> = if is_long {
        let out = (0..=order).map(|bytes| (Way::Out, bytes));
        out.chain((0..=answer).map(|bytes| (Way::Back, bytes))).collect()
    } else {
        let out = [0, 3, order / 2, order - 1, order].map(|bytes| (Way::Out, bytes));
        out.into_iter().chain([0, 40].map(|bytes| (Way::Back, bytes))).collect()
    };
    let (count, watch) = (cuts.len(), Stopwatch::start());
    let fates = cut_at(cuts);
    assert_eq!(fates.len(), count);
    for (way, bytes, fate) in &fates {
        let is_whole = *way == Way::Back || *bytes == order;
        let is_there = matches!(fate, Fate::UnknownThere | Fate::SentThere);
        assert_eq!(is_there, is_whole, "{way:?} {bytes} of {order}: {fate:?}");
    }
    let mut counts = std::collections::BTreeMap::new();
    for (way, _, fate) in &fates {
        *counts.entry((format!("{way:?}"), *fate)).or_insert(0) += 1;
    }
    println!(
        "an order of {order} bytes, {answer} back, {count} cuts in {:.0} s: {counts:?}",
        watch.seconds()
    );
}
