//! The file of faults.

use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::VenueRules;
use super::kinds::Fault;
use crate::base::{FileError, read_text};

/// A script must not be larger than this.
const MAX_BYTES: usize = 1 << 20;

/// Faults in YAML: the rules of the venue and what goes wrong.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct FaultScript {
    /// Seed of every chance in `faults`, unless the command gives one. Default 0.
    pub seed: u64,
    /// Latency, partial fills and refusals. Default: none.
    pub venue: VenueRules,
    /// What goes wrong, looked at in this order.
    pub faults: Vec<Fault>,
}

/// A script cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FaultError {
    /// The file cannot be read.
    #[error("the faults cannot be read")]
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
    /// What has struck already cannot be kept.
    #[error("cannot keep count of the faults in {}", path.display())]
    Memory {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
}

impl FaultScript {
    /// Reads a file.
    ///
    /// # Errors
    /// [`FaultError`] with the key that is wrong.
    pub fn load(path: &Path) -> Result<Self, FaultError> {
        let text = read_text(path)?;
        if text.len() > MAX_BYTES {
            return Err(FaultError::TooLarge { path: path.to_owned(), found: text.len() });
        }
        Self::parse(&text)
    }

    /// Reads YAML.
    ///
    /// # Errors
    /// [`FaultError`] with the key that is wrong.
    pub fn parse(text: &str) -> Result<Self, FaultError> {
        let yaml = |error: serde_yaml::Error| FaultError::Yaml { detail: error.to_string() };
        let value: serde_yaml::Value = serde_yaml::from_str(text).map_err(yaml)?;
        if value.is_null() {
            return Ok(Self::default());
        }
        let value = serde_json::to_value(&value)
            .map_err(|error| FaultError::Yaml { detail: error.to_string() })?;
        let script: Self = serde_path_to_error::deserialize(value).map_err(|error| {
            FaultError::Key { key: error.path().to_string(), detail: error.inner().to_string() }
        })?;
        script.validate()?;
        Ok(script)
    }

    /// Checks every number.
    ///
    /// # Errors
    /// [`FaultError::Value`] for the first that is out of its range.
    pub fn validate(&self) -> Result<(), FaultError> {
        let is_probability = |value: f64| (0.0..=1.0).contains(&value);
        let is_share = |value: f64| value > 0.0 && value <= 1.0;
        let rules = &self.venue;
        let share = rules.participation_frac.unwrap_or(1.0);
        check("venue.participation_frac", "above 0 to 1", share, is_share)?;
        check("venue.partial_prob", "0..=1", rules.partial_prob, is_probability)?;
        check("venue.reject_prob", "0..=1", rules.reject_prob, is_probability)?;
        for (index, fault) in self.faults.iter().enumerate() {
            let key = |name: &str| format!("faults[{index}].{}.{name}", fault.name());
            let when = fault.when();
            let is_count = |value: f64| value >= 1.0;
            check(&key("nth"), "at least 1", when.nth as f64, is_count)?;
            check(&key("times"), "at least 1", when.times as f64, is_count)?;
            check(&key("chance"), "above 0 to 1", when.chance, is_share)?;
            check(&key("polls"), "at least 1", fault.polls().unwrap_or(1) as f64, is_count)?;
            check(&key("frac"), "above 0 to 1", fault.frac().unwrap_or(1.0), is_share)?;
            let is_wait = |value: f64| (1.0..=60_000.0).contains(&value);
            check(&key("ms"), "1..=60000", fault.stall_ms().unwrap_or(1) as f64, is_wait)?;
            let is_quantity = |value: f64| value.is_finite() && value != 0.0;
            check(&key("quantity"), "not 0", fault.quantity().unwrap_or(1.0), is_quantity)?;
        }
        Ok(())
    }
}

fn check(
    key: &str,
    expected: &'static str,
    found: f64,
    is_good: impl Fn(f64) -> bool,
) -> Result<(), FaultError> {
    if is_good(found) {
        return Ok(());
    }
    Err(FaultError::Value { key: key.to_owned(), expected, found })
}

/// When a fault strikes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct When {
    pub(super) nth: u64,
    pub(super) times: u64,
    pub(super) chance: f64,
}

macro_rules! when {
    ($settings:expr) => {
        When { nth: $settings.nth, times: $settings.times, chance: $settings.chance }
    };
}

impl Fault {
    pub(super) const fn when(&self) -> When {
        match self {
            Self::Reorder(fault) | Self::NoSnapshot(fault) => when!(fault),
            Self::Drop(fault) | Self::Duplicate(fault) => when!(fault),
            Self::Delay(fault) => when!(fault),
            Self::LateCost(fault) => when!(fault),
            Self::Reject(fault) => when!(fault),
            Self::Partial(fault) | Self::LateFill(fault) | Self::OverFill(fault) => when!(fault),
            Self::LostReply(fault) | Self::LostRequest(fault) | Self::NotSent(fault) => {
                when!(fault)
            }
            Self::LinkLost(fault) => when!(fault),
            Self::Stall(fault) => when!(fault),
            Self::Stray(fault) => when!(fault),
            Self::Crash(fault) => when!(fault),
        }
    }

    const fn polls(&self) -> Option<u64> {
        match self {
            Self::Delay(fault) => Some(fault.polls),
            Self::LateCost(fault) => Some(fault.polls),
            Self::LinkLost(fault) => Some(fault.polls),
            _ => None,
        }
    }

    const fn frac(&self) -> Option<f64> {
        match self {
            Self::Partial(fault) | Self::LateFill(fault) | Self::OverFill(fault) => {
                Some(fault.frac)
            }
            _ => None,
        }
    }

    const fn quantity(&self) -> Option<f64> {
        match self {
            Self::Stray(fault) => Some(fault.quantity),
            _ => None,
        }
    }

    const fn stall_ms(&self) -> Option<u64> {
        match self {
            Self::Stall(fault) => Some(fault.ms),
            _ => None,
        }
    }

    /// The key of the fault in a script.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Drop(_) => "drop",
            Self::Delay(_) => "delay",
            Self::Duplicate(_) => "duplicate",
            Self::Reorder(_) => "reorder",
            Self::LateCost(_) => "late_cost",
            Self::Reject(_) => "reject",
            Self::Partial(_) => "partial",
            Self::LateFill(_) => "late_fill",
            Self::OverFill(_) => "over_fill",
            Self::LostReply(_) => "lost_reply",
            Self::LostRequest(_) => "lost_request",
            Self::NotSent(_) => "not_sent",
            Self::Stall(_) => "stall",
            Self::NoSnapshot(_) => "no_snapshot",
            Self::LinkLost(_) => "link_lost",
            Self::Stray(_) => "stray",
            Self::Crash(_) => "crash",
        }
    }
}
