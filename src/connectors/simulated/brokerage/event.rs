//! What happened at the house.

use crate::base::Timestamp;

/// Something that happened to an order. `number` is the house's number of it.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "the fields are those of the order and the execution")]
pub enum HouseEvent {
    /// The house has the order, or a change of it.
    Accepted { number: u64, time: Timestamp },
    /// The order waits for the market to open.
    Held { number: u64, time: Timestamp },
    /// A part of it, or the rest, traded. Prices in currency units per share.
    Filled {
        number: u64,
        execution: String,
        quantity: f64,
        price: f64,
        /// Shares so far.
        cumulative: f64,
        /// Price so far.
        average: f64,
        time: Timestamp,
    },
    /// What an execution cost, currency units, and what it earned if it closed something.
    Commission { execution: String, cost: f64, realized: Option<f64>, time: Timestamp },
    /// The rest will not trade.
    Canceled { number: u64, time: Timestamp },
    /// None of it will trade.
    Rejected { number: u64, reason: String, time: Timestamp },
    /// Its time is over.
    Expired { number: u64, time: Timestamp },
}
