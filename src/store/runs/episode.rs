//! An episode as it is written: the account step by step, its trades, what was done when.

use crate::base::Timestamp;

/// One pass through a range of the market.
#[derive(Debug, Clone, PartialEq)]
pub struct Episode {
    /// Its number in the run, from 0.
    pub number: u64,
    /// What it was for, such as `validation` or `test`.
    pub label: String,
    /// Time of the first decision.
    pub start_time: Option<Timestamp>,
    /// Time of the last step.
    pub end_time: Option<Timestamp>,
    /// Equity before the first decision, currency units.
    pub initial_portfolio_value: Option<f64>,
    /// Equity after the last step, currency units.
    pub final_portfolio_value: Option<f64>,
    /// How it ended, such as `terminated` or `truncated`.
    pub status: String,
    /// Annual Sharpe ratio.
    pub sharpe_ratio: Option<f64>,
    /// Largest drawdown, fraction of equity.
    pub max_drawdown: Option<f64>,
    /// Sum of rewards.
    pub total_reward: Option<f64>,
    /// Share of trades that won.
    pub win_rate: Option<f64>,
    /// The account after each step.
    pub steps: Vec<EpisodeStep>,
    /// Positions from entry to exit.
    pub trades: Vec<EpisodeTrade>,
    /// What was done at which step.
    pub operations: Vec<Operation>,
}

/// The account after one step.
#[derive(Debug, Clone, PartialEq)]
pub struct EpisodeStep {
    /// When.
    pub timestamp: Timestamp,
    /// Equity, currency units.
    pub portfolio_value: Option<f64>,
    /// The reward of the step.
    pub reward: Option<f64>,
    /// Price of the asset, where there is one.
    pub asset_price: Option<f64>,
    /// Name of the action.
    pub action: Option<String>,
    /// The position held, such as `long`, `short`, `flat` or the weights.
    pub position: Option<String>,
}

/// A position from entry to exit.
#[derive(Debug, Clone, PartialEq)]
pub struct EpisodeTrade {
    /// The instrument.
    pub symbol: String,
    /// When it was opened.
    pub entry_time: Timestamp,
    /// When it was closed.
    pub exit_time: Option<Timestamp>,
    /// Price of the entry.
    pub entry_price: f64,
    /// Price of the exit.
    pub exit_price: Option<f64>,
    /// Units, above 0.
    pub quantity: f64,
    /// Long or short.
    pub direction: TradeDirection,
    /// Profit or loss after costs, currency units.
    pub pnl: Option<f64>,
    /// Costs, currency units.
    pub costs: Option<f64>,
}

/// Long or short.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TradeDirection {
    /// Wins when the price rises.
    Long,
    /// Wins when it falls.
    Short,
}

impl TradeDirection {
    pub(super) const fn label(self) -> &'static str {
        match self {
            Self::Long => "long",
            Self::Short => "short",
        }
    }
}

/// Something done at a step.
#[derive(Debug, Clone, PartialEq)]
pub struct Operation {
    /// Position of the step in the episode, from 0.
    pub step: usize,
    /// The instrument.
    pub symbol: String,
    /// When.
    pub timestamp: Timestamp,
    /// What.
    pub kind: OperationKind,
    /// Units.
    pub size: f64,
    /// Price.
    pub price: f64,
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum OperationKind {
    /// A long position was opened or grew.
    EntryLong,
    /// A long position was closed or shrank.
    ExitLong,
    /// A short position was opened or grew.
    EntryShort,
    /// A short position was closed or shrank.
    ExitShort,
    /// Nothing.
    Hold,
}

impl OperationKind {
    pub(super) const ALL: [(Self, &'static str); 5] = [
        (Self::EntryLong, "ENTRY_LONG"),
        (Self::ExitLong, "EXIT_LONG"),
        (Self::EntryShort, "ENTRY_SHORT"),
        (Self::ExitShort, "EXIT_SHORT"),
        (Self::Hold, "HOLD"),
    ];

    pub(super) fn label(self) -> &'static str {
        Self::ALL.iter().find(|(kind, _)| *kind == self).map_or("HOLD", |(_, label)| label)
    }
}
