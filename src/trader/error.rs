//! Why trading had to stop.

use super::ledger::LedgerError;
use super::session::live::FeedError;
use crate::base::Timestamp;
use crate::ports::BrokerError;
use crate::risk::RiskError;

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
    /// The venue cannot go on.
    #[error("the venue cannot move on")]
    Broker {
        /// Why.
        source: BrokerError,
    },
    /// Nothing more comes from the market.
    #[error("the session cannot go on without its market data")]
    Feed {
        /// Why.
        source: FeedError,
    },
    /// The ledger cannot go on.
    #[error("the session cannot go on without its ledger")]
    Ledger {
        /// Why.
        source: LedgerError,
    },
}
