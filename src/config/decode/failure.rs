//! What serde's error says, as data.

use serde_json::Value as Json;
use serde_path_to_error::Segment;

use crate::config::yaml::{Path, Step};

/// Why deserializing stopped.
#[derive(Debug)]
pub(super) enum Failure {
    /// A map holds keys that its type does not have.
    UnknownKey {
        /// The map.
        parent: Path,
        /// The keys that it may hold.
        known: Vec<String>,
    },
    /// A map lacks a key that has no default.
    Missing {
        /// The map.
        parent: Path,
        /// The key.
        key: String,
    },
    /// Everything else.
    Wrong {
        /// The value at fault.
        path: Path,
        /// serde's words.
        message: String,
    },
}

impl Failure {
    /// Reads the error that `json` caused.
    pub(super) fn read(error: &serde_path_to_error::Error<serde_json::Error>, json: &Json) -> Self {
        let path = steps(error.path(), json);
        let message = error.inner().to_string();
        let quoted = |text: &str| text.split('`').skip(1).step_by(2).map(str::to_owned).collect();
        if let (true, Some(parent)) = (message.starts_with("unknown field `"), path.parent()) {
            // The last one: the unknown key itself may hold anything.
            let known = message.rfind("`, expected ").map(|at| quoted(&message[at + 2..]));
            return Self::UnknownKey { parent, known: known.unwrap_or_default() };
        }
        let missing = message.strip_prefix("missing field `").and_then(|rest| rest.split_once('`'));
        match missing {
            Some((key, _)) => Self::Missing { parent: path, key: key.to_owned() },
            None => Self::Wrong { path, message },
        }
    }
}

/// The path as far as it leads through `json`, and one step further for a key that is missing.
fn steps(path: &serde_path_to_error::Path, json: &Json) -> Path {
    let mut steps = Vec::new();
    let mut here = Some(json);
    for segment in path {
        let step = match segment {
            Segment::Seq { index } => Step::Index(*index),
            Segment::Map { key } => Step::Key(key.clone()),
            // A variant without settings is text, not a map: no step down.
            Segment::Enum { variant } if here.is_some_and(Json::is_object) => {
                Step::Key(variant.clone())
            }
            Segment::Enum { .. } | Segment::Unknown => continue,
        };
        here = match &step {
            Step::Key(key) => here.and_then(|json| json.get(key)),
            Step::Index(index) => here.and_then(|json| json.get(*index)),
        };
        steps.push(step);
    }
    Path::new(steps)
}
