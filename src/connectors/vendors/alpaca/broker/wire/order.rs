//! Orders and what was traded of them.

use serde::Deserialize;

use super::quantity::{Number, Quantity};
use crate::base::Timestamp;
use crate::domain::Side;

/// An order of the account.
///
/// # Source
/// Alpaca Trading API, Orders. `client_order_id` is ours; the legs of an `oco` order carry one of
/// the venue's own.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(in super::super) struct WireOrder {
    pub(in super::super) id: String,
    #[serde(default)]
    pub(in super::super) client_order_id: String,
    #[serde(default)]
    pub(in super::super) symbol: String,
    /// Absent for an order of so much money.
    #[serde(default)]
    pub(in super::super) qty: Option<Quantity>,
    #[serde(default)]
    pub(in super::super) filled_qty: Option<Quantity>,
    #[serde(default)]
    pub(in super::super) side: String,
    #[serde(default, rename = "type")]
    pub(in super::super) kind: String,
    #[serde(default)]
    pub(in super::super) status: String,
    #[serde(default)]
    pub(in super::super) submitted_at: Option<Timestamp>,
    #[serde(default)]
    pub(in super::super) updated_at: Option<Timestamp>,
    #[serde(default)]
    pub(in super::super) reject_reason: Option<String>,
    #[serde(default)]
    pub(in super::super) legs: Option<Vec<WireOrder>>,
}

impl WireOrder {
    pub(in super::super) fn filled(&self) -> Quantity {
        self.filled_qty.unwrap_or_default()
    }

    /// Whether it waits for a trigger: the protective leg of a pair.
    pub(in super::super) fn is_stop(&self) -> bool {
        self.kind.starts_with("stop")
    }

    /// The latest time that it tells.
    pub(in super::super) fn time(&self) -> Option<Timestamp> {
        self.updated_at.or(self.submitted_at)
    }
}

/// A trade as the list of account activities has it.
///
/// ```json
/// {"id":"20190524113406977::8efc7b9a-8b2b-4000-9955-d36e7db0df74","activity_type":"FILL",
///  "cum_qty":"1","leaves_qty":"0","price":"1.63","qty":"1","side":"buy","symbol":"LPCN",
///  "transaction_time":"2019-05-24T15:34:06.977Z","order_id":"904837e3-…","type":"fill"}
/// ```
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(in super::super) struct Activity {
    pub(in super::super) id: String,
    pub(in super::super) cum_qty: Quantity,
    pub(in super::super) price: Number,
    pub(in super::super) qty: Quantity,
    pub(in super::super) transaction_time: Timestamp,
    pub(in super::super) order_id: String,
}

/// What a status means for us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Standing {
    /// More may trade.
    Open,
    Filled,
    Canceled,
    Expired,
    Rejected,
}

/// The meaning of a status; `None` for a word that is not known here.
///
/// # Source
/// Alpaca Trading API, "Order Lifecycle". `replaced` ends an order: another one has taken its place.
pub(in super::super) fn standing(status: &str) -> Option<Standing> {
    Some(match status {
        "new" | "partially_filled" | "done_for_day" | "accepted" | "pending_new"
        | "accepted_for_bidding" | "stopped" | "suspended" | "calculated" | "held"
        | "pending_cancel" | "pending_replace" | "pending_review" => Standing::Open,
        "filled" => Standing::Filled,
        "canceled" | "replaced" => Standing::Canceled,
        "expired" => Standing::Expired,
        "rejected" => Standing::Rejected,
        _ => return None,
    })
}

/// `buy`, `sell`, `sell_short`, `buy_minus` and the like.
pub(in super::super) fn side(word: &str) -> Option<Side> {
    if word.starts_with("buy") {
        return Some(Side::Buy);
    }
    word.starts_with("sell").then_some(Side::Sell)
}
