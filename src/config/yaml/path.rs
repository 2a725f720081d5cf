//! Dotted keys: `features[3].rsi.window`.

use std::fmt;

/// One step down a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// Into a map.
    Key(String),
    /// Into a list.
    Index(usize),
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
        for part in dotted.split('.') {
            let (key, indices) = part.split_once('[').unwrap_or((part, ""));
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
}
