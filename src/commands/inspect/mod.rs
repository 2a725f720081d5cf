//! The commands that only look: bundles, settings, runs.

mod agents;
mod config;
mod runs;

pub(super) use agents::load_bundle;
pub use agents::{agents_show, agents_verify};
pub use config::{config_check, config_explain, config_origin, config_schema, config_show};
pub(super) use runs::store_failure;
pub use runs::{runs_list, runs_show};
