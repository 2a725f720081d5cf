//! What an action means.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What an action means.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Market {
    /// A row of target weights over all assets.
    Portfolio(PortfolioMarket),
    /// Flat, long or short in one instrument.
    Single(SingleMarket),
    /// Units of one instrument, opened and closed one by one.
    Slots(SlotsMarket),
}

impl Default for Market {
    fn default() -> Self {
        Self::Portfolio(PortfolioMarket::new(Actions::Corners))
    }
}

/// Target weights over all assets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PortfolioMarket {
    /// The table of actions.
    pub actions: Actions,
    /// Largest absolute weight of a symbol, above 0; what is cut goes to cash. No limit if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_asset_cap: Option<f64>,
    /// Least weight of cash, below 1; the symbols are scaled down to leave it. No limit if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cash_floor: Option<f64>,
}

impl PortfolioMarket {
    /// These actions without limits on weights.
    #[must_use]
    pub const fn new(actions: Actions) -> Self {
        Self { actions, per_asset_cap: None, cash_floor: None }
    }
}

/// A table of actions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Actions {
    /// Hold, then each asset alone, cash first.
    Corners,
    /// The sixteen regimes over cash and three funds; needs exactly three symbols.
    Etf16,
    /// Rows of weights, cash first, each summing to 1, or `hold`.
    Table(Vec<ActionRow>),
    /// Weights that a policy gives as numbers. For learners that act continuously; `ppo` and `dqn` do
    /// not.
    Continuous(ContinuousActions),
}

/// Weights that a policy gives as numbers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ContinuousActions {
    /// How numbers become weights. Default softmax.
    pub squash: Squash,
    /// No short positions. Default true.
    pub long_only: bool,
    /// Largest sum of absolute weights, cash not counted, above 0 and at most 4. Default 1.
    pub leverage: f64,
}

impl Default for ContinuousActions {
    fn default() -> Self {
        Self { squash: Squash::Softmax, long_only: true, leverage: 1.0 }
    }
}

/// How numbers become weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Squash {
    /// Shares of `leverage` over cash and all symbols, one number each, cash first. Long only.
    Softmax,
    /// `leverage · tanh` of one number for each symbol; below 0 counts as 0 if `long_only`.
    Tanh,
}

/// One row of a table of actions.
#[derive(Debug, Clone, PartialEq)]
pub enum ActionRow {
    /// Keep the holdings as they are.
    Hold,
    /// Trade to these weights, cash first.
    Weights(Vec<f64>),
}

/// Flat, long or short in the first symbol.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SingleMarket {
    /// Exposures that the actions stand for, fractions of equity within ±4; 0 is flat. An action
    /// `hold` is always row 0. Default [0, 1, -1].
    pub exposures: Vec<f64>,
}

impl Default for SingleMarket {
    fn default() -> Self {
        Self { exposures: vec![0.0, 1.0, -1.0] }
    }
}

/// Units of the first symbol in slots, each opened and closed by actions of its own.
///
/// Action 0 holds; then each long slot has an action that opens it and one that closes it, and so
/// has each short slot.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SlotsMarket {
    /// Long units at a time, 0..=16. Default 2.
    pub max_long: usize,
    /// Short units at a time, 0..=16. Default 2.
    pub max_short: usize,
    /// Value of a unit when it is opened, a fraction of initial equity, above 0 and at most 4.
    /// Default 0.25.
    pub unit_frac: f64,
    /// Chance that a training episode may fill a random smaller number of slots only. Default 0.
    pub size_mask_prob: f64,
    /// Chance that a training episode may open slots of one random side only. Default 0.
    pub direction_mask_prob: f64,
}

impl SlotsMarket {
    /// Slots of both sides.
    #[must_use]
    pub const fn num_slots(&self) -> usize {
        self.max_long + self.max_short
    }
}

impl Default for SlotsMarket {
    fn default() -> Self {
        Self {
            max_long: 2,
            max_short: 2,
            unit_frac: 0.25,
            size_mask_prob: 0.0,
            direction_mask_prob: 0.0,
        }
    }
}

impl Serialize for ActionRow {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Hold => serializer.serialize_str("hold"),
            Self::Weights(weights) => weights.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for ActionRow {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ActionRowVisitor)
    }
}

struct ActionRowVisitor;

impl<'de> serde::de::Visitor<'de> for ActionRowVisitor {
    type Value = ActionRow;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("`hold` or a list of weights, cash first")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<ActionRow, E> {
        if text == "hold" {
            return Ok(ActionRow::Hold);
        }
        Err(E::invalid_value(serde::de::Unexpected::Str(text), &self))
    }

    fn visit_seq<A: serde::de::SeqAccess<'de>>(self, seq: A) -> Result<ActionRow, A::Error> {
        Vec::deserialize(serde::de::value::SeqAccessDeserializer::new(seq)).map(ActionRow::Weights)
    }
}

impl JsonSchema for ActionRow {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ActionRow".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "`hold`, or weights with cash first that sum to 1",
            "anyOf": [
                { "const": "hold" },
                { "type": "array", "items": { "type": "number" } }
            ]
        })
    }
}
