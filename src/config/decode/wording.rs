//! serde's errors in the words of this program.

use crate::config::problem::{listed, nearest};
use crate::config::yaml::{Node, Path, Span, Value};

/// `unknown key …`, with the nearest known key or all of them.
pub(crate) fn unknown_key(parent: &Path, key: &str, known: &[&str]) -> String {
    let place = if parent.steps().is_empty() { String::new() } else { format!(" in `{parent}`") };
    match nearest(key, known) {
        Some(near) => format!("unknown key `{key}`{place}, did you mean `{near}`?"),
        None if known.is_empty() => format!("unknown key `{key}`{place}, expected no keys there"),
        None => format!("unknown key `{key}`{place}, expected {}", listed(known)),
    }
}

/// `missing key …`.
pub(super) fn missing(parent: &Path, key: &str) -> String {
    format!("missing key `{}`, it has no default", parent.key(key))
}

/// A value of the wrong kind, and where to point if not at the value.
pub(super) fn wrong(path: &Path, message: &str, node: Option<&Node>) -> (String, Option<Span>) {
    let found = node.map_or_else(|| "nothing".to_owned(), shown);
    if let Some(rest) = message.strip_prefix("unknown variant `") {
        return variant(path, rest, node);
    }
    let kinds = ["invalid type: ", "invalid value: ", "invalid length "];
    if !kinds.iter().any(|kind| message.starts_with(kind)) {
        return (format!("`{path}`: {message}"), None);
    }
    let expected = message.rsplit_once(", expected ").map_or(message, |(_, expected)| expected);
    let text = match (expected, node.map(|node| &node.value)) {
        ("map with a single key" | "value", Some(Value::Map(entries))) => {
            let keys: Vec<&str> = entries.iter().map(|entry| entry.key.as_str()).collect();
            let keys = if keys.is_empty() { "none".to_owned() } else { listed(&keys) };
            let keys = keys.replace(" or ", " and ");
            format!("`{path}` must have exactly one key, found {keys}")
        }
        ("newtype variant" | "struct variant" | "tuple variant", _) => {
            format!("`{path}` needs settings, found {found} alone; write `{}: {{…}}`", bare(node))
        }
        ("unit" | "unit variant", _) => {
            let name = path.last_key().unwrap_or_default();
            format!("`{name}` takes no settings, write `{name}` alone")
        }
        _ => {
            let expected = plain(expected);
            format!("`{path}` must be {expected}, was {found}{}", advice(expected, node))
        }
    };
    (text, None)
}

/// A name that is none of an enum's.
fn variant(path: &Path, rest: &str, node: Option<&Node>) -> (String, Option<Span>) {
    let (known, key) = match node.map(|node| &node.value) {
        Some(Value::Map(entries)) => (rest, entries.first()),
        _ => (rest, None),
    };
    let known = known.rfind("`, expected ").map_or("", |at| &known[at + 2..]);
    let known: Vec<&str> = known.split('`').skip(1).step_by(2).collect();
    if let Some(entry) = key {
        return (unknown_key(path, &entry.key, &known), Some(entry.key_span));
    }
    let found = bare(node);
    let text = match nearest(&found, &known) {
        Some(near) => format!("unknown value `{found}` for `{path}`, did you mean `{near}`?"),
        None => format!("unknown value `{found}` for `{path}`, expected {}", listed(&known)),
    };
    (text, None)
}

/// What serde calls a type, as the reader of a settings file calls it.
fn plain(expected: &str) -> &str {
    match expected {
        "f64" | "f32" => "a number",
        "u8" => "a whole number from 0 to 255",
        "u16" | "u32" | "u64" | "usize" => "a whole number, 0 or more",
        "i32" | "i64" | "isize" => "a whole number",
        "a boolean" => "`true` or `false`",
        "a string" | "a borrowed string" | "path string" => "text",
        "a sequence" => "a list",
        "a map" => "a map of keys",
        "string or map" => "a name, or a map with one key",
        other if other.starts_with("struct ") => "a map of keys",
        other => other,
    }
}

fn advice(expected: &str, node: Option<&Node>) -> String {
    match node.map(|node| &node.value) {
        Some(Value::Null) if expected == "a map of keys" => {
            "; write `{}` to keep every default".to_owned()
        }
        Some(Value::Number(_) | Value::Bool(_)) if expected == "text" => {
            "; put it in quotes".to_owned()
        }
        Some(Value::Number(number)) if expected.starts_with("a whole number") => {
            match number.as_f64() {
                Some(value) if (0.0..1e15).contains(&value) && value.fract() == 0.0 => {
                    format!("; write {value:.0}")
                }
                _ => String::new(),
            }
        }
        _ => String::new(),
    }
}

fn shown(node: &Node) -> String {
    match &node.value {
        Value::Null => "nothing".to_owned(),
        Value::Bool(value) => format!("`{value}`"),
        Value::Number(number) => format!("{number}"),
        Value::Text(text) => format!("the text `{}`", cut(text)),
        Value::List(_) => "a list".to_owned(),
        Value::Map(_) => "a map".to_owned(),
    }
}

/// The text itself, for the name of a variant.
fn bare(node: Option<&Node>) -> String {
    match node.map(|node| &node.value) {
        Some(Value::Text(text)) => cut(text),
        _ => node.map_or_else(String::new, shown),
    }
}

fn cut(text: &str) -> String {
    const LONGEST: usize = 60;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
