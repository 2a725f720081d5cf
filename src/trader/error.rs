//! Why trading had to stop.

use crate::base::Timestamp;
use crate::domain::{OrderId, Symbol};
use crate::ports::BrokerError;
use crate::risk::RiskError;
use crate::signals::SignalError;

/// Trading cannot go on. Denials and rejects are outcomes and not among these.
#[derive(Debug, thiserror::Error)]
pub enum TraderError {
    /// The limits are no limits.
    #[error("the risk gate cannot be set up")]
    Risk {
        /// What is wrong.
        source: RiskError,
    },
    /// A recording is too short to trade on.
    #[error("a session needs at least 2 rows (one to decide on, one to trade on), found {found}")]
    TooFewRows {
        /// Rows in the range.
        found: usize,
    },
    /// The agent could not decide.
    #[error("no decision can be made at {time}")]
    Signal {
        /// The decision time.
        time: Timestamp,
        /// Why.
        source: SignalError,
    },
    /// The agent chose what it must not.
    #[error("an action must be legal, was {action} at {time}, where {legal:?} are")]
    IllegalAction {
        /// The decision time.
        time: Timestamp,
        /// What was chosen.
        action: usize,
        /// The legal rows of the action table.
        legal: Vec<usize>,
    },
    /// The venue refused a call.
    #[error("the venue did not do what it was asked")]
    Broker {
        /// Why.
        source: BrokerError,
    },
    /// The venue reports an instrument that is not traded here.
    #[error("the venue reports a trade of `{symbol}`, which is not in the universe")]
    UnknownSymbol {
        /// What was reported.
        symbol: Symbol,
    },
    /// The venue reports something about an order that is not open, or more than was ordered.
    #[error("the venue reports {reported} of order {}, of which {open} is open", id.0)]
    OrderMismatch {
        /// The number of the order.
        id: OrderId,
        /// Signed quantity that the venue reports.
        reported: f64,
        /// Signed quantity that is open.
        open: f64,
    },
    /// The account at the venue is not the account that the fills make.
    #[error("{what} must be {ours} by our fills, the venue says {theirs}")]
    Reconcile {
        /// `cash` or a symbol.
        what: String,
        /// Derived from the events.
        ours: f64,
        /// Reported by the venue.
        theirs: f64,
    },
    /// A record cannot be written.
    #[error("a ledger record cannot be written as JSON")]
    Record {
        /// Why.
        source: serde_json::Error,
    },
}
