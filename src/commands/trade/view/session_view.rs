//! What a session shows of itself, as plain data.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::base::Timestamp;
use crate::domain::{OrderId, Side, Symbol};

/// Version of [`SessionView`].
pub(crate) const VIEW_VERSION: u32 = 1;

/// Everything that a person watching a session wants to see; amounts are in currency units.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct SessionView {
    /// Version of this layout.
    pub schema_version: u32,
    /// The name of the session.
    pub session: String,
    /// Names of the agents, joined by ` + `.
    pub agent: String,
    /// Where orders go.
    pub venue: String,
    /// What it does.
    pub state: SessionState,
    /// Why trading is halted or may only reduce, by name of the cause.
    pub causes: Vec<String>,
    /// The connection to the venue.
    pub link: LinkState,
    /// When the ledger was last equal to the venue; absent before the first comparison.
    pub reconciled_at: Option<Timestamp>,
    /// Time of the last event.
    pub clock: Option<Timestamp>,
    /// When this was taken, by the wall clock.
    pub taken_at: Option<Timestamp>,
    /// Length and head of the ledger.
    pub ledger: LedgerView,
    /// Value of the account.
    pub equity: EquityView,
    /// What is held.
    pub positions: Vec<PositionRow>,
    /// What is at the venue or on its way.
    pub orders: Vec<OrderRow>,
    /// How far each limit is used.
    pub limits: Vec<LimitRow>,
    /// The last decisions, newest last.
    pub decisions: Vec<DecisionRow>,
    /// The last alerts, newest last.
    pub alerts: Vec<AlertRow>,
    /// How often things happened.
    pub counts: Counts,
}

/// What a session does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SessionState {
    /// It has not begun to trade: loading, warming up, comparing with the venue.
    #[default]
    Starting,
    /// It trades.
    Running,
    /// A human paused it.
    Paused,
    /// Positions may only shrink.
    Reducing,
    /// Trading is halted by a limit.
    Halted,
    /// A kill halted it; it stays so over restarts.
    Killed,
    /// It was stopped in good order and can go on.
    Stopped,
    /// It came to the end of its stream.
    Ended,
    /// Its process died.
    Lost,
}

/// The connection to the venue.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LinkState {
    /// Nothing was lost since the last comparison.
    #[default]
    Up,
    /// It is gone.
    Lost,
}

/// Length and head of the ledger.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LedgerView {
    /// Rows so far.
    pub rows: u64,
    /// The last digest of the chain.
    pub head: String,
}

/// Value of the account.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct EquityView {
    /// At the first decision.
    pub start: Option<f64>,
    /// At the last bar.
    pub now: Option<f64>,
    /// The highest of the session.
    pub peak: Option<f64>,
    /// What is not in positions.
    pub cash: Option<f64>,
    /// Values over time, thinned to at most [`EquityView::CURVE_MAX`] points.
    pub curve: Vec<(Timestamp, f64)>,
}

/// A position.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct PositionRow {
    /// What is held.
    pub symbol: Symbol,
    /// Shares or contracts; negative if short.
    pub quantity: f64,
    /// The last price.
    pub price: Option<f64>,
    /// What was paid on average.
    pub entry_price: Option<f64>,
    /// Fraction of equity.
    pub weight: Option<f64>,
    /// Not yet realized gain or loss.
    pub unrealized: Option<f64>,
    /// Whether the symbol alone is halted.
    pub is_halted: bool,
}

/// An order that is not over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct OrderRow {
    /// Our number.
    pub id: OrderId,
    /// What is traded.
    pub symbol: Symbol,
    /// Which way.
    pub side: Side,
    /// At which price and when, in short: `market bar`, `limit 431.20 day`.
    pub kind: String,
    /// Shares or contracts in all.
    pub quantity: f64,
    /// Shares or contracts that have traded.
    pub filled: f64,
    /// Where it is in its life, as the order table names it.
    pub state: String,
    /// When it was asked for.
    pub since: Timestamp,
}

