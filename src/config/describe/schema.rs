//! The JSON schema of the files, from the types that read them.

use schemars::{Schema, schema_for};
use serde_json::Value as Json;

use crate::config::{Agent, Desk, Place};

/// The JSON schema (2020-12) of an agent file.
#[must_use]
pub fn schema() -> Json {
    titled(schema_for!(Agent), "releat agent file")
}

/// The JSON schema (2020-12) of a file in `configs/`.
#[must_use]
pub fn place_schema() -> Json {
    titled(schema_for!(Place), "releat place file")
}

/// The JSON schema (2020-12) of a desk file.
#[must_use]
pub fn desk_schema() -> Json {
    titled(schema_for!(Desk), "releat desk file")
}

fn titled(mut schema: Schema, title: &str) -> Json {
    schema.insert("title".to_owned(), title.into());
    schema.to_value()
}
