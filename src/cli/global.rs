//! Options that every command takes.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::commands::{OutputFormat, ResumeMode};

/// Options that every command takes; each has a variable of its own.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// Agent file; repeat to layer several, `-` reads standard input.
    #[arg(long, global = true, value_name = "FILE", env = "RELEAT_CONFIG")]
    pub config: Vec<PathBuf>,
    /// Name of the place: reads configs/NAME.yaml over configs/base.yaml.
    #[arg(long, global = true, value_name = "NAME", env = "RELEAT_ENV")]
    pub env: Option<String>,
    /// Set one key, as in `--set learner.ppo.gamma=0.95`; the value is YAML.
    #[arg(long, global = true, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// Run seed; the same as `--set seed=N`.
    #[arg(long, global = true, value_name = "N", env = "RELEAT_SEED")]
    pub seed: Option<u64>,
    /// Where tensors live: cpu; with GPU features also cuda or vulkan, and :N for a card.
    #[arg(long, global = true, default_value = "cpu", env = "RELEAT_DEVICE")]
    pub device: String,
    /// Form of the data on standard output.
    #[arg(long, global = true, value_enum, default_value = "text", env = "RELEAT_OUTPUT_FORMAT")]
    pub output_format: Format,
    /// Work in this folder: everything read or written by a relative path is there.
    #[arg(short = 'C', long, global = true, value_name = "DIR", env = "RELEAT_DIRECTORY")]
    pub directory: Option<PathBuf>,
    /// Say less; `-q` leaves only errors.
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Say more.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// No progress bars or progress lines.
    #[arg(long, global = true, env = "RELEAT_NO_PROGRESS")]
    pub no_progress: bool,
    /// Ask no remote for anything.
    #[arg(long, global = true, env = "RELEAT_OFFLINE")]
    pub offline: bool,
}

/// Form of the data on standard output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Tables for people.
    Text,
    /// One document with `schema_version`.
    Json,
}

impl From<Format> for OutputFormat {
    fn from(format: Format) -> Self {
        match format {
            Format::Text => Self::Text,
            Format::Json => Self::Json,
        }
    }
}

/// What to do about an unfinished run of the same configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Resume {
    /// Go on with it if there is one.
    Auto,
    /// Go on with it, or fail.
    Must,
    /// Begin anew.
    Never,
}

impl From<Resume> for ResumeMode {
    fn from(resume: Resume) -> Self {
        match resume {
            Resume::Auto => Self::Auto,
            Resume::Must => Self::Must,
            Resume::Never => Self::Never,
        }
    }
}
