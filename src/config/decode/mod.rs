//! A tree into typed settings, with every problem found in one go.
//!
//! Deserializing stops at the first problem. So each problem is noted, the spot is mended with a
//! stand-in, and it begins again; what was mended is remembered, so that no rule complains of a
//! stand-in later.

mod failure;
mod mend;
mod wording;

use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use super::problem::{Problem, Sources, nearest};
use super::yaml::{Node, Path};
use failure::Failure;

/// Stand-ins that are tried before giving up.
const MAX_ROUNDS: usize = 100;

/// What came of a tree.
#[derive(Debug)]
pub(crate) struct Decoded<T> {
    /// The settings, with stand-ins where there were problems; `None` if too much was wrong.
    pub(crate) value: Option<T>,
    /// Everything that was wrong.
    pub(crate) problems: Vec<Problem>,
    /// Where stand-ins are.
    pub(crate) mended: Vec<Path>,
}

/// Reads `tree` as a `T`.
pub(crate) fn decode<T: DeserializeOwned>(tree: &Node, sources: &Sources) -> Decoded<T> {
    let mut json = tree.to_json();
    let mut round = Round { tree, sources, problems: vec![], mended: vec![], misspelt: vec![] };
    for _ in 0..MAX_ROUNDS {
        match serde_path_to_error::deserialize::<_, T>(&json) {
            Ok(value) => {
                return Decoded {
                    value: Some(value),
                    problems: round.problems,
                    mended: round.mended,
                };
            }
            Err(error) => {
                if !round.take(&Failure::read(&error, &json), &mut json) {
                    break;
                }
            }
        }
    }
    Decoded { value: None, problems: round.problems, mended: round.mended }
}

struct Round<'a> {
    tree: &'a Node,
    sources: &'a Sources,
    problems: Vec<Problem>,
    mended: Vec<Path>,
    /// Keys that an unknown key was probably meant to be; nobody needs to hear that they are missing.
    misspelt: Vec<Path>,
}

impl Round<'_> {
    /// Notes a failure and mends its spot; false if nothing can be mended.
    fn take(&mut self, failure: &Failure, json: &mut Json) -> bool {
        match failure {
            Failure::UnknownKey { parent, known } => self.unknown_keys(parent, known, json),
            Failure::Missing { parent, key } => {
                let path = parent.key(key);
                if !self.is_mended(&path) && !self.misspelt.contains(&path) {
                    let text = wording::missing(parent, key);
                    self.note(&path, text, self.tree.key_span(parent).unwrap_or(self.tree.span));
                }
                self.mend(&path, json)
            }
            Failure::Wrong { path, message } => {
                if !self.mended.iter().any(|mended| mended.is_within(path)) {
                    let node = self.tree.get(path);
                    let (text, whole) = wording::wrong(path, message, node);
                    let span = match node {
                        Some(node) => whole.unwrap_or(node.span),
                        None => self.tree.span,
                    };
                    self.note(path, text, span);
                }
                self.mend(path, json)
            }
        }
    }

    /// Notes and removes every unknown key of one map.
    fn unknown_keys(&mut self, parent: &Path, known: &[String], json: &mut Json) -> bool {
        let Some(map) = mend::find(json, parent).and_then(Json::as_object_mut) else {
            return false;
        };
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        let is_known = |key: &str| known.contains(&key);
        let unknown: Vec<String> = map.keys().filter(|key| !is_known(key)).cloned().collect();
        map.retain(|key, _| is_known(key));
        for key in unknown.iter().take(MAX_ROUNDS) {
            let path = parent.key(key);
            let span = self.tree.key_span(&path).unwrap_or(self.tree.span);
            self.note(&path, wording::unknown_key(parent, key, &known), span);
            self.misspelt.extend(nearest(key, &known).map(|near| parent.key(near)));
            // A rule about the whole map would complain of what is gone.
            self.mended.push(path);
        }
        !unknown.is_empty()
    }

    fn mend(&mut self, path: &Path, json: &mut Json) -> bool {
        let mut path = path.clone();
        // What was mended once and fails again is mended one level up.
        while self.mended.contains(&path) {
            let Some(parent) = path.parent() else { return false };
            path = parent;
        }
        let mended = mend::mend(json, &path);
        self.mended.push(path);
        mended
    }

    fn is_mended(&self, path: &Path) -> bool {
        self.mended.iter().any(|mended| mended.is_within(path) || path.is_within(mended))
    }

    fn note(&mut self, path: &Path, text: String, span: super::yaml::Span) {
        self.problems.push(self.sources.problem(Some(path.to_string()), text, span));
    }
}

#[cfg(test)]
mod tests;
