//! What can happen to the engine and what it can ask for: two closed lists.

use serde::{Deserialize, Serialize};

use crate::base::{Digest, Timestamp};
use crate::domain::{BookTop, MarketRow, OrderId, OrderRequest, Symbol};
use crate::ports::{BrokerEvent, BrokerSnapshot};
use crate::risk::{Approved, Denial, HaltCause, RiskState};
use crate::signals::{Diagnostics, MemberView, Target};

/// Everything that can happen to the engine. Every event is a row of the ledger, so a session can be replayed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::large_enum_variant, reason = "one at a time, and its row of the ledger is larger")]
pub enum Event {
    /// The process began, for the first time or again. The first event of a ledger and of every continuation.
    Started {
        /// When.
        time: Timestamp,
        /// Where limits and halts stood at the end of the last session of this account.
        risk: RiskState,
    },
    /// A row of the market on which nothing is decided: history before trading begins.
    History(MarketRow),
    /// A row of the market on which a decision is due.
    Bar(MarketRow),
    /// The last row of the session: the account is valued and nothing is decided.
    LastBar(MarketRow),
    /// New best prices.
    Quote {
        /// Of which symbol.
        symbol: Symbol,
        /// The prices.
        top: BookTop,
    },
    /// Time has passed.
    Timer {
        /// It is now.
        time: Timestamp,
    },
    /// News of the venue.
    Broker(BrokerEvent),
    /// The answer to [`Effect::Reconcile`].
    Snapshot {
        /// When it came.
        time: Timestamp,
        /// The venue's truth.
        snapshot: BrokerSnapshot,
    },
    /// The venue could not be asked for its truth.
    SnapshotFailed {
        /// When.
        time: Timestamp,
        /// Why.
        detail: String,
    },
    /// An order was not taken by the connection.
    SendFailed {
        /// Which order.
        order_id: OrderId,
        /// Whether it may have arrived all the same.
        is_unknown: bool,
        /// When.
        time: Timestamp,
        /// Why.
        detail: String,
    },
    /// The data of a symbol must not be traded on from here on.
    Stale {
        /// Which symbol; all of them if absent.
        symbol: Option<Symbol>,
        /// Why, in the venue's words.
        reason: String,
        /// When it was noticed.
        time: Timestamp,
    },
    /// The data of a symbol is good again.
    Fresh {
        /// Which symbol; all of them if absent.
        symbol: Option<Symbol>,
        /// When.
        time: Timestamp,
    },
    /// The decision of the last row came too late: its orders were not sent.
    DecisionLate {
        /// Seconds that it took.
        took_s: f64,
        /// Seconds that it may take.
        limit_s: f64,
        /// When.
        time: Timestamp,
    },
    /// The venue does not trade a symbol, or does so no longer.
    NotTraded {
        /// Which symbol.
        symbol: Symbol,
        /// How that was learned.
        detail: String,
        /// When.
        time: Timestamp,
    },
    /// Somebody outside gave a command.
    Command {
        /// Which.
        command: Command,
        /// By whom, in words: `cli`, `signal`, `file`, `watchdog`, or [`Command::BEFORE_START`].
        by: String,
        /// When.
        time: Timestamp,
    },
}

/// What a human or a watchdog can ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Decide nothing new until resumed; orders stay.
    Pause,
    /// Trade again, also after a halt.
    Resume,
    /// Cancel all orders, close all positions, then pause.
    Flatten,
    /// Cancel all orders and halt until a human resumes; positions stay.
    Kill,
}

impl Command {
    /// By whom a resume comes that a human gave before the process began: of what was found since then he cannot have known.
    pub const BEFORE_START: &'static str = "before_start";
}

/// Everything that the engine can ask for, to be carried out in order.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(
    clippy::large_enum_variant,
    reason = "a handful at a time, and their row of the ledger is larger"
)]
pub enum Effect {
    /// A decision was made. To be known, nothing to do.
    Decided(Box<Decision>),
    /// A decision was due and there was none, for this reason.
    NotDecided {
        /// The row on which it was due.
        time: Timestamp,
        /// Why not.
        reason: NoDecision,
    },
    /// Our own risk gate refused an order outside of a decision.
    Denied(DeniedOrder),
    /// Send this to the venue.
    Submit(Approved<OrderRequest>),
    /// Ask the venue to cancel.
    Cancel(OrderId),
    /// Ask the venue for everything since this time; the answer is [`Event::Snapshot`].
    Reconcile {
        /// Executions and ends of orders since then.
        since: Timestamp,
    },
    /// Tell a human.
    Alert(Alert),
    /// Limits and halts have changed: keep this for the next session of the account.
    KeepRisk(RiskState),
    /// The session ended at this value of the account.
    Closed {
        /// The last row.
        time: Timestamp,
        /// Currency units.
        equity: f64,
    },
}

