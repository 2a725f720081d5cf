//! What a row of a ledger says, for the tables that are asked questions.

use super::fills::{correct, fill, known_cost};
use super::orders::{sent, turn};
use super::record::keep_risk;
use crate::base::Timestamp;
use crate::domain::{Fill, OrderId, OrderRequest};
use crate::store::StoreError;
use crate::store::database::{Link, values};

/// Something that a row of a ledger says. Every fact may be told twice; the first time counts.
#[derive(Debug, Clone, PartialEq)]
pub enum SessionFact {
    /// An order was cleared and is about to be sent.
    Order(OrderRequest),
    /// An order came to another state.
    State {
        /// Which order.
        order_id: OrderId,
        /// Its state now.
        state: OrderState,
        /// Why, where there is a reason.
        reason: Option<String>,
        /// When.
        time: Timestamp,
    },
    /// An order of this session was filled, all or part of it.
    Fill(Fill),
    /// The costs of a fill are known now.
    Cost {
        /// Which fill.
        execution_id: String,
        /// Currency units.
        cost: f64,
    },
    /// A fill was wrong and this one takes its place.
    Correction {
        /// The wrong fill.
        execution_id: String,
        /// The right one.
        fill: Fill,
    },
    /// A human should know.
    Alert {
        /// Its kind.
        kind: String,
        /// All of it, as JSON.
        detail: String,
        /// When.
        time: Timestamp,
    },
    /// Limits and halts of an account changed.
    Risk {
        /// The account.
        account: String,
        /// Where they stand, as JSON.
        risk: String,
    },
}

/// How far an order has come, as the table of orders has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderState {
    /// It is about to be sent, or under way.
    Sent,
    /// Whether it arrived is not known.
    Unknown,
    /// The venue works on it.
    Accepted,
    /// All of it traded.
    Filled,
    /// The rest was canceled.
    Canceled,
    /// Its time was over.
    Expired,
    /// The venue refused it.
    Rejected,
    /// It never arrived.
    NeverArrived,
}

impl OrderState {
    /// The word in the table.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Unknown => "unknown",
            Self::Accepted => "accepted",
            Self::Filled => "filled",
            Self::Canceled => "canceled",
            Self::Expired => "expired",
            Self::Rejected => "rejected",
            Self::NeverArrived => "never_arrived",
        }
    }

    /// The states from which an order may come to this one.
    pub(super) const fn before(self) -> &'static str {
        match self {
            Self::Sent => "('unknown')",
            Self::Unknown => "('sent')",
            Self::Accepted => "('sent', 'unknown')",
            Self::Filled | Self::Canceled | Self::Expired | Self::Rejected | Self::NeverArrived => {
                "('sent', 'unknown', 'accepted')"
            }
        }
    }
}

/// Writes a fact of a row into the tables. `place` is the number of the row and of the fact.
pub(super) async fn apply(
    link: &mut Link<'_>,
    session: &str,
    place: (u64, u64),
    fact: &SessionFact,
) -> Result<(), StoreError> {
    match fact {
        SessionFact::Order(order) => sent(link, session, place.0, order).await,
        SessionFact::State { order_id, state, reason, time } => {
            turn(link, session, *order_id, *state, (reason.as_deref(), *time)).await
        }
        SessionFact::Fill(one) => fill(link, session, place.0, one).await,
        SessionFact::Cost { execution_id, cost } => {
            known_cost(link, session, execution_id, *cost).await
        }
        SessionFact::Correction { execution_id, fill } => {
            correct(link, session, place.0, (execution_id, fill)).await
        }
        SessionFact::Alert { kind, detail, time } => {
            let sql = "INSERT INTO alerts (session, ledger_row, item, time, kind, detail) \
                       VALUES ($1, $2, $3, $4, $5, $6)";
            let values = values![session, place.0, place.1, *time, &**kind, &**detail];
            link.run("note an alert", sql, values).await.map(drop)
        }
        SessionFact::Risk { account, risk } => keep_risk(link, account, risk).await,
    }
}
