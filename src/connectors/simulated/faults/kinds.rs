//! The faults, each with its settings.
//!
//! Every fault counts its own opportunities from 1. It strikes from opportunity `nth` on, each time with probability
//! `chance`, and at most `times` times in a session, restarts included.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::Symbol;
use crate::ports::BrokerEvent;

const fn one() -> u64 {
    1
}

const fn certain() -> f64 {
    1.0
}

/// Something that goes wrong.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Fault {
    /// An event never arrives.
    Drop(EventFault),
    /// An event arrives some polls late.
    Delay(DelayFault),
    /// An event arrives twice.
    Duplicate(EventFault),
    /// The events of a poll arrive in another order. An opportunity is a poll with two events or more.
    Reorder(PlainFault),
    /// The costs of a fill are 0 at first and become known some polls later. An opportunity is a fill.
    LateCost(PostponedCostFault),
    /// The venue refuses an order. An opportunity is an order.
    Reject(RejectFault),
    /// The next fill of an order is only a part of what it could be. An opportunity is an order.
    Partial(ShareFault),
    /// A part of the rest trades after an order is canceled or expires. An opportunity is an order.
    LateFill(ShareFault),
    /// More trades than was ordered. An opportunity is an order.
    OverFill(ShareFault),
    /// A request arrives, and its answer is lost: the sender does not know.
    LostReply(RequestFault),
    /// A request is lost, and the sender does not know.
    LostRequest(RequestFault),
    /// A request does not leave, and the sender knows.
    NotSent(RequestFault),
    /// A request arrives, and its answer takes so long: the sender waits for it.
    Stall(StallFault),
    /// The venue does not answer a question for its truth. An opportunity is a question.
    NoSnapshot(PlainFault),
    /// The connection is lost for some polls; what happens meanwhile is never told. An opportunity is a poll.
    LinkLost(LinkFault),
    /// Somebody else trades on the account. An opportunity is a poll.
    Stray(StrayFault),
    /// The process dies at once, as by `kill -9`. An opportunity is a passage of the point.
    Crash(CrashFault),
}

/// Settings of `reorder` and `no_snapshot`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlainFault {
    /// First opportunity, from 1. Default 1.
    #[serde(default = "one")]
    pub nth: u64,
    /// Most strikes. Default 1.
    #[serde(default = "one")]
    pub times: u64,
    /// Probability of each, above 0 to 1. Default 1.
    #[serde(default = "certain")]
    pub chance: f64,
}

/// Settings of `drop` and `duplicate`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EventFault {
    /// Which events. Default any.
    #[serde(default)]
    pub event: EventName,
    /// First opportunity, from 1. Default 1.
    #[serde(default = "one")]
    pub nth: u64,
    /// Most strikes. Default 1.
    #[serde(default = "one")]
    pub times: u64,
    /// Probability of each, above 0 to 1. Default 1.
    #[serde(default = "certain")]
    pub chance: f64,
}

/// Settings of `delay`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DelayFault {
    /// Which events. Default any.
    #[serde(default)]
    pub event: EventName,
    /// How many polls late, at least 1. Default 1.
    #[serde(default = "one")]
    pub polls: u64,
    /// First opportunity, from 1. Default 1.
    #[serde(default = "one")]
    pub nth: u64,
    /// Most strikes. Default 1.
    #[serde(default = "one")]
    pub times: u64,
    /// Probability of each, above 0 to 1. Default 1.
    #[serde(default = "certain")]
    pub chance: f64,
}

/// Settings of `late_cost`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PostponedCostFault {
    /// How many polls late, at least 1. Default 1.
    #[serde(default = "one")]
    pub polls: u64,
    /// First opportunity, from 1. Default 1.
    #[serde(default = "one")]
    pub nth: u64,
    /// Most strikes. Default 1.
    #[serde(default = "one")]
    pub times: u64,
    /// Probability of each, above 0 to 1. Default 1.
    #[serde(default = "certain")]
    pub chance: f64,
}

/// Settings of `reject`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RejectFault {
    /// The venue's words. Default: `rejected by script`.
    #[serde(default = "by_script")]
    pub reason: String,
    /// First opportunity, from 1. Default 1.
    #[serde(default = "one")]
    pub nth: u64,
    /// Most strikes. Default 1.
    #[serde(default = "one")]
    pub times: u64,
    /// Probability of each, above 0 to 1. Default 1.
    #[serde(default = "certain")]
    pub chance: f64,
}

fn by_script() -> String {
    "rejected by script".to_owned()
}

/// Settings of `partial`, `late_fill` and `over_fill`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ShareFault {
    /// The part, above 0 to 1: of what could trade, of the rest, of the order.
    pub frac: f64,
    /// First opportunity, from 1. Default 1.
    #[serde(default = "one")]
    pub nth: u64,
    /// Most strikes. Default 1.
    #[serde(default = "one")]
    pub times: u64,
    /// Probability of each, above 0 to 1. Default 1.
    #[serde(default = "certain")]
    pub chance: f64,
}

