//! The settings of the place: what `configs/*.yaml` hold.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where this installation keeps things and how it talks; the same for every agent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Place {
    /// Where data and runs are kept.
    pub store: Store,
    /// What is told while working.
    pub log: Log,
}

/// Where data and runs are kept; relative paths begin at `-C DIR`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Store {
    /// The folder of market data. Default data/lake.
    pub lake_dir: PathBuf,
    /// The folder of runs and their bundles. Default data/runs.
    pub runs_dir: PathBuf,
}

impl Default for Store {
    fn default() -> Self {
        Self { lake_dir: PathBuf::from("data/lake"), runs_dir: PathBuf::from("data/runs") }
    }
}

/// What is told while working.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// The least important level that is shown; `-q` and `-v` go before it. Default info.
    pub level: LogLevel,
}

/// How important a message is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LogLevel {
    /// Something failed.
    Error,
    /// Something needs attention.
    Warn,
    /// Progress worth a line.
    #[default]
    Info,
    /// What a developer asks for.
    Debug,
    /// Everything.
    Trace,
}
