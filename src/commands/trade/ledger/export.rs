//! `releat ledger export`: a ledger as a table for other programs.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::session::{KnownSession, ledger_failure};
use crate::base::write_atomic;
use crate::commands::{Failure, FailureKind, SessionOptions};
use crate::store::SessionRow;
use crate::trader::each_row;

/// Options of `ledger export`.
#[derive(Debug, Clone)]
pub struct LedgerExportOptions {
    /// Name of the session.
    pub session: String,
    /// The file, CSV with one line per row: row, time, event, effects, json, head.
    pub output: PathBuf,
}

/// Writes the ledger of a session to a file, as it is: nothing is verified.
///
/// # Errors
/// [`FailureKind::Data`] if there is no such session or the file cannot be written.
pub fn ledger_export(
    options: &SessionOptions,
    command: &LedgerExportOptions,
) -> Result<(), Failure> {
    let known = KnownSession::find(&options.place()?, &command.session)?;
    let (text, rows) = table(&known)?;
    write_atomic(&command.output, &text).map_err(|error| Failure::new(FailureKind::Data, error))?;
    let document = json!({
        "schema_version": 1,
        "session": command.session,
        "rows": rows,
        "output": command.output,
    });
    let shown = command.output.display();
    options
        .console
        .document(&document, || format!("session {}: {rows} rows in {shown}", command.session))
}

pub(super) fn table(known: &KnownSession) -> Result<(Vec<u8>, u64), Failure> {
    let bug = |error: csv::Error| Failure::new(FailureKind::Bug, error);
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["row", "time", "event", "effects", "json", "head"]).map_err(bug)?;
    let (mut rows, mut failed) = (0, None);
    each_row(&known.store, known.name(), |row| {
        rows += 1;
        failed = writer.write_record(line(row)).err();
        Ok(failed.is_none())
    })
    .map_err(ledger_failure)?;
    if let Some(error) = failed {
        return Err(bug(error));
    }
    let text = writer.into_inner().map_err(|error| Failure::new(FailureKind::Bug, error))?;
    Ok((text, rows))
}

/// A row that is no JSON is exported all the same.
fn line(row: &SessionRow) -> [String; 6] {
    let value: Value = serde_json::from_str(&row.json).unwrap_or_default();
    let name = |value: &Value| {
        let key = value.as_object().and_then(|object| object.keys().next());
        key.map(String::as_str).or(value.as_str()).unwrap_or_default().to_owned()
    };
    let effects: Vec<String> =
        value["effects"].as_array().into_iter().flatten().map(name).collect();
    [
        row.number.to_string(),
        row.time.to_string(),
        name(&value["event"]),
        effects.join(" "),
        row.json.clone(),
        row.head.clone(),
    ]
}
