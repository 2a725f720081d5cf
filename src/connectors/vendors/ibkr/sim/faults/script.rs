//! The file of faults.

use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::checks::check;
use super::kinds::GatewayFaultKind as Kind;
use crate::base::{FileError, read_text};

/// A script must not be larger than this.
const MAX_BYTES: usize = 1 << 20;

const fn one() -> u64 {
    1
}

const fn certain() -> f64 {
    1.0
}

/// Faults of a gateway in YAML.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct GatewayFaults {
    /// Seed of every chance. Default 0.
    pub seed: u64,
    /// What goes wrong, looked at in this order.
    pub faults: Vec<GatewayFault>,
}

/// One fault and its moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GatewayFault {
    /// When it can strike.
    pub at: FaultMoment,
    /// What goes wrong.
    #[serde(rename = "do")]
    pub kind: Kind,
    /// Most strikes, one a moment that fits. Default 1.
    #[serde(default = "one")]
    pub times: u64,
    /// Probability of each, above 0 to 1. Default 1.
    #[serde(default = "certain")]
    pub chance: f64,
}

/// From when on a fault can strike: exactly one of `frame`, `time_s`, `connection`, `request`, `reply`, `message`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct FaultMoment {
    /// The frame with this number that leaves the gateway, from 1, on all connections together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frame: Option<u64>,
    /// Seconds of the venue since the gateway began.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_s: Option<f64>,
    /// With `time_s`: again after so many seconds of the venue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub every_s: Option<f64>,
    /// The greeting of the client with this number, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection: Option<u64>,
    /// A message of a client, such as `place_order`, or `any`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
    /// A message of the gateway, such as `order_status`, or `any`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply: Option<String>,
    /// A message of either.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// With a message: which one of its name, from 1. Default 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nth: Option<u64>,
}

/// A script cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum GatewayFaultError {
    /// The file cannot be read.
    #[error("the faults of the gateway cannot be read")]
    Read {
        /// Why.
        #[from]
        source: FileError,
    },
    /// The file is too large.
    #[error("a script of faults must have at most {MAX_BYTES} bytes, {} has {found}", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its size.
        found: usize,
    },
    /// The text is no YAML.
    #[error("a script of faults must be YAML: {detail}")]
    Yaml {
        /// What is wrong, with its place.
        detail: String,
    },
    /// A key is unknown, or has a value of the wrong kind.
    #[error("bad script of faults at `{key}`: {detail}")]
    Key {
        /// Where.
        key: String,
        /// What is wrong.
        detail: String,
    },
    /// A number is out of its range.
    #[error("`{key}` must be {expected}, was {found}")]
    Value {
        /// Where.
        key: String,
        /// What is allowed.
        expected: &'static str,
        /// What was found.
        found: f64,
    },
    /// No message has this name.
    #[error("`{key}` names no message: `{found}`; the nearest is `{nearest}`")]
    Name {
        /// Where.
        key: String,
        /// What was found.
        found: String,
        /// The name that looks most like it.
        nearest: &'static str,
    },
    /// This fault can never strike at this moment.
    #[error("`{key}`: `{fault}` cannot strike there; it needs {needs}")]
    Never {
        /// Where.
        key: String,
        /// Which fault.
        fault: &'static str,
        /// Where it can strike.
        needs: &'static str,
    },
}

impl GatewayFaults {
    /// Reads a file.
    ///
    /// # Errors
    /// [`GatewayFaultError`] with the key that is wrong.
    pub fn load(path: &Path) -> Result<Self, GatewayFaultError> {
        let text = read_text(path)?;
        if text.len() > MAX_BYTES {
            return Err(GatewayFaultError::TooLarge { path: path.to_owned(), found: text.len() });
        }
        Self::parse(&text)
    }

    /// Reads YAML.
    ///
    /// # Errors
    /// [`GatewayFaultError`] with the key that is wrong.
    pub fn parse(text: &str) -> Result<Self, GatewayFaultError> {
        let yaml = |detail: String| GatewayFaultError::Yaml { detail };
        let value: serde_yaml::Value =
            serde_yaml::from_str(text).map_err(|error| yaml(error.to_string()))?;
        if value.is_null() {
            return Ok(Self::default());
        }
        let value = serde_json::to_value(&value).map_err(|error| yaml(error.to_string()))?;
        let script: Self = serde_path_to_error::deserialize(value).map_err(|error| {
            let (key, detail) = (error.path().to_string(), error.inner().to_string());
            GatewayFaultError::Key { key, detail }
        })?;
        script.validate()?;
        Ok(script)
    }

    /// Checks what the form alone does not: ranges, names, and that every fault can strike.
    ///
    /// # Errors
    /// [`GatewayFaultError`] for the first that is wrong.
    pub fn validate(&self) -> Result<(), GatewayFaultError> {
        for (index, fault) in self.faults.iter().enumerate() {
            let key = format!("faults[{index}]");
            fault.at.validate(&format!("{key}.at"))?;
            let is_share = fault.chance > 0.0 && fault.chance <= 1.0;
            check(&format!("{key}.chance"), "above 0 to 1", fault.chance, is_share)?;
            check(&format!("{key}.times"), "at least 1", fault.times as f64, fault.times >= 1)?;
            let settings = format!("{key}.do.{}", fault.kind.name());
            for (name, expected, found, is_good) in fault.kind.numbers() {
                check(&format!("{settings}.{name}"), expected, found, is_good)?;
            }
            if !fault.at.possible().iter().any(|moment| fault.kind.suits(moment)) {
                let (fault, needs) = (fault.kind.name(), fault.kind.needs());
                return Err(GatewayFaultError::Never { key: format!("{key}.at"), fault, needs });
            }
        }
        Ok(())
    }
}
