//! What a report is made from: plain data, nothing to look up.

use serde::Serialize;

use crate::base::{DateRange, Timestamp};
use crate::metrics::{BarClock, Overfitting, Summary};
use crate::plot::TradeMark;

/// Everything a report shows.
///
/// All series are bar by bar along `times`; an optional one may be empty.
#[derive(Debug, Clone)]
pub struct ReportInput {
    /// The headline.
    pub title: String,
    /// The agent's name.
    pub agent_name: String,
    /// The digest of its bundle.
    pub bundle_digest: String,
    /// The days that were evaluated.
    pub range: DateRange,
    /// What a reader must know before trusting a number, such as `synthetic data`.
    pub warnings: Vec<String>,
    /// The gate; empty if none was set.
    pub gate: Vec<GateCheck>,
    /// How much of the choice of the agent is luck, if its trials are known.
    pub overfitting: Option<Overfitting>,
    /// Bars per year.
    pub clock: BarClock,
    /// Return per bar of what counts as safe.
    pub risk_free: f64,
    /// Probability that the intervals cover, such as 0.95.
    pub confidence: f64,
    /// Equity before the first bar, currency units.
    pub initial_equity: f64,
    /// When each bar's return was complete, strictly increasing.
    pub times: Vec<Timestamp>,
    /// The agent first, then the baselines.
    pub runs: Vec<NamedRun>,
    /// The agent's weights.
    pub weights: Option<WeightHistory>,
    /// How often the agent chose each action, in the order of its table.
    pub actions: Vec<ActionCount>,
    /// The first symbol with the agent's fills in it.
    pub price: Option<PriceHistory>,
    /// The agent's traded notional as a fraction of equity, or empty.
    pub turnover: Vec<f64>,
    /// The agent's costs as a fraction of equity, or empty.
    pub costs: Vec<f64>,
    /// The effective configuration.
    pub config_yaml: String,
    /// The fingerprint of the data.
    pub data_fingerprint: String,
    /// More facts about where the numbers come from: version, seed, revision.
    pub provenance: Vec<(String, String)>,
}

/// One condition of the gate.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GateCheck {
    /// What was checked, such as `Sharpe ratio`.
    pub name: String,
    /// What a pass takes.
    pub threshold: Bound,
    /// What was found; `None` if undefined, which is no pass.
    pub value: Option<f64>,
    /// Why nothing was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Whether it holds.
    pub passed: bool,
}

/// What a pass takes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// This or more.
    AtLeast(f64),
    /// This or less.
    AtMost(f64),
}

/// The agent or a baseline.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedRun {
    /// Its name in tables and legends.
    pub name: String,
    /// Simple returns per bar after costs.
    pub returns: Vec<f64>,
    /// Its metrics.
    pub summary: Summary,
}

/// Weights over time.
#[derive(Debug, Clone, PartialEq)]
pub struct WeightHistory {
    /// Names, cash first.
    pub assets: Vec<String>,
    /// One series per asset.
    pub values: Vec<Vec<f64>>,
}

/// How often an action was chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionCount {
    /// Its name.
    pub name: String,
    /// How often.
    pub count: usize,
}

/// A price with the fills on it.
#[derive(Debug, Clone)]
pub struct PriceHistory {
    /// Whose price.
    pub symbol: String,
    /// One price per bar.
    pub prices: Vec<f64>,
    /// The fills.
    pub marks: Vec<TradeMark>,
}
