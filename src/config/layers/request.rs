//! What is to be loaded.

use std::path::PathBuf;

/// Everything that a configuration is made of, as the command line has it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LoadRequest {
    /// The folder that relative paths begin at; empty for the current one.
    pub root: PathBuf,
    /// The place: `configs/<env>.yaml` goes over `configs/base.yaml` and must exist.
    pub env: Option<String>,
    /// Agent files; a later one goes over an earlier one.
    pub agent_files: Vec<AgentFile>,
    /// Variables that begin with `RELEAT_`; the double underscore stands for a dot.
    pub variables: Vec<(String, String)>,
    /// Assignments `key=value`; the value is YAML.
    pub sets: Vec<String>,
    /// The value of `--seed`.
    pub seed: Option<u64>,
}

/// One agent file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AgentFile {
    /// A file to read.
    Path(PathBuf),
    /// A file that was read already, such as standard input.
    Content {
        /// What it is called in messages, such as `<stdin>`.
        name: String,
        /// What it holds.
        bytes: Vec<u8>,
    },
}
