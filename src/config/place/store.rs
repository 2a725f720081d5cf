//! Section `store`.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where data and runs are kept; relative paths begin at `-C DIR`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Store {
    /// The folder of market data. Default data/lake.
    pub lake_dir: PathBuf,
    /// The folder of runs and their bundles. Default data/runs.
    pub runs_dir: PathBuf,
    /// The database of runs, studies and trials: `sqlite://FILE` or `postgres://USER@HOST/NAME`. Default
    /// sqlite://data/releat.db.
    pub url: String,
}

impl Default for Store {
    fn default() -> Self {
        Self {
            lake_dir: PathBuf::from("data/lake"),
            runs_dir: PathBuf::from("data/runs"),
            url: "sqlite://data/releat.db".to_owned(),
        }
    }
}
