//! Where each effective value came from.

use serde_json::Value as Json;

use crate::config::problem::Sources;
use crate::config::yaml::{Node, Path, flow};

/// Every key of the effective configuration, in its order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origins {
    rows: Vec<OriginRow>,
}

/// One key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OriginRow {
    /// The dotted key, such as `learner.ppo.gamma`.
    pub key: String,
    /// The value as YAML on one line.
    pub value: String,
    /// `agents/spy_qqq.yaml:12:3`, `--set`, `RELEAT_LEARNER__PPO__GAMMA` or `default`.
    pub origin: String,
}

impl Origins {
    /// All keys.
    #[must_use]
    pub fn rows(&self) -> &[OriginRow] {
        &self.rows
    }

    /// Adds the leaves of `effective`, which came from `tree` where it has them.
    pub(super) fn add(&mut self, effective: &Json, tree: &Node, sources: &Sources) {
        self.walk(effective, &Path::default(), &Given { tree, sources });
    }

    fn walk(&mut self, value: &Json, path: &Path, given: &Given<'_>) {
        match value {
            Json::Object(map) if !map.is_empty() => {
                for (key, inner) in map {
                    self.walk(inner, &path.key(key), given);
                }
            }
            // A list of plain values reads as one value.
            Json::Array(items) if items.iter().any(Json::is_object) => {
                for (index, inner) in items.iter().enumerate() {
                    self.walk(inner, &path.index(index), given);
                }
            }
            _ => self.rows.push(OriginRow {
                key: path.to_string(),
                value: flow(value),
                origin: given.origin(path),
            }),
        }
    }
}

/// What was given, as against what is a default.
struct Given<'a> {
    tree: &'a Node,
    sources: &'a Sources,
}

impl Given<'_> {
    fn origin(&self, path: &Path) -> String {
        let span = self.tree.get(path).and_then(|_| self.tree.key_span(path));
        span.map_or_else(|| "default".to_owned(), |span| self.sources.origin(span))
    }
}
