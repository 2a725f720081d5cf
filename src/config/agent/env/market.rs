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
}

impl Default for Market {
    fn default() -> Self {
        Self::Portfolio(PortfolioMarket { actions: Actions::Corners })
    }
}

/// Target weights over all assets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PortfolioMarket {
    /// The table of actions.
    pub actions: Actions,
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
