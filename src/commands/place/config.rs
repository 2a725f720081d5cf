//! `releat config`: check, show, explain, schema.

use comfy_table::{Table, presets};
use serde_json::json;

use crate::commands::{Failure, FailureKind, SessionOptions};
use crate::config;

/// Reports every problem at once.
///
/// # Errors
/// [`FailureKind::Usage`] with the whole report.
pub fn config_check(options: &SessionOptions) -> Result<(), Failure> {
    let session = options.load()?;
    let agent = session.agent();
    let document = json!({ "schema_version": 1, "agent": agent.name, "valid": true });
    options.console.document(&document, || format!("{}: the configuration is valid", agent.name))
}

/// Prints the effective configuration of agent and place.
///
/// # Errors
/// If the configuration has a problem or standard output fails.
pub fn config_show(options: &SessionOptions) -> Result<(), Failure> {
    let session = options.load()?;
    let document = json!({ "schema_version": 1, "agent": session.agent(), "place": session.place });
    options.console.document(&document, || session.loaded.effective_yaml())
}

/// Prints every key with its value and where the value comes from.
///
/// # Errors
/// If the configuration has a problem or standard output fails.
pub fn config_origin(options: &SessionOptions) -> Result<(), Failure> {
    let session = options.load()?;
    let rows = session.loaded.origins.rows();
    let listed: Vec<_> = rows
        .iter()
        .map(|row| json!({ "key": row.key, "value": row.value, "origin": row.origin }))
        .collect();
    let document = json!({ "schema_version": 1, "keys": listed });
    options.console.document(&document, || {
        let mut table = Table::new();
        table.load_style(presets::NOTHING).set_header(["key", "value", "origin"]);
        for row in rows {
            table.add_row([&row.key, &row.value, &row.origin]);
        }
        table.trim_fmt()
    })
}

/// Explains one key.
///
/// # Errors
/// [`FailureKind::Usage`] for a key that does not exist.
pub fn config_explain(options: &SessionOptions, key: &str) -> Result<(), Failure> {
    let Some(text) = config::explain(key) else {
        return Err(Failure::new(FailureKind::Usage, format!("there is no key `{key}`"))
            .hint("releat config show --origin --config FILE lists every key"));
    };
    let document = json!({ "schema_version": 1, "key": key, "text": text });
    options.console.document(&document, || text.clone())
}

/// Whose schema is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchemaOf {
    /// An agent file.
    Agent,
    /// A desk file.
    Desk,
}

/// Prints a JSON schema.
///
/// # Errors
/// If standard output fails.
pub fn config_schema(options: &SessionOptions, of: SchemaOf) -> Result<(), Failure> {
    let schema = match of {
        SchemaOf::Agent => config::schema(),
        SchemaOf::Desk => config::desk_schema(),
    };
    let text = serde_json::to_string_pretty(&schema)
        .map_err(|error| Failure::new(FailureKind::Bug, error))?;
    options.console.data(&text)
}