/// Settings of `lost_reply`, `lost_request` and `not_sent`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestFault {
    /// Which requests. Default submit.
    #[serde(default)]
    pub request: RequestName,
    /// First opportunity, from 1. Default 1.
    #[serde(default = "one")]
    pub nth: u64,
    /// Most strikes. Default 1.
    #[serde(default = "one")]
    pub times: u64,
    /// Probability of each, above 0 to 1. Default 1.
    #[serde(default = "certain")]
    pub chance: f64,
}

/// Settings of `stall`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StallFault {
    /// Which requests. Default submit.
    #[serde(default)]
    pub request: RequestName,
    /// How long the answer takes, milliseconds of the wall clock, 1..=60000.
    pub ms: u64,
    /// First opportunity, from 1. Default 1.
    #[serde(default = "one")]
    pub nth: u64,
    /// Most strikes. Default 1.
    #[serde(default = "one")]
    pub times: u64,
    /// Probability of each, above 0 to 1. Default 1.
    #[serde(default = "certain")]
    pub chance: f64,
}

/// Settings of `link_lost`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkFault {
    /// How many polls it is gone, at least 1. Default 1.
    #[serde(default = "one")]
    pub polls: u64,
    /// First opportunity, from 1. Default 1.
    #[serde(default = "one")]
    pub nth: u64,
    /// Most strikes. Default 1.
    #[serde(default = "one")]
    pub times: u64,
    /// Probability of each, above 0 to 1. Default 1.
    #[serde(default = "certain")]
    pub chance: f64,
}

/// Settings of `stray`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StrayFault {
    /// What is traded. Default: what the session ordered last; nothing before its first order.
    #[serde(default)]
    pub symbol: Option<Symbol>,
    /// Shares or contracts, negative for a sale, not 0.
    pub quantity: f64,
    /// First opportunity, from 1. Default 1.
    #[serde(default = "one")]
    pub nth: u64,
    /// Most strikes. Default 1.
    #[serde(default = "one")]
    pub times: u64,
    /// Probability of each, above 0 to 1. Default 1.
    #[serde(default = "certain")]
    pub chance: f64,
}

/// Settings of `crash`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CrashFault {
    /// At which point.
    pub at: CrashPoint,
    /// First opportunity, from 1, counted anew after each restart. Default 1.
    #[serde(default = "one")]
    pub nth: u64,
    /// Most strikes. Default 1.
    #[serde(default = "one")]
    pub times: u64,
    /// Probability of each, above 0 to 1. Default 1.
    #[serde(default = "certain")]
    pub chance: f64,
}

/// Where a process can die.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CrashPoint {
    /// An order is in the ledger, and nothing else has happened.
    AfterIntent,
    /// An order is about to be sent.
    BeforeSend,
    /// An order was sent.
    AfterSend,
    /// It was heard that an order is accepted, and nothing was done with that.
    AfterAck,
    /// It was heard of a fill, and nothing was done with that.
    AfterFill,
    /// An event was processed, and is not in the ledger yet.
    BeforeCommit,
    /// An event is in the ledger, and its effects are not carried out.
    AfterCommit,
}

/// Which request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RequestName {
    /// An order.
    #[default]
    Submit,
    /// A cancel.
    Cancel,
}

/// Which event of a venue.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EventName {
    /// Every event of an order, postings of cash not counted.
    #[default]
    Any,
    /// The venue has the order.
    Accepted,
    /// All or part of an order was filled.
    Filled,
    /// A protective rule of the environment closed a position.
    Protected,
    /// An order was canceled.
    Canceled,
    /// The venue did not cancel.
    CancelRefused,
    /// The time of an order was over.
    Expired,
    /// The venue refused an order.
    Rejected,
    /// Interest or a fee.
    CashPosted,
}

impl EventName {
    /// Whether an event goes by this name.
    #[must_use]
    pub const fn is_of(self, event: &BrokerEvent) -> bool {
        let name = match event {
            BrokerEvent::Accepted { .. } => Self::Accepted,
            BrokerEvent::Filled(_) => Self::Filled,
            BrokerEvent::Protected { .. } => Self::Protected,
            BrokerEvent::Canceled { .. } => Self::Canceled,
            BrokerEvent::CancelRefused { .. } => Self::CancelRefused,
            BrokerEvent::Expired { .. } => Self::Expired,
            BrokerEvent::Rejected { .. } => Self::Rejected,
            BrokerEvent::CashPosted { .. } => return matches!(self, Self::CashPosted),
            BrokerEvent::CostKnown { .. }
            | BrokerEvent::Corrected { .. }
            | BrokerEvent::LinkLost { .. }
            | BrokerEvent::LinkRestored { .. } => return false,
        };
        matches!(self, Self::Any) || self as u8 == name as u8
    }
}
