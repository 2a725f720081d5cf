//! The account, its positions, the clock and what may be traded.

use serde::Deserialize;

use super::quantity::{Number, Quantity};
use crate::base::{Date, Timestamp};

/// The account of a key.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "the venue's flags, one field each")]
pub(in super::super) struct Account {
    pub(in super::super) account_number: String,
    /// `ACTIVE`, or why not.
    #[serde(default)]
    pub(in super::super) status: String,
    #[serde(default)]
    pub(in super::super) currency: String,
    pub(in super::super) cash: Number,
    #[serde(default)]
    pub(in super::super) equity: Option<Number>,
    #[serde(default)]
    pub(in super::super) buying_power: Option<Number>,
    #[serde(default)]
    pub(in super::super) pattern_day_trader: bool,
    #[serde(default)]
    pub(in super::super) daytrade_count: Option<i64>,
    #[serde(default)]
    pub(in super::super) trading_blocked: bool,
    #[serde(default)]
    pub(in super::super) account_blocked: bool,
    #[serde(default)]
    pub(in super::super) trade_suspended_by_user: bool,
    #[serde(default)]
    pub(in super::super) shorting_enabled: bool,
}

impl Account {
    /// Numbers of paper accounts begin with `PA`.
    pub(in super::super) fn is_paper(&self) -> bool {
        self.account_number.starts_with("PA")
    }
}

/// A position; a short one has a negative quantity, or a positive one and the side `short`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(in super::super) struct Position {
    pub(in super::super) symbol: String,
    pub(in super::super) qty: Quantity,
    #[serde(default)]
    pub(in super::super) side: String,
}

impl Position {
    pub(in super::super) fn signed(&self) -> f64 {
        let shares = self.qty.shares();
        if self.side == "short" { -shares.abs() } else { shares }
    }
}

/// The venue's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(in super::super) struct Clock {
    pub(in super::super) timestamp: Timestamp,
}

/// A session in New York, regular hours, `09:30` to `16:00`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(in super::super) struct Day {
    pub(in super::super) date: Date,
    pub(in super::super) open: String,
    pub(in super::super) close: String,
}

/// Something that can be traded.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "the venue's flags, one field each")]
pub(in super::super) struct Asset {
    #[serde(default)]
    pub(in super::super) status: String,
    #[serde(default)]
    pub(in super::super) tradable: bool,
    #[serde(default)]
    pub(in super::super) fractionable: bool,
    #[serde(default)]
    pub(in super::super) shortable: bool,
    #[serde(default)]
    pub(in super::super) easy_to_borrow: bool,
    #[serde(default)]
    pub(in super::super) maintenance_margin_requirement: Option<Number>,
}

/// A denial, such as `{"code":40310000,"message":"insufficient buying power"}`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(in super::super) struct Refusal {
    pub(in super::super) code: Option<i64>,
    pub(in super::super) message: Option<String>,
}
