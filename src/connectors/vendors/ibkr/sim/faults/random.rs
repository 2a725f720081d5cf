//! Scripts by seed, for sweeps.

use super::kinds::{
    BurstFault, CloseFault, CompetingFault, CorrectFault, DataAfterLink, DelayFault,
    GatewayFaultKind as Kind, LinkFault, NoticeFault, OverFillFault, RejectFault, ReorderFault,
    RestartFault, SplitFault, StallFault, UnknownFault,
};
use super::script::{FaultMoment, GatewayFault, GatewayFaults};
use crate::base::{Rng, SeedStream};

/// Replies about orders: none of them ends a list, so that a client may miss any.
const ABOUT_ORDERS: [&str; 4] =
    ["open_order", "order_status", "execution_data", "commission_report"];

/// Faults of one sort.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GatewayFaultFamily {
    /// Messages come late, in pieces, twice, in another order, unset, unknown or among many: nothing is lost.
    Wire,
    /// Replies about orders are lost.
    Loss,
    /// Connections break, at any byte of a request's or reply's frame, or the gateway goes away and comes back.
    Break,
    /// The gateway loses the broker or its data, and says so.
    Link,
    /// Orders are refused, over-filled or corrected.
    Orders,
}

impl GatewayFaultFamily {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Wire, Self::Loss, Self::Break, Self::Link, Self::Orders];
}

impl GatewayFaults {
    /// A script by chance: one to five faults of these families, no pause of the wall clock above 0.3 seconds. Without a
    /// family it is empty.
    #[must_use]
    pub fn random(seed: u64, families: &[GatewayFaultFamily]) -> Self {
        let mut rng = SeedStream::new(seed).child("gateway_fault_script").rng();
        let mut faults = Vec::new();
        let count = if families.is_empty() { 0 } else { 1 + rng.below(5) };
        for _ in 0..count {
            let family = families[rng.below(families.len())];
            faults.push(match family {
                GatewayFaultFamily::Wire => wire(&mut rng),
                GatewayFaultFamily::Loss => fault(reply(&mut rng), Kind::Drop),
                GatewayFaultFamily::Break => broken(&mut rng),
                GatewayFaultFamily::Link => link(&mut rng),
                GatewayFaultFamily::Orders => orders(&mut rng),
            });
        }
        Self { seed, faults }
    }
}

const fn fault(at: FaultMoment, kind: Kind) -> GatewayFault {
    GatewayFault { at, kind, times: 1, chance: 1.0 }
}

fn nth(rng: &mut Rng, bound: usize) -> u64 {
    1 + rng.below(bound) as u64
}

/// Hundredths of a second, 0.01 to 0.3.
fn pause(rng: &mut Rng) -> f64 {
    nth(rng, 30) as f64 / 100.0
}

fn frame(rng: &mut Rng) -> FaultMoment {
    FaultMoment { frame: Some(nth(rng, 200)), ..FaultMoment::default() }
}

fn reply(rng: &mut Rng) -> FaultMoment {
    let name = ABOUT_ORDERS[rng.below(ABOUT_ORDERS.len())].to_owned();
    FaultMoment { reply: Some(name), nth: Some(nth(rng, 12)), ..FaultMoment::default() }
}

fn request(rng: &mut Rng, name: &str) -> FaultMoment {
    let nth = Some(nth(rng, 8));
    FaultMoment { request: Some(name.to_owned()), nth, ..FaultMoment::default() }
}

fn wire(rng: &mut Rng) -> GatewayFault {
    match rng.below(8) {
        0 => fault(frame(rng), Kind::Delay(DelayFault { time_s: pause(rng) })),
        1 | 2 => {
            let (at_byte, pause_s) = (1 + rng.below(40), pause(rng) / 3.0);
            fault(frame(rng), Kind::Split(SplitFault { at_byte, pause_s }))
        }
        3 => fault(reply(rng), Kind::Duplicate),
        4 => fault(reply(rng), Kind::Reorder(ReorderFault { frames: 1 + rng.below(3) })),
        5 => fault(reply(rng), Kind::Sentinels),
        6 => fault(frame(rng), Kind::UnknownMessage(UnknownFault { number: 190 })),
        _ => fault(frame(rng), Kind::Burst(BurstFault { notices: 1 + rng.below(150) })),
    }
}

fn broken(rng: &mut Rng) -> GatewayFault {
    let after_byte = rng.below(64);
    match rng.below(6) {
        0 => fault(frame(rng), Kind::Close(CloseFault { after_byte })),
        1 => fault(reply(rng), Kind::Close(CloseFault { after_byte })),
        2 => fault(request(rng, "place_order"), Kind::Close(CloseFault { after_byte: 0 })),
        3 => fault(request(rng, "cancel_order"), Kind::Close(CloseFault { after_byte: 0 })),
        4 => fault(frame(rng), Kind::Stall(StallFault { time_s: Some(pause(rng)) })),
        _ => {
            let (down_s, id_rollback) = (pause(rng), rng.below(20) as i32);
            fault(frame(rng), Kind::Restart(RestartFault { down_s, id_rollback }))
        }
    }
}

fn link(rng: &mut Rng) -> GatewayFault {
    let at = FaultMoment { time_s: Some(rng.below(3600) as f64), ..FaultMoment::default() };
    let time_s = nth(rng, 300) as f64;
    match rng.below(4) {
        0 => fault(at, Kind::LinkLost(LinkFault { time_s, data: DataAfterLink::Kept })),
        1 => fault(at, Kind::LinkLost(LinkFault { time_s, data: DataAfterLink::Lost })),
        2 => fault(at, Kind::CompetingSession(CompetingFault { time_s })),
        _ => {
            let code = [2103, 2104, 2105, 2106, 2107, 2108, 2119, 2158][rng.below(8)];
            fault(at, Kind::Notice(NoticeFault { code, text: "farm:usfarm".to_owned() }))
        }
    }
}

fn orders(rng: &mut Rng) -> GatewayFault {
    match rng.below(3) {
        0 => {
            let code = [110, 201, 203, 321][rng.below(4)];
            let text = "by script".to_owned();
            fault(request(rng, "place_order"), Kind::Reject(RejectFault { code, text }))
        }
        1 => {
            let quantity = nth(rng, 5) as f64;
            fault(request(rng, "place_order"), Kind::OverFill(OverFillFault { quantity }))
        }
        _ => {
            let name = Some("execution_data".to_owned());
            let at = FaultMoment { reply: name, nth: Some(nth(rng, 6)), ..FaultMoment::default() };
            fault(at, Kind::Correct(CorrectFault { price_change: 0.01 }))
        }
    }
}
