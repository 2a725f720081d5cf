//! Where two JSON values part.

use serde_json::Value;

/// The place where two values first differ, and what stands there in each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Difference {
    pub(super) path: String,
    pub(super) one: String,
    pub(super) other: String,
}

const ABSENT: &str = "nothing";

/// The first difference in the order of the first value, or `None` if they are alike.
pub(super) fn first_difference(one: &Value, other: &Value) -> Option<Difference> {
    descend(String::new(), one, other)
}

fn descend(path: String, one: &Value, other: &Value) -> Option<Difference> {
    match (one, other) {
        (Value::Object(ours), Value::Object(theirs)) => {
            let extra = theirs.keys().filter(|key| !ours.contains_key(*key));
            let keys = ours.keys().chain(extra);
            keys.into_iter().find_map(|key| {
                let dot = if path.is_empty() { "" } else { "." };
                at(format!("{path}{dot}{key}"), ours.get(key), theirs.get(key))
            })
        }
        (Value::Array(ours), Value::Array(theirs)) => (0..ours.len().max(theirs.len()))
            .find_map(|index| at(format!("{path}[{index}]"), ours.get(index), theirs.get(index))),
        _ => at_leaf(path, one, other),
    }
}

fn at(path: String, one: Option<&Value>, other: Option<&Value>) -> Option<Difference> {
    let text = |value: Option<&Value>| value.map_or(ABSENT.to_owned(), Value::to_string);
    match (one, other) {
        (Some(one), Some(other)) => descend(path, one, other),
        _ => Some(Difference { path, one: text(one), other: text(other) }),
    }
}

/// Numbers are compared as they are written: −0 is not 0.
fn at_leaf(path: String, one: &Value, other: &Value) -> Option<Difference> {
    let (one, other) = (one.to_string(), other.to_string());
    (one != other).then_some(Difference { path, one, other })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(one: &str, other: &str, expected: Option<(&str, &str, &str)>) {
        let value = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        let found = first_difference(&value(one), &value(other));
        let found = found.as_ref().map(|d| (&*d.path, &*d.one, &*d.other));
        assert_eq!(found, expected, "{one} {other}");
    }

    #[test]
    fn the_first_difference_is_named_with_its_path() {
        check(r#"{"a":[1,{"b":2.5}]}"#, r#"{"a":[1,{"b":2.5}]}"#, None);
        check(
            r#"{"a":[1,{"b":2.5,"c":1}]}"#,
            r#"{"a":[1,{"b":2.25,"c":2}]}"#,
            Some(("a[1].b", "2.5", "2.25")),
        );
        check(r#"{"a":[1,2]}"#, r#"{"a":[1]}"#, Some(("a[1]", "2", "nothing")));
        check(r#"{"a":[]}"#, r#"{"a":[{"x":1}]}"#, Some(("a[0]", "nothing", r#"{"x":1}"#)));
        check(r#"{"a":1}"#, r#"{"a":1,"b":null}"#, Some(("b", "nothing", "null")));
        check(r#"{"a":0.0}"#, r#"{"a":-0.0}"#, Some(("a", "0.0", "-0.0")));
        check(r#"{"a":1}"#, r#"{"a":1.0}"#, Some(("a", "1", "1.0")));
        check(r#"["x"]"#, r#"{"x":1}"#, Some(("", r#"["x"]"#, r#"{"x":1}"#)));
    }
}
