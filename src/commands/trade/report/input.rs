//! What a report of a session needs to know.

use std::collections::BTreeMap;

use crate::base::Timestamp;
use crate::commands::trade::view::{AlertRow, LimitRow};
use crate::domain::{OrderId, Side, Symbol};
use crate::evaluate::attribution::Attribution;

/// Everything that the report shows; amounts are in currency units.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct PaperReportInput {
    /// The name of the session.
    pub session: String,
    /// Names of the agents, joined by ` + `.
    pub agent: String,
    /// Where orders went.
    pub venue: String,
    /// The instruments, cash not included.
    pub symbols: Vec<Symbol>,
    /// Value of the account at each decision and at the close; strictly increasing in time.
    pub equity: Vec<(Timestamp, f64)>,
    /// The same of the backtest on these rows, if it was made.
    pub backtest: Vec<(Timestamp, f64)>,
    /// Fractions of equity held at each decision, cash first.
    pub weights: Vec<(Timestamp, Vec<f64>)>,
    /// Closing prices of each traded row, one per symbol; not finite where there was no bar.
    pub closes: Vec<(Timestamp, Vec<f64>)>,
    /// What was traded.
    pub fills: Vec<FillMark>,
    /// How far each limit was used.
    pub limits: Vec<LimitCourse>,
    /// Decisions made.
    pub decisions: usize,
    /// Decisions that were due and not made, by reason.
    pub not_decided: BTreeMap<String, usize>,
    /// Orders sent to the venue.
    pub orders: usize,
    /// Orders that the venue refused.
    pub rejects: usize,
    /// Orders that the risk gate refused, by code.
    pub denials: BTreeMap<String, usize>,
    /// What a human was told.
    pub alerts: Vec<AlertRow>,
    /// Paper less backtest by cause; empty if it was not computed.
    pub attribution: Vec<AttributionRow>,
    /// The same day by day.
    pub split: Option<Attribution>,
    /// Rows and head of the ledger.
    pub ledger: (u64, String),
    /// Further names and values: bundles, digests, ranges.
    pub provenance: Vec<(String, String)>,
}

/// A fill.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FillMark {
    /// When.
    pub time: Timestamp,
    /// The order.
    pub order_id: OrderId,
    /// What was traded.
    pub symbol: Symbol,
    /// Which way.
    pub side: Side,
    /// Shares or contracts.
    pub quantity: f64,
    /// Per share.
    pub price: f64,
    /// Commission, spread and slippage.
    pub cost: f64,
}

/// How far a limit was used over time.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct LimitCourse {
    /// The key in the section of limits.
    pub key: String,
    /// The limit, in the unit of its key.
    pub limit: f64,
    /// What was used of it, in the same unit.
    pub points: Vec<(Timestamp, f64)>,
}

/// A part of the difference between paper and backtest.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct AttributionRow {
    /// The cause: data, latency, fill, cost, missed.
    pub cause: String,
    /// Currency units; negative where paper did worse.
    pub amount: f64,
    /// What it means.
    pub meaning: String,
}

impl PaperReportInput {
    /// Value at the start and at the end; absent before the first decision.
    #[must_use]
    pub(crate) fn ends(&self) -> Option<(f64, f64)> {
        Some((self.equity.first()?.1, self.equity.last()?.1))
    }

    /// What the fills cost.
    #[must_use]
    pub(crate) fn costs(&self) -> f64 {
        self.fills.iter().map(|fill| fill.cost).sum()
    }
}

impl LimitCourse {
    /// The use as a share of the limit: 1 is all of it. Where the limit is 0, all or nothing.
    pub(crate) fn shares(&self) -> impl Iterator<Item = (Timestamp, f64)> + '_ {
        self.points.iter().map(|&(time, used)| {
            (time, LimitRow { key: String::new(), used, limit: self.limit }.share())
        })
    }

    /// The largest share.
    #[must_use]
    pub(crate) fn share_max(&self) -> f64 {
        self.shares().map(|(_, share)| share).fold(0.0, f64::max)
    }
}
