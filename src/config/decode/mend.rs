//! Stand-ins for what could not be read.

use serde_json::{Value as Json, json};

use crate::config::yaml::{Path, Step};

/// The value at `path`.
pub(super) fn find<'a>(json: &'a mut Json, path: &Path) -> Option<&'a mut Json> {
    path.steps().iter().try_fold(json, |here, step| match step {
        Step::Key(key) => here.get_mut(key),
        Step::Index(index) => here.get_mut(*index),
    })
}

/// Replaces the value at `path`, or removes it where a default takes its place.
///
/// False if nothing is there to be mended.
pub(super) fn mend(json: &mut Json, path: &Path) -> bool {
    let (Some(last), Some(parent_path)) = (path.steps().last(), path.parent()) else {
        return false;
    };
    let Some(parent) = find(json, &parent_path) else { return false };
    match (last, parent) {
        (Step::Index(index), Json::Array(items)) if *index < items.len() => {
            items[*index] = element(parent_path.last_key(), *index);
            true
        }
        (Step::Key(key), Json::Object(map)) => {
            match required(parent_path.last_key(), key) {
                Some(value) => {
                    map.insert(key.clone(), value);
                }
                None => {
                    map.shift_remove(key);
                }
            }
            true
        }
        _ => false,
    }
}

/// A value for a key that has no default. Every such key must be here.
pub(super) fn required(parent: Option<&str>, key: &str) -> Option<Json> {
    Some(match (parent, key) {
        (None, "universe") => json!({ "symbols": ["X0"] }),
        (None, "data") => json!({
            "source": { "yahoo": {} },
            "train": "2000-01-01..2000-12-31",
            "validation": "2001-01-01..2001-12-31",
            "test": "2002-01-01..2002-12-31",
        }),
        (Some("universe"), "symbols") => json!(["X0"]),
        (Some("data"), "source") => json!({ "yahoo": {} }),
        (Some("data"), "train") => json!("2000-01-01..2000-12-31"),
        (Some("data"), "validation") => json!("2001-01-01..2001-12-31"),
        (Some("data"), "test") => json!("2002-01-01..2002-12-31"),
        (_, "features") => json!([{ "obv": {} }]),
        (_, "window" | "k") => json!(20),
        (_, "with") => json!("X0"),
        (Some("when"), "is") => json!([]),
        (None, "name") | (_, "path") | (Some("when"), "key") => json!("x"),
        (Some("group"), "timeframe") => json!("1mo"),
        (_, "actions") => json!("corners"),
        (_, "from" | "to") | (Some("distributional"), "min") => json!(0.0),
        (Some("distributional"), "max") => json!(1.0),
        _ => return None,
    })
}

/// An element for the list under a key.
fn element(list: Option<&str>, index: usize) -> Json {
    match list {
        Some("features") => json!({ "obv": {} }),
        Some("transform") => json!("standardize"),
        Some("symbols") => json!(format!("X{index}")),
        Some("table") => json!("hold"),
        Some("baselines") => json!("cash"),
        _ => json!(0),
    }
}
