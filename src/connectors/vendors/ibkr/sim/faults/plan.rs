//! Which faults strike when, and which have struck.

use super::super::fault_port::{Act, Faults, Moment};
use super::kinds::{DataAfterLink, GatewayFaultKind as Kind};
use super::script::{FaultMoment, GatewayFault, GatewayFaults};
use crate::base::{Rng, SeedStream, Timestamp};

/// A script at work: the same moments give the same acts.
#[derive(Debug)]
pub struct GatewayFaultPlan {
    faults: Vec<Armed>,
    /// What ends later, with the venue's time of that.
    ends: Vec<(Timestamp, Act)>,
    rng: Rng,
    began: Option<Timestamp>,
}

#[derive(Debug)]
struct Armed {
    fault: GatewayFault,
    /// Messages of the wanted name so far.
    num_seen: u64,
    num_struck: u64,
}

impl GatewayFaultPlan {
    /// A plan whose chances come from the script's seed.
    #[must_use]
    pub fn new(script: &GatewayFaults) -> Self {
        let armed =
            |fault: &GatewayFault| Armed { fault: fault.clone(), num_seen: 0, num_struck: 0 };
        let faults = script.faults.iter().map(armed).collect();
        let rng = SeedStream::new(script.seed).child("gateway_faults").rng();
        Self { faults, ends: Vec::new(), rng, began: None }
    }

    /// How often each fault of the script has struck, in its order.
    #[must_use]
    pub fn strikes(&self) -> Vec<u64> {
        self.faults.iter().map(|armed| armed.num_struck).collect()
    }

    fn ended(&mut self, now: Timestamp) -> Vec<Act> {
        let ends = std::mem::take(&mut self.ends);
        let (over, open): (Vec<_>, Vec<_>) = ends.into_iter().partition(|(end, _)| *end <= now);
        self.ends = open;
        over.into_iter().map(|(_, act)| act).collect()
    }
}

impl Faults for GatewayFaultPlan {
    fn strike(&mut self, now: Timestamp, moment: Moment) -> Vec<Act> {
        let began = *self.began.get_or_insert(now);
        let elapsed_s = (now.nanos() - began.nanos()) as f64 * 1e-9;
        let mut acts = self.ended(now);
        for armed in &mut self.faults {
            if !armed.has_opportunity(elapsed_s, &moment) {
                continue;
            }
            let chance = armed.fault.chance;
            if chance < 1.0 && self.rng.uniform() >= chance {
                continue;
            }
            armed.num_struck += 1;
            let (act, end) = armed.fault.kind.act();
            acts.push(act);
            if let Some((after_s, end)) = end {
                self.ends.push((later(now, after_s), end));
            }
        }
        acts
    }
}

fn later(now: Timestamp, seconds: f64) -> Timestamp {
    now.saturating_add_nanos((seconds * 1e9) as i64)
}

impl Armed {
    /// Counts a moment, and tells whether the fault could strike now.
    fn has_opportunity(&mut self, elapsed_s: f64, moment: &Moment) -> bool {
        let GatewayFault { at, kind, times, .. } = &self.fault;
        let is_named = at.names(moment);
        self.num_seen += u64::from(is_named);
        if self.num_struck >= *times || !kind.suits(moment) {
            return false;
        }
        match (at.frame, at.time_s, at.connection) {
            (Some(frame), _, _) => {
                matches!(moment, Moment::Sending { frame: found, .. } if *found >= frame)
            }
            (_, Some(time_s), _) => {
                let pauses = at.every_s.unwrap_or(0.0) * self.num_struck as f64;
                elapsed_s >= time_s + pauses
            }
            (_, _, Some(connection)) => {
                matches!(moment, Moment::Connected { connection: found } if *found >= connection)
            }
            _ => is_named && self.num_seen >= at.nth.unwrap_or(1),
        }
    }
}

impl FaultMoment {
    /// Whether this is a message of the name that is wanted.
    fn names(&self, moment: &Moment) -> bool {
        let (name, wish) = match moment {
            Moment::Received { name, .. } => (*name, &self.request),
            Moment::Sending { name, .. } => (*name, &self.reply),
            Moment::Connected { .. } | Moment::Tick => return false,
        };
        let wishes = [wish.as_deref(), self.message.as_deref()];
        wishes.into_iter().flatten().any(|wish| wish == name || wish == "any")
    }
}

fn millis(seconds: f64) -> u64 {
    (seconds * 1000.0).ceil() as u64
}

impl Kind {
    /// What the server does, and what it does some seconds of the venue later.
    fn act(&self) -> (Act, Option<(f64, Act)>) {
        let act = match self {
            Self::LinkLost(link) => {
                let keeps_data = link.data == DataAfterLink::Kept;
                let back = Act::Link { is_down: false, keeps_data };
                return (Act::Link { is_down: true, keeps_data }, Some((link.time_s, back)));
            }
            Self::CompetingSession(competing) => {
                return (Act::Competing, Some((competing.time_s, Act::DataBack)));
            }
            Self::Drop => Act::Drop,
            Self::Delay(delay) => Act::Delay(millis(delay.time_s)),
            Self::Split(split) => Act::Split { at: split.at_byte, pause: millis(split.pause_s) },
            Self::Duplicate => Act::Duplicate,
            Self::Reorder(reorder) => Act::Reorder(reorder.frames),
            Self::Stall(stall) => Act::Stall(stall.time_s.map_or(0, millis)),
            Self::Close(close) => Act::Close { after: close.after_byte },
            Self::Restart(restart) => {
                Act::Restart { down: millis(restart.down_s), id_rollback: restart.id_rollback }
            }
            Self::Notice(notice) => Act::Notice { code: notice.code, text: notice.text.clone() },
            Self::ClientIdInUse => Act::ClientIdInUse,
            Self::Sentinels => Act::Sentinels,
            Self::Unset(unset) => Act::Unset { field: unset.field.clone(), value: unset.value },
            Self::OverFill(over) => Act::OverFill(over.quantity),
            Self::ForeignOrder(foreign) => {
                let (symbol, quantity) = (foreign.symbol.clone(), foreign.quantity);
                Act::ForeignOrder { symbol, quantity }
            }
            Self::Reject(reject) => Act::Reject { code: reject.code, text: reject.text.clone() },
            Self::UnknownMessage(unknown) => Act::UnknownMessage(unknown.number),
            Self::Burst(burst) => Act::Burst(burst.notices),
            Self::Correct(correct) => Act::Correct { price_change: correct.price_change },
        };
        (act, None)
    }
}
