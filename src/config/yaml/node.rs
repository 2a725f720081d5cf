//! A YAML tree whose nodes know their place.

use serde_json::{Map, Number, Value as Json};

use super::{Path, Step};

/// Where a node stands: characters on one line of one source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    /// Which source, by its number in the list of sources.
    pub(crate) source: usize,
    /// Line, from 1.
    pub(crate) line: usize,
    /// Column in characters, from 1.
    pub(crate) column: usize,
    /// Characters to underline; 0 where the end lies on another line.
    pub(crate) length: usize,
}

/// A value and its place.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    /// Where it begins.
    pub(crate) span: Span,
    /// What it is.
    pub(crate) value: Value,
}

/// What a node can be.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    /// Nothing, `~` or `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A finite number.
    Number(Number),
    /// Everything else that is no collection.
    Text(String),
    /// A list.
    List(Vec<Node>),
    /// A map in the order of the file, without duplicates.
    Map(Vec<Entry>),
}

/// A key, its place, and its value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    /// The key.
    pub(crate) key: String,
    /// Where the key stands.
    pub(crate) key_span: Span,
    /// The value.
    pub(crate) node: Node,
}

impl Node {
    /// The entries of a map; none for anything else.
    pub(crate) fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The node at `path`.
    pub(crate) fn get(&self, path: &Path) -> Option<&Self> {
        path.steps().iter().try_fold(self, Self::child)
    }

    /// Where the key that `path` ends in stands; the value itself for an element of a list.
    pub(crate) fn key_span(&self, path: &Path) -> Option<Span> {
        let (last, parents) = path.steps().split_last()?;
        let parent = parents.iter().try_fold(self, Self::child)?;
        match last {
            Step::Key(key) => {
                parent.entries().iter().find(|entry| entry.key == *key).map(|entry| entry.key_span)
            }
            Step::Index(_) => parent.child(last).map(|node| node.span),
        }
    }

    /// The same tree without places.
    pub(crate) fn to_json(&self) -> Json {
        match &self.value {
            Value::Null => Json::Null,
            Value::Bool(value) => Json::Bool(*value),
            Value::Number(number) => Json::Number(number.clone()),
            Value::Text(text) => Json::String(text.clone()),
            Value::List(nodes) => nodes.iter().map(Self::to_json).collect(),
            Value::Map(entries) => {
                let pair = |entry: &Entry| (entry.key.clone(), entry.node.to_json());
                Json::Object(entries.iter().map(pair).collect::<Map<_, _>>())
            }
        }
    }

    fn child(&self, step: &Step) -> Option<&Self> {
        match (&self.value, step) {
            (Value::Map(entries), Step::Key(key)) => {
                entries.iter().find(|entry| entry.key == *key).map(|entry| &entry.node)
            }
            (Value::List(nodes), Step::Index(index)) => nodes.get(*index),
            _ => None,
        }
    }
}
