//! What Polygon sends.

use serde::Deserialize;

use crate::base::Date;

/// A page of bars; `results` is absent where there is none.
///
/// ```json
/// {"ticker":"AAPL","queryCount":6,"resultsCount":6,"adjusted":false,
///  "results":[{"v":1.12117471e+08,"vw":125.725,"o":130.28,"c":125.07,"h":130.9,"l":124.17,
///              "t":1672722000000,"n":1021065}],
///  "status":"OK","request_id":"7b7ea352e9d8d54ea2e3d3e21ff097c7","count":6,
///  "next_url":"https://api.polygon.io/v2/aggs/ticker/AAPL/range/1/day/1578114000000/2020-01-10?cursor=bGlt"}
/// ```
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Aggregates {
    pub(super) status: String,
    /// Whether the prices are adjusted for splits.
    pub(super) adjusted: bool,
    #[serde(default)]
    pub(super) results: Vec<Aggregate>,
    pub(super) next_url: Option<String>,
}

/// One bar: `t` is its start in milliseconds; a day starts at midnight in New York.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Aggregate {
    #[serde(rename = "t")]
    pub(super) start_ms: i64,
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

/// A page of reference data.
///
/// ```json
/// {"results":[…],"status":"OK","request_id":"b52de486daf5491e6b9ebdf5e0bf65bc",
///  "next_url":"https://api.polygon.io/v3/reference/splits?cursor=YWN0"}
/// ```
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Listing<T> {
    pub(super) status: String,
    #[serde(default = "Vec::new")]
    pub(super) results: Vec<T>,
    pub(super) next_url: Option<String>,
}

/// `split_to` new shares for `split_from` old ones.
///
/// ```json
/// {"execution_date":"2022-07-18","split_from":1,"split_to":20,"ticker":"GOOGL"}
/// ```
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Split {
    pub(super) ticker: String,
    pub(super) execution_date: Date,
    pub(super) split_from: f64,
    pub(super) split_to: f64,
}

/// Cash for each share as counted on the day.
///
/// ```json
/// {"cash_amount":0.22,"currency":"USD","declaration_date":"2021-10-28","dividend_type":"CD",
///  "ex_dividend_date":"2021-11-05","frequency":4,"pay_date":"2021-11-11","record_date":"2021-11-08",
///  "ticker":"AAPL"}
/// ```
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Dividend {
    pub(super) ticker: String,
    pub(super) ex_dividend_date: Date,
    pub(super) cash_amount: f64,
    pub(super) currency: Option<String>,
}

/// A denial; one of the two texts is there.
///
/// ```json
/// {"status":"NOT_AUTHORIZED","request_id":"…","message":"You are not entitled to this data."}
/// {"status":"ERROR","request_id":"…","error":"Unknown API Key"}
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(super) struct Refusal {
    pub(super) status: String,
    pub(super) error: Option<String>,
    pub(super) message: Option<String>,
}
