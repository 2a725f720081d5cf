//! Scripts by seed.

use super::super::VenueRules;
use super::kinds::{
    CrashFault, CrashPoint, DelayFault, EventFault, EventName, Fault, LinkFault, PlainFault,
    PostponedCostFault, RejectFault, RequestFault, RequestName, ShareFault, StrayFault,
};
use super::script::FaultScript;
use crate::base::{Rng, SeedStream};

/// How far into a session the opportunities of a random script lie, at most.
const ORDERS: usize = 12;
const EVENTS: usize = 24;
const POLLS: usize = 40;

const POINTS: [CrashPoint; 7] = [
    CrashPoint::AfterIntent,
    CrashPoint::BeforeSend,
    CrashPoint::AfterSend,
    CrashPoint::AfterAck,
    CrashPoint::AfterFill,
    CrashPoint::BeforeCommit,
    CrashPoint::AfterCommit,
];

const NAMES: [EventName; 6] = [
    EventName::Any,
    EventName::Accepted,
    EventName::Filled,
    EventName::Canceled,
    EventName::Expired,
    EventName::Rejected,
];

impl FaultScript {
    /// A script by chance: one to five faults of any kind but a crash, none to three crashes, and in every third
    /// script a venue that fills in parts and refuses orders. Postings of cash are left alone.
    #[must_use]
    pub fn random(seed: u64) -> Self {
        let mut rng = SeedStream::new(seed).child("fault_script").rng();
        let mut faults = Vec::new();
        for _ in 0..=rng.below(5) {
            faults.extend(fault(&mut rng));
        }
        for _ in 0..rng.below(4) {
            let at = POINTS[rng.below(POINTS.len())];
            faults.push(Fault::Crash(CrashFault {
                at,
                nth: nth(&mut rng, ORDERS),
                times: 1,
                chance: 1.0,
            }));
        }
        let is_rough = rng.below(3) == 0;
        let venue =
            VenueRules { partial_prob: 0.3, reject_prob: 0.05, seed, ..VenueRules::default() };
        Self { seed, venue: if is_rough { venue } else { VenueRules::default() }, faults }
    }
}

/// One fault, or two where one alone would do nothing.
fn fault(rng: &mut Rng) -> Vec<Fault> {
    let fault = match rng.below(15) {
        0 => Fault::Drop(event(rng)),
        1 => Fault::Duplicate(event(rng)),
        2 => {
            let polls = nth(rng, 6);
            let EventFault { event, nth, times, chance } = event(rng);
            Fault::Delay(DelayFault { event, polls, nth, times, chance })
        }
        3 => Fault::Reorder(plain(rng, EVENTS)),
        4 => {
            let (polls, nth) = (nth(rng, 6), nth(rng, ORDERS));
            Fault::LateCost(PostponedCostFault { polls, nth, times: many(rng), chance: 1.0 })
        }
        5 => {
            let (nth, times) = (nth(rng, ORDERS), many(rng));
            Fault::Reject(RejectFault {
                reason: "rejected by script".to_owned(),
                nth,
                times,
                chance: 1.0,
            })
        }
        6 => Fault::Partial(share(rng)),
        7 => return late_fill(rng),
        8 => Fault::OverFill(share(rng)),
        9 => Fault::LostReply(request(rng)),
        10 => Fault::LostRequest(request(rng)),
        11 => Fault::NotSent(request(rng)),
        12 => Fault::NoSnapshot(plain(rng, 3)),
        13 => {
            let (polls, nth) = (nth(rng, 5), nth(rng, POLLS));
            Fault::LinkLost(LinkFault { polls, nth, times: many(rng), chance: 1.0 })
        }
        _ => {
            let quantity = if rng.below(2) == 0 { 3.0 } else { -2.0 };
            let nth = nth(rng, POLLS);
            Fault::Stray(StrayFault { symbol: None, quantity, nth, times: 1, chance: 1.0 })
        }
    };
    vec![fault]
}

/// An order that is good for a bar has no rest unless it is filled in part.
fn late_fill(rng: &mut Rng) -> Vec<Fault> {
    let partial = share(rng);
    let late = ShareFault { frac: share(rng).frac, ..partial.clone() };
    vec![Fault::Partial(partial), Fault::LateFill(late)]
}

fn event(rng: &mut Rng) -> EventFault {
    let event = NAMES[rng.below(NAMES.len())];
    EventFault { event, nth: nth(rng, EVENTS), times: many(rng), chance: 1.0 }
}

fn plain(rng: &mut Rng, bound: usize) -> PlainFault {
    PlainFault { nth: nth(rng, bound), times: many(rng), chance: 1.0 }
}

fn share(rng: &mut Rng) -> ShareFault {
    let frac = 0.1 + 0.8 * rng.uniform();
    ShareFault { frac, nth: nth(rng, ORDERS), times: many(rng), chance: 1.0 }
}

fn request(rng: &mut Rng) -> RequestFault {
    let request = if rng.below(4) == 0 { RequestName::Cancel } else { RequestName::Submit };
    RequestFault { request, nth: nth(rng, ORDERS), times: many(rng), chance: 1.0 }
}

fn nth(rng: &mut Rng, bound: usize) -> u64 {
    1 + rng.below(bound) as u64
}

/// Mostly once.
fn many(rng: &mut Rng) -> u64 {
    if rng.below(3) == 0 { 3 } else { 1 }
}
