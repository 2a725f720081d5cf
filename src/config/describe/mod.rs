//! What the settings are, for editors, for `explain` and for a first agent.

mod explain;
mod schema;
mod templates;

pub use explain::explain;
pub use schema::{place_schema, schema};
pub use templates::{Template, templates};
