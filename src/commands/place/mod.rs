//! What is here: the first files, settings, bundles, runs.

mod agents;
mod compare;
mod config;
mod figures;
mod init;
mod known;
mod runs;
mod store;

pub(super) use agents::load_bundle;
pub use agents::{agents_list, agents_show, agents_verify};
pub use compare::runs_compare;
pub use config::{
    SchemaOf, config_check, config_explain, config_origin, config_schema, config_show,
};
pub use init::init;
pub(super) use runs::store_failure;
pub use runs::{runs_list, runs_show};
pub(super) use store::open_store;
