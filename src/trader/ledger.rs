//! The memory of a session: what was decided, asked for and done, chained by digest.

use serde::{Deserialize, Serialize};

use super::TraderError;
use crate::base::{Digest, Timestamp, digest_bytes};
use crate::domain::OrderRequest;
use crate::ports::BrokerEvent;
use crate::risk::Denial;
use crate::signals::Target;

/// One entry of the ledger.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Record {
    /// A decision was made.
    Decision(Decision),
    /// The venue told us something.
    Broker(BrokerEvent),
    /// A decision was due and the agent could not have an opinion yet.
    NoSignal {
        /// The row on which it was due.
        time: Timestamp,
    },
    /// The session ended at this value of the account.
    Closed {
        /// The last row.
        time: Timestamp,
        /// Currency units.
        equity: f64,
    },
}

/// One decision, from what was seen to what was asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// The row that was decided on.
    pub time: Timestamp,
    /// Digest of the observation that the policy saw.
    pub observation: Digest,
    /// Which actions were legal.
    pub legal: Vec<bool>,
    /// The row of the action table.
    pub action: usize,
    /// What the action asks for.
    pub target: Target,
    /// Probability that the policy gave to the action.
    pub confidence: f64,
    /// What the critic expected.
    pub value: f64,
    /// Value of the account, currency units.
    pub equity: f64,
    /// Fractions of equity held, cash first.
    pub weights: Vec<f64>,
    /// What was sent to the venue.
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

/// Records in order, each bound to all before it.
///
/// The head after a record is SHA-256 of the head before it, a line feed and the record as JSON; the
/// first head is SHA-256 of the session's name.
#[derive(Debug, Clone)]
pub struct Ledger {
    head: Digest,
    records: Vec<Record>,
}

/// How long a ledger is and the digest that binds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerHead {
    /// Number of records.
    pub rows: usize,
    /// Digest of the whole.
    pub head: Digest,
}

impl Ledger {
    /// An empty ledger of a named session.
    #[must_use]
    pub fn new(session: &str) -> Self {
        Self { head: digest_bytes(session.as_bytes()), records: Vec::new() }
    }

    /// Adds a record.
    ///
    /// # Errors
    /// [`TraderError::Record`] if it cannot be written as JSON.
    pub fn append(&mut self, record: Record) -> Result<(), TraderError> {
        let json =
            serde_json::to_string(&record).map_err(|source| TraderError::Record { source })?;
        self.head = digest_bytes(format!("{}\n{json}", self.head).as_bytes());
        self.records.push(record);
        Ok(())
    }

    /// All records, oldest first.
    #[must_use]
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// The length and the digest of the whole.
    #[must_use]
    pub fn head(&self) -> LedgerHead {
        LedgerHead { rows: self.records.len(), head: self.head }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn closed(equity: f64) -> Record {
        Record::Closed { time: Timestamp::from_seconds(1), equity }
    }

    #[test]
    fn the_head_depends_on_every_record_and_on_their_order() {
        let head = |session: &str, equities: &[f64]| {
            let mut ledger = Ledger::new(session);
            equities.iter().for_each(|&e| ledger.append(closed(e)).unwrap());
            ledger.head()
        };
        let first = head("a", &[1.0, 2.0]);
        assert_eq!(first, head("a", &[1.0, 2.0]));
        assert_eq!(first.rows, 2);
        for other in [head("a", &[2.0, 1.0]), head("a", &[1.0, 2.5]), head("b", &[1.0, 2.0])] {
            assert_ne!(first.head, other.head);
        }
    }
}
