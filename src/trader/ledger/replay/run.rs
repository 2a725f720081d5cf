//! The replay itself.

use std::path::Path;

use serde_json::Value;

use super::difference::first_difference;
use crate::store::{SessionRow, Store};
use crate::trader::ledger::step::row_json;
use crate::trader::ledger::verify::{Fault, Verifier, each_row};
use crate::trader::ledger::{Anchor, Chain, LedgerError, LedgerHead, StoredStep};
use crate::trader::{Effect, Event, TraderError};

/// A fresh engine: what it makes of an event.
pub type Process<'a> = dyn FnMut(Event) -> Result<Vec<Effect>, TraderError> + 'a;

/// What a replay found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replayed {
    /// The rows that came out again, from the first one on.
    pub good: LedgerHead,
    /// What the anchor vouches for, if there is one.
    pub anchor: Option<LedgerHead>,
    /// The first row that is not as it was written; it was not replayed.
    pub fault: Option<Fault>,
    /// The first row that came out differently.
    pub divergence: Option<Divergence>,
}

/// The first difference between what was recorded and what a fresh engine does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Divergence {
    /// Number of the row, counted from 1.
    pub row: u64,
    /// Kind of its event.
    pub event: String,
    /// Where in the row, such as `effects[0].decided.weights[1]`; empty for the whole.
    pub path: String,
    /// What stands there in the ledger.
    pub recorded: String,
    /// What the fresh engine made.
    pub replayed: String,
}

/// Gives the events of a ledger to a fresh engine until a row is not as it was written, comes out differently, or all
/// have come out the same, byte for byte. Afterwards the engine is where the session was, and may go on.
///
/// # Errors
/// [`LedgerError`] if the ledger or the anchor cannot be read, or a row is no step that this program knows; a fault
/// or a divergence is no error.
pub fn replay(
    store: &Store,
    session: &str,
    folder: &Path,
    process: &mut Process<'_>,
) -> Result<Replayed, LedgerError> {
    let anchor = Anchor::read(folder)?;
    let mut found = Replayed {
        good: Chain::new(session).head(),
        anchor: anchor.as_ref().map(Anchor::head),
        fault: None,
        divergence: None,
    };
    let mut verifier = match Verifier::new(session, anchor.as_ref()) {
        Ok(verifier) => verifier,
        Err(fault) => return Ok(Replayed { fault: Some(fault), ..found }),
    };
    each_row(store, session, |row| {
        found.fault = verifier.take(row).err();
        if found.fault.is_some() {
            return Ok(false);
        }
        found.divergence = replay_row(session, row, process)?;
        if found.divergence.is_none() {
            found.good = verifier.good();
        }
        Ok(found.divergence.is_none())
    })?;
    if found.fault.is_none() && found.divergence.is_none() {
        found.fault = verifier.end().err();
    }
    Ok(found)
}

fn replay_row(
    session: &str,
    row: &SessionRow,
    process: &mut Process<'_>,
) -> Result<Option<Divergence>, LedgerError> {
    let number = row.number;
    let unknown =
        |source| LedgerError::Unknown { session: session.to_owned(), row: number, source };
    let step: StoredStep = serde_json::from_str(&row.json).map_err(unknown)?;
    let diverged = |(path, recorded, replayed): (String, String, String)| {
        let event = event_kind(&row.json);
        Some(Divergence { row: number, event, path, recorded, replayed })
    };
    let event = step.event.clone();
    let effects = match process(step.event) {
        Ok(effects) => effects,
        Err(error) => {
            let recorded = Value::from(step.effects).to_string();
            return Ok(diverged(("effects".to_owned(), recorded, format!("error: {error}"))));
        }
    };
    let encode = |source| LedgerError::Encode { row: number, source };
    let again = row_json(&event, &effects).map_err(encode)?;
    if again == row.json {
        return Ok(None);
    }
    let value = |text: &str| serde_json::from_str::<Value>(text).map_err(unknown);
    let difference = first_difference(&value(&row.json)?, &value(&again)?);
    Ok(match difference {
        Some(difference) => diverged((difference.path, difference.one, difference.other)),
        // Alike in value and not in bytes.
        None => diverged((String::new(), row.json.clone(), again)),
    })
}

/// The name of the event's variant.
fn event_kind(json: &str) -> String {
    let value: Value = serde_json::from_str(json).unwrap_or_default();
    crate::trader::ledger::facts::kind(&value["event"])
}
