//! Splits and dividends, dated.

use serde::{Deserialize, Serialize};

use crate::base::Date;

/// What happened to the shares.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CorporateActionKind {
    /// Each share became `ratio` shares (7.0 for 7:1, 0.5 for 1:2).
    Split {
        /// New shares for one old share, above 0.
        ratio: f64,
    },
    /// `amount` was paid in cash for each share.
    Dividend {
        /// Currency units per share as counted just before the ex-date, at least 0.
        amount: f64,
    },
    /// Shares of another company were handed out, worth `value` for each share.
    SpinOff {
        /// Currency units per share as counted just before the ex-date, above 0.
        value: f64,
    },
}

/// One dated event; it takes effect before the open of its ex-date.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CorporateAction {
    /// The first session that trades without the entitlement.
    pub ex_date: Date,
    /// What happened.
    pub kind: CorporateActionKind,
}
