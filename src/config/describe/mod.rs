//! What the settings are, for editors, for `explain` and for a first agent.

mod explain;
mod keys;
mod schema;
mod templates;

pub use explain::explain;
pub(in crate::config) use keys::{KeyKind, find_key};
pub use schema::{desk_schema, place_schema, schema};
pub use templates::{Template, templates};
