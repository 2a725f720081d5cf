//! What is searched.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Key of the agent file and range.
pub type SearchSpace = BTreeMap<String, SearchRange>;

/// The values of one key: exactly one of the kinds, and perhaps a condition.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SearchRange {
    /// Real numbers from low to high.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uniform: Option<[f64; 2]>,
    /// Real numbers from low to high, above 0, alike on a logarithmic scale.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_uniform: Option<[f64; 2]>,
    /// Whole numbers from low to high, both included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub integer: Option<[i64; 2]>,
    /// Whole numbers from low to high, at least 1, alike on a logarithmic scale.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_integer: Option<[i64; 2]>,
    /// One of these values; a value may be any YAML.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub choice: Option<Vec<Value>>,
    /// Values of a real or whole range in a grid, 2..=1000. Default 5.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub steps: Option<usize>,
    /// Searched only while another key has one of some values.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
}

/// Another searched key and the values that make this one count.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// The other key, a `choice` of the same space.
    pub key: String,
    /// Its values.
    pub is: Vec<Value>,
}

/// The one kind of a range, with ends that make sense.
#[derive(Debug, Clone, PartialEq)]
pub enum RangeKind {
    /// Real numbers.
    Real {
        /// The least.
        low: f64,
        /// The largest.
        high: f64,
        /// How they are spread.
        scale: Scale,
    },
    /// Whole numbers.
    Whole {
        /// The least.
        low: i64,
        /// The largest.
        high: i64,
        /// How they are spread.
        scale: Scale,
    },
    /// Different values.
    Choice(Vec<Value>),
}

/// How the numbers of a range are spread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// Alike.
    Linear,
    /// Alike in their logarithms.
    Log,
}

/// Whole numbers beyond this have no exact real number.
const LARGEST_WHOLE: i64 = 1 << 53;

/// Why a range makes no sense.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RangeError {
    /// None or several kinds.
    #[error(
        "must have exactly one of `uniform`, `log_uniform`, `integer`, `log_integer` and `choice`, found {found}"
    )]
    Kinds {
        /// How many.
        found: usize,
    },
    /// Low end not below the high end.
    #[error("must begin below its end, was [{low}, {high}]")]
    Order {
        /// The low end.
        low: String,
        /// The high end.
        high: String,
    },
    /// A logarithm of 0 or less.
    #[error("must begin {least} for a logarithmic scale, was {low}")]
    Logarithm {
        /// What it takes.
        least: &'static str,
        /// The low end.
        low: String,
    },
    /// Whole numbers that a real number cannot hold.
    #[error("must lie within ±2^53, was [{low}, {high}]")]
    TooLarge {
        /// The low end.
        low: i64,
        /// The high end.
        high: i64,
    },
    /// No value.
    #[error("must name at least one value")]
    Nothing,
    /// A value twice.
    #[error("must name each value once, {value} is there twice")]
    Twice {
        /// The value.
        value: String,
    },
}

impl SearchRange {
    /// The kind and its ends.
    ///
    /// # Errors
    /// [`RangeError`] if there is not exactly one kind, or its values make no sense.
    pub fn kind(&self) -> Result<RangeKind, RangeError> {
        let found = self.kinds().len();
        match self {
            _ if found != 1 => Err(RangeError::Kinds { found }),
            Self { uniform: Some(ends), .. } => real(*ends, Scale::Linear),
            Self { log_uniform: Some(ends), .. } => real(*ends, Scale::Log),
            Self { integer: Some(ends), .. } => whole(*ends, Scale::Linear),
            Self { log_integer: Some(ends), .. } => whole(*ends, Scale::Log),
            _ => choice(self.choice.as_deref().unwrap_or_default()),
        }
    }

    /// The names of the kinds that are given.
    #[must_use]
    pub fn kinds(&self) -> Vec<&'static str> {
        let given = [
            ("uniform", self.uniform.is_some()),
            ("log_uniform", self.log_uniform.is_some()),
            ("integer", self.integer.is_some()),
            ("log_integer", self.log_integer.is_some()),
            ("choice", self.choice.is_some()),
        ];
        given.into_iter().filter(|(_, given)| *given).map(|(name, _)| name).collect()
    }
}

fn real([low, high]: [f64; 2], scale: Scale) -> Result<RangeKind, RangeError> {
    if !(low < high && (high - low).is_finite()) {
        return Err(RangeError::Order { low: low.to_string(), high: high.to_string() });
    }
    if scale == Scale::Log && low <= 0.0 {
        return Err(RangeError::Logarithm { least: "above 0", low: low.to_string() });
    }
    Ok(RangeKind::Real { low, high, scale })
}

fn whole([low, high]: [i64; 2], scale: Scale) -> Result<RangeKind, RangeError> {
    if low >= high {
        return Err(RangeError::Order { low: low.to_string(), high: high.to_string() });
    }
    if low < -LARGEST_WHOLE || high > LARGEST_WHOLE {
        return Err(RangeError::TooLarge { low, high });
    }
    if scale == Scale::Log && low < 1 {
        return Err(RangeError::Logarithm { least: "at 1 or above", low: low.to_string() });
    }
    Ok(RangeKind::Whole { low, high, scale })
}

fn choice(values: &[Value]) -> Result<RangeKind, RangeError> {
    if values.is_empty() {
        return Err(RangeError::Nothing);
    }
    let twice = values.iter().enumerate().find(|(index, value)| values[..*index].contains(value));
    match twice {
        Some((_, value)) => Err(RangeError::Twice { value: value.to_string() }),
        None => Ok(RangeKind::Choice(values.to_vec())),
    }
}
