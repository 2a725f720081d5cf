//! Dotted keys: `features[3].rsi.window`.

use std::fmt;
use std::ops::Range;

/// One step down a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// Into a map.
    Key(String),
    /// Into a list.
    Index(usize),
}

/// The map whose keys are dotted keys themselves: what is searched.
const SEARCHED: [&str; 2] = ["tune", "space"];

/// The keys of a searched range, which end its dotted key; no key of an agent is called so.
const RANGE_KEYS: [&str; 7] =
    ["uniform", "log_uniform", "integer", "log_integer", "choice", "steps", "when"];

/// Which parts of a dotted key make one key together: each one by itself, but for the parts after
/// `tune.space` up to a key of a range. `tune.space.learner.ppo.gamma.steps` has four.
pub(crate) fn joined(parts: &[&str]) -> Vec<Range<usize>> {
    if !parts.starts_with(&SEARCHED) || parts.len() == SEARCHED.len() {
        return (0..parts.len()).map(|at| at..at + 1).collect();
    }
    let begin = SEARCHED.len();
    let name = |part: &&str| part.split_once('[').map_or(*part, |(name, _)| name).to_owned();
    let ends = |part: &&str| RANGE_KEYS.contains(&name(part).as_str());
    let inner = parts[begin + 1..].iter().position(ends).map(|at| begin + 1 + at);
    let end = inner.unwrap_or(parts.len());
    let below = (end..parts.len()).map(|at| at..at + 1);
    (0..begin).map(|at| at..at + 1).chain(std::iter::once(begin..end)).chain(below).collect()
}

/// A way from the root of a document to a node.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Path(Vec<Step>);

impl Path {
    /// The path with these steps.
    pub(crate) const fn new(steps: Vec<Step>) -> Self {
        Self(steps)
    }

    /// Reads a dotted key as [`fmt::Display`] writes it; text between dots is taken as it is.
    pub(crate) fn parse(dotted: &str) -> Self {
        let mut steps = Vec::new();
        let parts: Vec<&str> = dotted.split('.').collect();
        for group in joined(&parts) {
            let part = parts[group].join(".");
            let (key, indices) = part.split_once('[').unwrap_or((&part, ""));
            steps.push(Step::Key(key.to_owned()));
            let numbers = indices.split(['[', ']']).filter_map(|digits| digits.parse().ok());
            steps.extend(numbers.map(Step::Index));
        }
        Self(steps)
    }

    /// From the root to the node.
    pub(crate) fn steps(&self) -> &[Step] {
        &self.0
    }

    /// This path and one more key.
    pub(crate) fn key(&self, key: &str) -> Self {
        let mut path = self.clone();
        path.0.push(Step::Key(key.to_owned()));
        path
    }

    /// This path and one more index.
    pub(crate) fn index(&self, index: usize) -> Self {
        let mut path = self.clone();
        path.0.push(Step::Index(index));
        path
    }

    /// One step up; `None` at the root.
    pub(crate) fn parent(&self) -> Option<Self> {
        let (_, parents) = self.0.split_last()?;
        Some(Self(parents.to_vec()))
    }

    /// The last step, if it is a key.
    pub(crate) fn last_key(&self) -> Option<&str> {
        match self.0.last() {
            Some(Step::Key(key)) => Some(key),
            _ => None,
        }
    }

    /// Whether the node is the range of one searched key.
    pub(crate) fn is_searched_key(&self) -> bool {
        let searched = SEARCHED.map(|key| Step::Key(key.to_owned()));
        self.0.len() == searched.len() + 1 && self.0.starts_with(&searched)
    }

    /// Whether the node is `other` or lies below it.
    pub(crate) fn is_within(&self, other: &Self) -> bool {
        self.0.starts_with(&other.0)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            match step {
                Step::Key(key) if position == 0 => f.write_str(key)?,
                Step::Key(key) => write!(f, ".{key}")?,
                Step::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dotted_keys_survive_a_round_trip() {
        for text in ["seed", "learner.ppo.gamma", "features[3].rsi.window", "a.b[1][2]"] {
            assert_eq!(Path::parse(text).to_string(), text);
        }
        assert_eq!(Path::parse("a[1]").steps(), [Step::Key("a".into()), Step::Index(1)]);
        assert!(Path::parse("a.b").is_within(&Path::parse("a")));
        assert!(!Path::parse("ab").is_within(&Path::parse("a")));
    }

    #[test]
    fn searched_keys_are_one_step() {
        for (text, steps) in [
            ("tune.space", 2),
            ("tune.space.seed", 3),
            ("tune.space.learner.ppo.gamma", 3),
            ("tune.space.learner.ppo.gamma.uniform", 4),
            ("tune.space.learner.ppo.num_steps.when.is[2]", 6),
            ("tune.trials.learner.ppo", 4),
        ] {
            let path = Path::parse(text);
            assert_eq!(path.to_string(), text);
            assert_eq!(path.steps().len(), steps, "{text}");
            assert_eq!(path.is_searched_key(), text.starts_with("tune.space.") && steps == 3);
        }
        let path = Path::parse("tune.space.learner.ppo.gamma.choice[0]");
        assert_eq!(path.steps()[2], Step::Key("learner.ppo.gamma".to_owned()));
    }

    /// A key of an agent that is called like a key of a range would end a searched key too early.
    #[test]
    fn no_key_of_an_agent_is_called_like_one_of_a_range() {
        fn walk(json: &serde_json::Value, name: &str) {
            if let Some(properties) = json.get("properties").and_then(|value| value.as_object()) {
                let taken = |key: &&String| RANGE_KEYS.contains(&key.as_str());
                let found: Vec<&String> = properties.keys().filter(taken).collect();
                assert!(found.is_empty() || name == "SearchRange", "{name}: {found:?}");
            }
            match json {
                serde_json::Value::Object(map) => {
                    map.iter().for_each(|(key, value)| walk(value, key));
                }
                serde_json::Value::Array(items) => items.iter().for_each(|item| walk(item, name)),
                _ => {}
            }
        }
        walk(&crate::config::schema(), "");
    }
}
