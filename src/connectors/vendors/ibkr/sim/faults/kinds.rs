//! What can go wrong, each with its settings.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::sentinel::Sentinel;

/// One thing that goes wrong. Times of the wire are of the wall clock, times of the broker are of the venue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum GatewayFaultKind {
    /// A message is lost. A request that is lost was never carried out.
    Drop,
    /// A message and all after it on that connection come late.
    Delay(DelayFault),
    /// A frame comes in two pieces.
    Split(SplitFault),
    /// A message comes twice.
    Duplicate,
    /// A message comes after some of the following ones.
    Reorder(ReorderFault),
    /// A connection stays open, and nothing comes any more.
    Stall(StallFault),
    /// A connection is closed, in the middle of a reply if so wished. A request is carried out and nothing is told of it,
    /// unless the same request is dropped too.
    Close(CloseFault),
    /// The gateway goes away and comes back.
    Restart(RestartFault),
    /// The gateway tells something to everybody.
    Notice(NoticeFault),
    /// The gateway loses the broker: 1100, then 1101 or 1102.
    LinkLost(LinkFault),
    /// Another session takes the market data: 10197.
    CompetingSession(CompetingFault),
    /// The client's number is in use: 326. For `connection` and `request: start_api` alone.
    ClientIdInUse,
    /// Numbers of a message are unset, which the wire writes as the largest one.
    Sentinels,
    /// Numbers of a message are replaced by what is none. For replies in protobuf alone.
    Unset(UnsetFault),
    /// An order trades more than was ordered.
    OverFill(OverFillFault),
    /// Somebody else trades on the account.
    ForeignOrder(ForeignFault),
    /// The order is refused. For `request: place_order` alone.
    Reject(RejectFault),
    /// A message of an unknown kind comes first.
    UnknownMessage(UnknownFault),
    /// Many notices come first.
    Burst(BurstFault),
    /// The price of an execution is corrected afterwards. For `reply: execution_data` alone.
    Correct(CorrectFault),
}

impl GatewayFaultKind {
    /// As scripts write it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Drop => "drop",
            Self::Delay(_) => "delay",
            Self::Split(_) => "split",
            Self::Duplicate => "duplicate",
            Self::Reorder(_) => "reorder",
            Self::Stall(_) => "stall",
            Self::Close(_) => "close",
            Self::Restart(_) => "restart",
            Self::Notice(_) => "notice",
            Self::LinkLost(_) => "link_lost",
            Self::CompetingSession(_) => "competing_session",
            Self::ClientIdInUse => "client_id_in_use",
            Self::Sentinels => "sentinels",
            Self::Unset(_) => "unset",
            Self::OverFill(_) => "over_fill",
            Self::ForeignOrder(_) => "foreign_order",
            Self::Reject(_) => "reject",
            Self::UnknownMessage(_) => "unknown_message",
            Self::Burst(_) => "burst",
            Self::Correct(_) => "correct",
        }
    }
}

/// Settings of `delay`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DelayFault {
    /// Seconds of the wall clock, above 0 to 3600.
    pub time_s: f64,
}

/// Settings of `split`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SplitFault {
    /// Bytes of the first piece; the four bytes of the length count.
    pub at_byte: usize,
    /// Seconds of the wall clock between the pieces, 0 to 3600. Default 0.05.
    #[serde(default = "SplitFault::default_pause")]
    pub pause_s: f64,
}

impl SplitFault {
    const fn default_pause() -> f64 {
        0.05
    }
}

/// Settings of `reorder`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReorderFault {
    /// How many of the following messages of the connection come first, 1 to 1000.
    pub frames: usize,
}

/// Settings of `stall`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StallFault {
    /// Seconds of the wall clock, above 0 to 3600. Default: for ever.
    #[serde(default)]
    pub time_s: Option<f64>,
}

/// Settings of `close`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CloseFault {
    /// Bytes of the message that still come; the four bytes of the length count. Default 0.
    #[serde(default)]
    pub after_byte: usize,
}

/// Settings of `restart`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RestartFault {
    /// Seconds of the wall clock without a gateway, 0 to 3600. Default 1.
    #[serde(default = "RestartFault::default_down")]
    pub down_s: f64,
    /// How far the next valid order id goes back. Default 0.
    #[serde(default)]
    pub id_rollback: i32,
}

impl RestartFault {
    const fn default_down() -> f64 {
        1.0
    }
}

/// Settings of `notice`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NoticeFault {
    /// Such as 2103.
    pub code: i32,
    /// The text. Default `by script`.
    #[serde(default = "by_script")]
    pub text: String,
}

/// What became of market data while the gateway had lost the broker.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DataAfterLink {
    /// It goes on by itself: 1102.
    #[default]
    Kept,
    /// It has to be asked for again: 1101.
    Lost,
}

/// Settings of `link_lost`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkFault {
    /// Seconds of the venue, above 0 to 86400.
    pub time_s: f64,
    /// What becomes of market data. Default `kept`.
    #[serde(default)]
    pub data: DataAfterLink,
}

/// Settings of `competing_session`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CompetingFault {
    /// Seconds of the venue, above 0 to 86400.
    pub time_s: f64,
}

/// Settings of `unset`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UnsetFault {
    /// What is written instead.
    pub value: Sentinel,
    /// Names of one field with points between, such as `execution.price`. Default: all prices, quantities and amounts.
    #[serde(default)]
    pub field: Option<String>,
}

/// Settings of `over_fill`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OverFillFault {
    /// Shares too many, above 0.
    pub quantity: f64,
}

/// Settings of `foreign_order`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ForeignFault {
    /// Such as `SPY`.
    pub symbol: String,
    /// Shares; a sale if negative. Not 0.
    pub quantity: f64,
}

/// Settings of `reject`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RejectFault {
    /// The broker's code. Default 201.
    #[serde(default = "RejectFault::default_code")]
    pub code: i32,
    /// The text. Default `by script`.
    #[serde(default = "by_script")]
    pub text: String,
}

impl RejectFault {
    const fn default_code() -> i32 {
        201
    }
}

/// Settings of `unknown_message`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UnknownFault {
    /// Number of the message. Default 190.
    #[serde(default = "UnknownFault::default_number")]
    pub number: i32,
}

impl UnknownFault {
    const fn default_number() -> i32 {
        190
    }
}

/// Settings of `burst`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BurstFault {
    /// How many, 1 to 1000000.
    pub notices: usize,
}

/// Settings of `correct`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CorrectFault {
    /// Currency units to add to the price. Not 0.
    pub price_change: f64,
}

fn by_script() -> String {
    "by script".to_owned()
}
