//! Every key without a default has a stand-in.

use std::collections::BTreeSet;

use super::mend::required;

/// Walks a schema for keys without a default, which need a stand-in.
fn walk(json: &serde_json::Value, parent: &str, missing: &mut BTreeSet<String>) {
    let Some(map) = json.as_object() else {
        json.as_array().into_iter().flatten().for_each(|item| walk(item, parent, missing));
        return;
    };
    // A variant of an enum requires its own name; that is no key without a default.
    let is_variant = map.get("additionalProperties") == Some(&false.into())
        && map.get("properties").is_some_and(|p| p.as_object().is_some_and(|p| p.len() == 1))
        && map.get("required").is_some_and(|r| r.as_array().is_some_and(|r| r.len() == 1))
        && parent == "oneOf";
    if let (Some(keys), false) = (map.get("required").and_then(|r| r.as_array()), is_variant) {
        for key in keys.iter().filter_map(|key| key.as_str()) {
            let named = ["universe", "data", "group", "distributional", "when"].map(Some);
            let parents = [&[None], named.as_slice()].concat();
            if !parents.iter().any(|parent| required(*parent, key).is_some()) {
                missing.insert(key.to_owned());
            }
        }
    }
    for (key, inner) in map {
        walk(inner, key, missing);
    }
}

#[test]
fn every_required_key_has_a_stand_in() {
    let mut missing = BTreeSet::new();
    walk(&crate::config::schema(), "", &mut missing);
    assert_eq!(missing, BTreeSet::new());
}
