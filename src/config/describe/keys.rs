//! Whether a dotted key can be set.

use serde_json::Value as Json;

use super::explain::resolve;

/// What a dotted key of an agent file leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::config) enum KeyKind {
    /// A value.
    Known,
    /// Into a list, which is set as a whole.
    Inside {
        /// The list.
        list: String,
    },
    /// Nothing.
    Unknown {
        /// The part of the key that is known.
        parent: String,
        /// The first part that is not.
        part: String,
        /// What could stand there.
        known: Vec<String>,
    },
}

/// Follows `parts` through `root`, the schema of an agent file.
pub(in crate::config) fn find_key(root: &Json, parts: &[&str]) -> KeyKind {
    let mut here = vec![root];
    for (depth, part) in parts.iter().enumerate() {
        let mut objects = Vec::new();
        here.iter().for_each(|json| gather(root, json, &mut objects));
        let next: Vec<&Json> =
            objects.iter().filter_map(|object| object.get("properties")?.get(part)).collect();
        if next.is_empty() {
            let parent = parts[..depth].join(".");
            if objects.iter().any(|object| object.get("items").is_some()) {
                return KeyKind::Inside { list: parent };
            }
            let known = objects.iter().filter_map(|object| object.get("properties")?.as_object());
            let known = known.flat_map(|properties| properties.keys().cloned()).collect();
            return KeyKind::Unknown { parent, part: (*part).to_owned(), known };
        }
        here = next;
    }
    KeyKind::Known
}

/// Every object schema that `here` may stand for, but for elements of a list.
fn gather<'a>(root: &'a Json, here: &'a Json, objects: &mut Vec<&'a Json>) {
    let here = resolve(root, here);
    objects.push(here);
    for choice in ["oneOf", "anyOf", "allOf"] {
        let parts = here.get(choice).and_then(Json::as_array).into_iter().flatten();
        parts.for_each(|part| gather(root, part, objects));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::schema;

    #[test]
    fn keys_by_hand() {
        let root = schema();
        let find = |key: &str| find_key(&root, &key.split('.').collect::<Vec<_>>());
        for key in [
            "seed",
            "learner",
            "learner.ppo.gamma",
            "learner.dqn.prioritized.alpha",
            "learner.ppo.learning_rate.cosine.from",
            "model.gru.hidden",
            "features",
            "env.costs.slippage.constant_bps",
            "tune.scheduler.asha.reduction",
        ] {
            assert_eq!(find(key), KeyKind::Known, "{key}");
        }
        assert_eq!(find("features.rsi"), KeyKind::Inside { list: "features".to_owned() });
        let KeyKind::Unknown { parent, part, known } = find("learner.ppo.gama.x") else {
            panic!("a known key")
        };
        assert_eq!((parent.as_str(), part.as_str()), ("learner.ppo", "gama"));
        assert!(known.contains(&"gamma".to_owned()), "{known:?}");
        assert!(matches!(find("seed.x"), KeyKind::Unknown { .. }));
    }
}
