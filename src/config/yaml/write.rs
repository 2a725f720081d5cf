//! Values as YAML text that this module's reader reads back as the same values.

use serde_json::{Map, Value as Json};

use super::Value;
use super::scalar::resolve;

const MAX_LINE: usize = 100;

/// One line: `{window: 14, input: close}`.
pub(crate) fn flow(value: &Json) -> String {
    match value {
        Json::Null => "null".to_owned(),
        Json::Bool(_) | Json::Number(_) => value.to_string(),
        Json::String(text) => scalar(text),
        Json::Array(items) => {
            format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", "))
        }
        Json::Object(map) => {
            let entry =
                |(key, value): (&String, &Json)| format!("{}: {}", scalar(key), flow(value));
            format!("{{{}}}", map.iter().map(entry).collect::<Vec<_>>().join(", "))
        }
    }
}

/// A document with a line for each key; what is small stays on its line.
pub(crate) fn block(map: &Map<String, Json>) -> String {
    let mut out = String::new();
    write_map(&mut out, map, 0);
    out
}

fn write_map(out: &mut String, map: &Map<String, Json>, indent: usize) {
    for (key, value) in map {
        out.push_str(&format!("{:indent$}{}:", "", scalar(key)));
        let line = flow(value);
        match value {
            Json::Object(inner) if !inner.is_empty() && !is_small(value) => {
                out.push('\n');
                write_map(out, inner, indent + 2);
            }
            Json::Array(items) if items.iter().any(is_nested) || line.len() > MAX_LINE => {
                out.push('\n');
                for item in items {
                    out.push_str(&format!("{:indent$}  - {}\n", "", list_item(item)));
                }
            }
            _ => out.push_str(&format!(" {line}\n")),
        }
    }
}

/// A map with one key needs no braces after the dash.
fn list_item(item: &Json) -> String {
    match item {
        Json::Object(map) if map.len() == 1 => {
            let line = flow(item);
            line[1..line.len() - 1].to_owned()
        }
        _ => flow(item),
    }
}

/// Whether a map reads well on one line, as `{linear: {from: 0.0003, to: 0}}` does.
fn is_small(value: &Json) -> bool {
    let Json::Object(map) = value else { return true };
    map.len() <= 3 && map.values().all(is_small) && flow(value).len() <= 60
}

const fn is_nested(value: &Json) -> bool {
    matches!(value, Json::Array(_) | Json::Object(_))
}

/// Text as a plain scalar where that is safe, else in double quotes.
fn scalar(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_./=-^".contains(c);
    let begins_well = text.starts_with(|c: char| c.is_ascii_alphanumeric() || "_./^".contains(c));
    let is_text = matches!(resolve(text), Ok(Value::Text(_)));
    if begins_well && text.chars().all(plain) && is_text && !text.starts_with("...") {
        text.to_owned()
    } else {
        Json::String(text.to_owned()).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn values_on_one_line() {
        let value = serde_json::json!({"path": "a b: c", "n": [1, 2.5], "t": "true", "s": "24x7"});
        assert_eq!(flow(&value), r#"{path: "a b: c", n: [1, 2.5], t: "true", s: 24x7}"#);
    }

    proptest! {
        #[test]
        fn any_text_survives(text in any::<String>(), number in any::<f64>()) {
            prop_assume!(number.is_finite() && !text.contains('\u{feff}'));
            let value = serde_json::json!({"a": {"t": text, "n": number}, "list": [{"x": text}]});
            let written = block(value.as_object().unwrap());
            let (node, problems) = parse(0, &written);
            prop_assert!(problems.is_empty(), "{problems:?} in {written}");
            prop_assert_eq!(node.unwrap().to_json(), value);
        }
    }
}
