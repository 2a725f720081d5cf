//! What one key means, from its documentation.

use serde_json::{Map, Value as Json};

use super::schema::{place_schema, schema};
use crate::config::yaml::{Path, Step};

/// What a dotted key such as `learner.ppo.gamma` means; `None` if there is no such key.
///
/// Elements of a list are reached without an index: `features.rsi.window`.
#[must_use]
pub fn explain(key: &str) -> Option<String> {
    let path = Path::parse(key);
    [schema(), place_schema()].iter().find_map(|root| explain_in(root, &path))
}

fn explain_in(root: &Json, path: &Path) -> Option<String> {
    let mut here = root;
    let mut text = None;
    for step in path.steps() {
        let Step::Key(key) = step else { continue };
        let (found, described) = member(root, here, key)?;
        text = described;
        here = found;
    }
    let mut lines: Vec<String> = text.into_iter().collect();
    let below = names(root, here);
    if !below.is_empty() {
        lines.push(format!("one of, or keys: {}", below.join(", ")));
    }
    Some(lines.join("\n"))
}

/// The schema of `key` inside `here`, and what is said about it.
fn member<'a>(root: &'a Json, here: &'a Json, key: &str) -> Option<(&'a Json, Option<String>)> {
    let mut found = None;
    visit(root, here, &mut |map| {
        let inner = map.get("properties").and_then(|properties| properties.get(key));
        if let (Some(inner), true) = (inner, found.is_none()) {
            // A variant of an enum is described beside its one property.
            let beside = map.get("description").filter(|_| map.contains_key("required"));
            let own = inner.get("description").or(beside);
            let of_type = || resolve(root, inner).get("description");
            let text = own.or_else(of_type).and_then(Json::as_str).map(str::to_owned);
            found = Some((inner, text));
        }
    });
    found
}

/// The keys and plain values that are possible at `here`.
fn names(root: &Json, here: &Json) -> Vec<String> {
    let mut names = Vec::new();
    visit(root, here, &mut |map| {
        if let Some(properties) = map.get("properties").and_then(Json::as_object) {
            names.extend(properties.keys().cloned());
        }
        let constants = map.get("enum").and_then(Json::as_array).into_iter().flatten();
        let constants = constants.chain(map.get("const")).filter_map(Json::as_str);
        names.extend(constants.map(str::to_owned));
    });
    names
}

/// Every object schema that `here` stands for: through references, choices and lists.
fn visit<'a>(root: &'a Json, here: &'a Json, see: &mut impl FnMut(&'a Map<String, Json>)) {
    let Some(map) = resolve(root, here).as_object() else { return };
    see(map);
    for choice in ["oneOf", "anyOf", "allOf"] {
        let parts = map.get(choice).and_then(Json::as_array).into_iter().flatten();
        for part in parts {
            visit(root, part, see);
        }
    }
    if let Some(items) = map.get("items") {
        visit(root, items, see);
    }
}

pub(super) fn resolve<'a>(root: &'a Json, here: &'a Json) -> &'a Json {
    let pointer = here.get("$ref").and_then(Json::as_str).and_then(|text| text.strip_prefix('#'));
    pointer.and_then(|pointer| root.pointer(pointer)).unwrap_or(here)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_explain_themselves() {
        for (key, part) in [
            ("learner.ppo.gamma", "Discount γ per bar"),
            ("features.rsi", "Relative strength index"),
            ("features.rsi.window", "Bars, "),
            ("env.fill", "next_close"),
            ("env.reward.alpha", "Return beyond a benchmark"),
            ("data.source", "synthetic"),
            ("env.costs.slippage.constant_bps", "basis points"),
            ("learner.ppo.learning_rate.cosine.from", ""),
            ("store.lake_dir", "market data"),
        ] {
            let text = explain(key).unwrap_or_else(|| panic!("{key}"));
            assert!(text.contains(part), "{key}: {text}");
        }
        assert_eq!(explain("learner.ppo.gama"), None);
    }
}
