//! Which keys describe the agent and which the place.

use crate::config::problem::{Problem, Sources, listed, nearest};
use crate::config::yaml::{Node, Value};

/// Keys at the top of an agent file.
pub(super) const AGENT_KEYS: [&str; 13] = [
    "name",
    "seed",
    "universe",
    "data",
    "features",
    "transform",
    "env",
    "model",
    "learner",
    "train",
    "tune",
    "eval",
    "trade",
];

/// Keys at the top of a file in `configs/`.
pub(super) const PLACE_KEYS: [&str; 4] = ["store", "connectors", "executors", "risk"];

/// What a layer may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// An agent file.
    Agent,
    /// A file in `configs/`.
    Place,
    /// An option or a variable.
    Both,
}

/// Whether a key stands at the top of either kind of file.
pub(super) fn is_top_key(key: &str) -> bool {
    AGENT_KEYS.contains(&key) || PLACE_KEYS.contains(&key)
}

/// Takes the keys that do not belong into a layer out of it.
pub(super) fn sift(tree: &mut Node, side: Side, sources: &Sources) -> Vec<Problem> {
    let Value::Map(entries) = &mut tree.value else { return Vec::new() };
    let mut problems = Vec::new();
    entries.retain(|entry| match wrong_side(&entry.key, side) {
        Some(text) => {
            problems.push(sources.problem(Some(entry.key.clone()), text, entry.key_span));
            false
        }
        None => true,
    });
    problems
}

/// The part of a tree that is about the agent, or about the place.
pub(super) fn part(tree: &Node, keys: &[&str]) -> Node {
    let own = tree.entries().iter().filter(|entry| keys.contains(&entry.key.as_str()));
    Node { span: tree.span, value: Value::Map(own.cloned().collect()) }
}

fn wrong_side(key: &str, side: Side) -> Option<String> {
    let agent = AGENT_KEYS.contains(&key);
    let place = PLACE_KEYS.contains(&key);
    let known: Vec<&str> = match side {
        Side::Agent if agent => return None,
        Side::Agent if place => {
            return Some(format!("key `{key}` belongs in configs/base.yaml, not in an agent file"));
        }
        Side::Agent => AGENT_KEYS.to_vec(),
        Side::Place if place => return None,
        Side::Place if agent => {
            return Some(format!("key `{key}` belongs in an agent file, not in configs/"));
        }
        Side::Place => PLACE_KEYS.to_vec(),
        Side::Both if agent || place => return None,
        Side::Both => [&AGENT_KEYS[..], &PLACE_KEYS[..]].concat(),
    };
    Some(match nearest(key, &known) {
        Some(near) => format!("unknown key `{key}`, did you mean `{near}`?"),
        None => format!("unknown key `{key}`, expected {}", listed(&known)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Agent, Place};

    #[test]
    fn the_lists_of_keys_are_those_of_the_types() {
        let keys = |schema: schemars::Schema| -> Vec<String> {
            schema.get("properties").unwrap().as_object().unwrap().keys().cloned().collect()
        };
        assert_eq!(keys(schemars::schema_for!(Agent)), AGENT_KEYS);
        assert_eq!(keys(schemars::schema_for!(Place)), PLACE_KEYS);
    }
}
