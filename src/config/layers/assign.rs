//! One key set from outside a file: `--set a.b=c` and `RELEAT_A__B=c`.

use super::sides;
use crate::config::problem::{Problem, Source, Sources};
use crate::config::yaml::{Entry, Node, Span, Value, joined, parse};

const PREFIX: &str = "RELEAT_";

/// Keys at the top that are also global options, whose variables belong to the command line.
const OPTIONS: [&str; 2] = ["env", "seed"];

/// A key and a value on one line, as it was given.
pub(super) struct Assignment {
    /// What to call it where a value's origin is asked for.
    pub(super) origin: String,
    /// What stands before the key.
    pub(super) lead: &'static str,
    /// The key as it was written.
    pub(super) key: String,
    /// What separates the parts of the key.
    pub(super) separator: &'static str,
    /// What separates key and value.
    pub(super) equals: &'static str,
    /// The value, YAML.
    pub(super) value: String,
}

impl Assignment {
    /// `--set key=value`; `None` if there is no equals sign.
    pub(super) fn option(text: &str) -> Option<Self> {
        let (key, value) = text.split_once('=')?;
        Some(Self {
            origin: "--set".to_owned(),
            lead: "--set ",
            key: key.to_owned(),
            separator: ".",
            equals: "=",
            value: value.to_owned(),
        })
    }

    /// `--seed N`.
    pub(super) fn seed(seed: u64) -> Self {
        Self {
            origin: "--seed".to_owned(),
            lead: "--",
            key: "seed".to_owned(),
            separator: ".",
            equals: " ",
            value: seed.to_string(),
        }
    }

    /// `RELEAT_A__B=value`; `None` for a variable that is an option of the command line.
    pub(super) fn variable(name: &str, value: &str) -> Option<Self> {
        let key = name.strip_prefix(PREFIX)?.to_lowercase();
        let is_section = sides::is_top_key(&key) && !OPTIONS.contains(&key.as_str());
        (key.contains("__") || is_section).then(|| Self {
            origin: name.to_owned(),
            lead: PREFIX,
            key: name[PREFIX.len()..].to_owned(),
            separator: "__",
            equals: "=",
            value: value.to_owned(),
        })
    }

    /// The tree that holds the value under its key, and the number of steps down to it.
    pub(super) fn tree(&self, sources: &mut Sources) -> Result<(Node, usize), Vec<Problem>> {
        let text = format!("{}{}{}{}", self.lead, self.key, self.equals, self.value);
        let source = sources.add(Source::Assignment { origin: self.origin.clone(), text });
        let parts = self.parts(source);
        let wrong = |(key, _): &&(String, Span)| key.is_empty() || key.contains('[');
        if let Some((key, span)) = parts.iter().find(wrong) {
            let text = if key.is_empty() {
                "expected a dotted key, found an empty part"
            } else {
                "a list is set as a whole, `key=[…]`; its elements have no key"
            };
            return Err(vec![sources.problem(None, text.to_owned(), *span)]);
        }
        let begin = self.lead.chars().count() + self.key.chars().count() + self.equals.len();
        let (node, problems) = parse(source, &self.value);
        if !problems.is_empty() {
            let moved = |span: Span| shifted(span, begin);
            let report = problems.into_iter().map(|p| sources.problem(None, p.text, moved(p.span)));
            return Err(report.collect());
        }
        let nothing = Node { span: start_of(source), value: Value::Null };
        let mut node = node.unwrap_or(nothing);
        shift(&mut node, begin);
        let keys = keys(&parts);
        let depth = keys.len();
        for (key, key_span) in keys.into_iter().rev() {
            let span = node.span;
            let value = Value::Map(vec![Entry { key, key_span, node }]);
            node = Node { span, value };
        }
        Ok((node, depth))
    }

    /// What lies between the separators, and where.
    fn parts(&self, source: usize) -> Vec<(String, Span)> {
        let mut column = self.lead.chars().count();
        let mut parts = Vec::new();
        for part in self.key.split(self.separator) {
            let length = part.chars().count();
            let key = part.trim();
            let key = if self.lead == PREFIX { key.to_lowercase() } else { key.to_owned() };
            parts.push((key, Span { length, ..shifted(start_of(source), column) }));
            column += length + self.separator.len();
        }
        parts
    }
}

/// The keys that the parts make, and their places.
fn keys(parts: &[(String, Span)]) -> Vec<(String, Span)> {
    let names: Vec<&str> = parts.iter().map(|(key, _)| key.as_str()).collect();
    let groups = joined(&names).into_iter().filter(|group| !group.is_empty());
    let key = |group: std::ops::Range<usize>| {
        let (first, last) = (parts[group.start].1, parts[group.end - 1].1);
        let length = last.column + last.length - first.column;
        (names[group].join("."), Span { length, ..first })
    };
    groups.map(key).collect()
}

const fn start_of(source: usize) -> Span {
    Span { source, line: 1, column: 1, length: 0 }
}

/// Moves the places of a value that was read by itself to where it stands on its line.
fn shift(node: &mut Node, columns: usize) {
    node.span = shifted(node.span, columns);
    match &mut node.value {
        Value::List(nodes) => nodes.iter_mut().for_each(|node| shift(node, columns)),
        Value::Map(entries) => {
            for entry in entries {
                entry.key_span = shifted(entry.key_span, columns);
                shift(&mut entry.node, columns);
            }
        }
        _ => {}
    }
}

const fn shifted(span: Span, columns: usize) -> Span {
    let column = if span.line == 1 { span.column + columns } else { span.column };
    Span { column, ..span }
}
