//! The section as a whole.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Bracket, EnsembleMethod, Execution, Instrument, Quorum, RiskLimits, Sizing};
use crate::domain::Symbol;

/// How a frozen agent trades.
///
/// The defaults trade exactly as the environment of training does: the agent's weights are the target, an order
/// goes out at once and is good for one bar, and fractions of a share trade.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Trade {
    /// How the signals of several agents become one. Default: weighted_voting.
    pub ensemble: EnsembleMethod,
    /// How many agents must have an opinion, and how far they may disagree.
    pub quorum: Quorum,
    /// Also ask each agent what it would do flat and on the other side of its position; a member that contradicts
    /// its own flat view counts half. Costs three inferences in place of one. Default false.
    pub views: bool,
    /// How a wish becomes target weights. Default: target_weights without a band.
    pub sizing: Sizing,
    /// How an order reaches the market. Default: market.
    pub execution: Execution,
    /// Stop-loss and take-profit orders that are placed with every entry. Default: none.
    pub bracket: Option<Bracket>,
    /// Lots, price steps and the like of each symbol; symbols without an entry trade in fractions at any price.
    pub instruments: BTreeMap<Symbol, Instrument>,
    /// Limits of this agent. Tighter than those of the place; a looser one is refused.
    pub risk: RiskLimits,
}
