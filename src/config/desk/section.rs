//! What a desk file holds.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::config::yaml::flow;

/// Accounts that one process trades together.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Desk {
    /// One session for each account.
    pub sessions: Vec<DeskSession>,
}

/// One account of a desk and who trades it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeskSession {
    /// What it is called on the console; the name of its session begins with it. Letters, digits, `-` and `_`.
    pub name: String,
    /// Where its orders go.
    pub venue: DeskVenue,
    /// The account at the broker; the only one of the login if absent. Real money must name it.
    #[serde(default)]
    pub account: Option<String>,
    /// The agent bundles; several are combined as `trade.ensemble` has it.
    pub agents: Vec<PathBuf>,
    /// Agent files whose section `trade` counts in place of that of the first bundle. Default: none.
    #[serde(default)]
    pub config: Vec<PathBuf>,
    /// Settings of this session alone, as `--set` takes them: dotted keys and their values. Default: none.
    #[serde(default)]
    pub set: BTreeMap<String, Json>,
    /// File for one row per decision. Default: none.
    #[serde(default)]
    pub decisions: Option<PathBuf>,
    /// Whether real money may take over positions that no ledger explains and orders that an earlier session left.
    /// Default false.
    #[serde(default)]
    pub adopt_positions: bool,
}

impl DeskSession {
    /// The settings of this session as `--set` takes them, `key=value`.
    #[must_use]
    pub fn sets(&self) -> Vec<String> {
        self.set.iter().map(|(key, value)| format!("{key}={}", flow(value))).collect()
    }
}

/// The brokers of a desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeskVenue {
    /// Interactive Brokers, through TWS or IB Gateway.
    Ibkr,
    /// Alpaca.
    Alpaca,
    /// A broker behind MetaTrader 5, through its bridge.
    Mt5,
}

impl fmt::Display for DeskVenue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Ibkr => "ibkr",
            Self::Alpaca => "alpaca",
            Self::Mt5 => "mt5",
        })
    }
}
