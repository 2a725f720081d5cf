//! What Alpaca sends.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::base::{Date, Timestamp};

/// A page of bars by symbol.
///
/// ```json
/// {"bars":{"AAPL":[{"t":"2022-02-01T05:00:00Z","o":174,"h":174.84,"l":172.31,"c":174.61,
///                   "v":85998033,"n":732412,"vw":173.703516}]},
///  "next_page_token":"QUFQTHxEfDIwMjItMDItMDJUMDU6MDA6MDAuMDAwMDAwMDAwWg=="}
/// ```
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct BarPage {
    /// `null` where there is no bar at all, but never absent.
    #[serde(deserialize_with = "Option::deserialize")]
    pub(super) bars: Option<BTreeMap<String, Vec<WireBar>>>,
    pub(super) next_page_token: Option<String>,
}

/// One bar: `t` is its start; a day starts at midnight in New York.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct WireBar {
    #[serde(rename = "t")]
    pub(super) start: Timestamp,
    #[serde(rename = "o")]
    pub(super) open: f64,
    #[serde(rename = "h")]
    pub(super) high: f64,
    #[serde(rename = "l")]
    pub(super) low: f64,
    #[serde(rename = "c")]
    pub(super) close: f64,
    #[serde(rename = "v")]
    pub(super) volume: f64,
}

/// A page of corporate actions by kind; kinds that are not listed here do not change a price.
///
/// ```json
/// {"corporate_actions":{
///    "forward_splits":[{"symbol":"NVDA","ex_date":"2024-06-10","new_rate":10,"old_rate":1,
///                       "process_date":"2024-06-10"}],
///    "reverse_splits":[{"symbol":"AMBO","ex_date":"2023-05-15","new_rate":1,"old_rate":10}],
///    "stock_dividends":[{"symbol":"MSBC","ex_date":"2023-05-19","rate":0.05}],
///    "cash_dividends":[{"symbol":"AAPL","ex_date":"2023-05-12","rate":0.24,"special":false,
///                       "foreign":false,"payable_date":"2023-05-18","process_date":"2023-05-18"}],
///    "spin_offs":[{"source_symbol":"GE","new_symbol":"GEHC","ex_date":"2023-01-04",
///                  "source_rate":3,"new_rate":1}]},
///  "next_page_token":null}
/// ```
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct ActionPage {
    pub(super) corporate_actions: Actions,
    pub(super) next_page_token: Option<String>,
}

/// What happened, by kind.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(super) struct Actions {
    pub(super) forward_splits: Vec<Split>,
    pub(super) reverse_splits: Vec<Split>,
    pub(super) stock_dividends: Vec<Payment>,
    pub(super) cash_dividends: Vec<Payment>,
    pub(super) spin_offs: Vec<SpinOff>,
}

/// `new_rate` shares for `old_rate` shares.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Split {
    pub(super) symbol: String,
    pub(super) ex_date: Date,
    pub(super) new_rate: f64,
    pub(super) old_rate: f64,
}

/// `rate` dollars or shares for each share.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Payment {
    pub(super) symbol: String,
    /// Rarely absent for foreign companies.
    pub(super) ex_date: Option<Date>,
    pub(super) rate: f64,
}

/// `new_rate` shares of another company for `source_rate` shares; what they are worth is not said.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct SpinOff {
    pub(super) source_symbol: String,
    pub(super) new_symbol: String,
    pub(super) ex_date: Date,
    pub(super) source_rate: f64,
    pub(super) new_rate: f64,
}

/// A session in New York, regular hours.
///
/// ```json
/// {"date":"2022-05-16","open":"09:30","close":"16:00","session_open":"0400","session_close":"2000"}
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct CalendarDay {
    pub(super) date: Date,
    pub(super) open: String,
    pub(super) close: String,
}

/// A denial.
///
/// ```json
/// {"code":40410000,"message":"asset not found for SPYY"}
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(super) struct Refusal {
    pub(super) message: Option<String>,
}