/// Why there was no decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoDecision {
    /// The agent has not seen enough yet.
    WarmingUp,
    /// The venue and the ledger are not compared yet.
    NotReconciled,
    /// A human paused the session.
    Paused,
    /// Trading is halted.
    Halted,
    /// Too few members had an opinion.
    NoQuorum,
    /// The members disagree too much.
    Disagreement,
    /// The signal could not be used.
    BadSignal,
}

/// Something that a human should know.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Alert {
    /// Trading halted.
    Halted {
        /// Why.
        cause: HaltCause,
        /// What is halted; everything if absent.
        symbol: Option<Symbol>,
    },
    /// Trading goes on.
    Resumed,
    /// The venue has what we do not know of, or lacks what we have.
    Mismatch {
        /// `cash`, a symbol or an order.
        what: String,
        /// By our ledger.
        ours: f64,
        /// By the venue.
        theirs: f64,
    },
    /// An event of the venue makes no sense for its order and was left out.
    Refused {
        /// What happened.
        detail: String,
    },
    /// More was filled than was ordered; it is counted, and the symbol is halted.
    OverFill {
        /// Which order.
        order_id: OrderId,
        /// By how much.
        excess: f64,
    },
    /// A member of the ensemble failed and is left out of this decision.
    MemberFailed {
        /// Which one.
        member: String,
        /// Why.
        detail: String,
    },
    /// An order never arrived at the venue.
    NeverArrived {
        /// Which order.
        order_id: OrderId,
    },
    /// A human confirmed the venue's position, and it was taken over.
    Adopted {
        /// Which symbol.
        symbol: Symbol,
        /// By our ledger until now.
        ours: f64,
        /// By the venue, and by our ledger from here on.
        theirs: f64,
    },
    /// A decision came too late: its orders were not sent.
    DecisionLate {
        /// Seconds that it took.
        took_s: f64,
        /// Seconds that it may take.
        limit_s: f64,
    },
    /// The venue does not trade a symbol, or does so no longer.
    NotTraded {
        /// Which symbol.
        symbol: Symbol,
        /// How that was learned.
        detail: String,
    },
}

/// One decision, from what was seen to what was asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// The row that was decided on.
    pub time: Timestamp,
    /// Digest of the observation that the first member saw.
    pub observation: Digest,
    /// Which actions of the first member were legal.
    pub legal: Vec<bool>,
    /// The row of the first member's action table.
    pub action: usize,
    /// What the agents ask for together.
    pub target: Target,
    /// Probability of the action, or the mean of the members'.
    pub confidence: f64,
    /// What the critic expected, or the mean of the members'.
    pub value: f64,
    /// What each member said; empty for a single agent.
    pub members: Vec<MemberView>,
    /// How far the members agree; absent for a single agent.
    pub diagnostics: Option<Diagnostics>,
    /// Value of the account, currency units.
    pub equity: f64,
    /// Fractions of equity held, cash first.
    pub weights: Vec<f64>,
    /// Target weights after sizing, cash first; absent where the target is no weights.
    pub sized: Option<Vec<f64>>,
    /// What was sent to the venue at once.
    pub orders: Vec<OrderRequest>,
    /// What our own risk gate refused.
    pub denials: Vec<DeniedOrder>,
}

/// An order that the risk gate refused.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeniedOrder {
    /// What was asked for.
    pub order: OrderRequest,
    /// Why not.
    pub denial: Denial,
}

impl Event {
    /// When it happened.
    #[must_use]
    pub fn time(&self) -> Timestamp {
        match self {
            Self::History(row) | Self::Bar(row) | Self::LastBar(row) => row.time,
            Self::Quote { top, .. } => top.time,
            Self::Broker(event) => event.time(),
            Self::Started { time, .. }
            | Self::Timer { time }
            | Self::Snapshot { time, .. }
            | Self::SnapshotFailed { time, .. }
            | Self::SendFailed { time, .. }
            | Self::Stale { time, .. }
            | Self::Fresh { time, .. }
            | Self::DecisionLate { time, .. }
            | Self::NotTraded { time, .. }
            | Self::Command { time, .. } => *time,
        }
    }
}