/// How far a limit is used.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct LimitRow {
    /// The key in the section of limits.
    pub key: String,
    /// In the unit of the limit.
    pub used: f64,
    /// In the unit of its key.
    pub limit: f64,
}

/// A decision, or why there was none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct DecisionRow {
    /// The row that was decided on.
    pub time: Timestamp,
    /// What was decided, or why nothing was.
    pub what: String,
    /// Probability of the action; absent if there was no decision.
    pub confidence: Option<f64>,
    /// Orders sent at once.
    pub orders: usize,
    /// Orders that the risk gate refused, by code.
    pub denials: Vec<String>,
}

/// Something that a human should know.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct AlertRow {
    /// When.
    pub time: Timestamp,
    /// What, in words.
    pub text: String,
}

/// How often things happened.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Counts {
    /// Decisions.
    pub decisions: usize,
    /// Orders sent to the venue.
    pub orders: usize,
    /// Fills.
    pub fills: usize,
    /// Orders that the venue refused.
    pub rejects: usize,
    /// Orders that the risk gate refused, by code.
    pub denials: BTreeMap<String, usize>,
}

impl SessionState {
    /// As a person reads it.
    #[must_use]
    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Reducing => "reducing",
            Self::Halted => "halted",
            Self::Killed => "killed",
            Self::Stopped => "stopped",
            Self::Ended => "ended",
            Self::Lost => "lost",
        }
    }
}

impl EquityView {
    /// Most points of the curve.
    pub(crate) const CURVE_MAX: usize = 512;

    /// Adds a value. When the curve is full, every second point goes, so that it always covers the whole session.
    pub(crate) fn add(&mut self, time: Timestamp, value: f64) {
        self.start = self.start.or(Some(value));
        self.now = Some(value);
        self.peak = Some(self.peak.map_or(value, |peak| peak.max(value)));
        if self.curve.len() >= Self::CURVE_MAX {
            let mut index = 0;
            self.curve.retain(|_| {
                index += 1;
                index % 2 == 1
            });
        }
        self.curve.push((time, value));
    }

    /// The loss since the highest value, a fraction of it.
    #[must_use]
    pub(crate) fn drawdown(&self) -> Option<f64> {
        let (now, peak) = (self.now?, self.peak?);
        (peak > 0.0).then(|| (1.0 - now / peak).max(0.0))
    }

    /// The change since the first value, a fraction of it.
    #[must_use]
    pub(crate) fn change(&self) -> Option<f64> {
        let (now, start) = (self.now?, self.start?);
        (start != 0.0).then(|| now / start - 1.0)
    }
}

impl LimitRow {
    /// How much of the limit is used: 1 is all of it. Where the limit is 0, all or nothing.
    #[must_use]
    pub(crate) fn share(&self) -> f64 {
        if self.limit.abs() > 0.0 {
            self.used / self.limit
        } else if self.used > 0.0 {
            1.0
        } else {
            0.0
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curve_stays_short_and_covers_everything() {
        let mut equity = EquityView::default();
        for index in 0..5_000 {
            equity.add(Timestamp::from_seconds(index), 100.0 + index as f64);
        }
        assert!(equity.curve.len() <= EquityView::CURVE_MAX);
        assert_eq!(equity.curve.first().unwrap().1, 100.0);
        assert_eq!(equity.curve.last().unwrap().1, 5_099.0);
        assert_eq!((equity.start, equity.peak), (Some(100.0), Some(5_099.0)));
        assert!((equity.change().unwrap() - 49.99).abs() < 1e-12);
    }

    #[test]
    fn a_limit_of_nothing_is_used_up_by_anything() {
        let row = |used, limit| LimitRow { key: String::new(), used, limit }.share();
        assert_eq!((row(1.0, 4.0), row(0.0, 0.0), row(0.1, 0.0)), (0.25, 0.0, 1.0));
    }
}
