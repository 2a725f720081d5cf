//! All searched keys, each after those it depends on.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Parameter, Range};
use crate::base::Rng;
use crate::config::{RangeError, SearchSpace};

/// Keys of the agent file and their values in one trial; keys whose condition does not hold are
/// absent.
pub type Params = BTreeMap<String, Value>;

/// What is searched.
#[derive(Debug, Clone, PartialEq)]
pub struct Space {
    parameters: Vec<Parameter>,
}

/// Why a search space makes no sense.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SpaceError {
    /// Nothing is searched.
    #[error("`tune.space` must name at least one key, it is empty")]
    Empty,
    /// A range is wrong.
    #[error("`tune.space.{key}` {source}")]
    Range {
        /// The key.
        key: String,
        /// What is wrong.
        source: RangeError,
    },
    /// A condition names a key that is not searched, or depends on the key itself.
    #[error(
        "`tune.space.{key}.when` must name another searched key that does not depend on it, was `{other}`"
    )]
    Condition {
        /// The key.
        key: String,
        /// What its condition names.
        other: String,
    },
}

impl Space {
    /// The space of a `tune.space` section.
    ///
    /// # Errors
    /// [`SpaceError`] for a range or condition that makes no sense.
    pub fn try_new(search: &SearchSpace) -> Result<Self, SpaceError> {
        if search.is_empty() {
            return Err(SpaceError::Empty);
        }
        let mut waiting = Vec::new();
        for (key, range) in search {
            let error = |source| SpaceError::Range { key: key.clone(), source };
            let kind = range.kind().map_err(error)?;
            let when = range.when.as_ref().map(|when| (when.key.clone(), when.is.clone()));
            let range = Range::new(kind, range.steps);
            waiting.push(Parameter { key: key.clone(), range, when });
        }
        Ok(Self { parameters: ordered(waiting)? })
    }

    /// The keys; each comes after the one that its condition names, otherwise in alphabetical order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.parameters.iter().map(|parameter| parameter.key.as_str())
    }

    /// All keys with their ranges, in the order of [`Self::keys`].
    pub(in crate::tuner) fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    /// Whether exactly the active keys have values, each in its range.
    #[must_use]
    pub fn contains(&self, params: &Params) -> bool {
        let fits = |parameter: &Parameter| match params.get(&parameter.key) {
            Some(value) => parameter.is_active(params) && parameter.range.place(value).is_some(),
            None => !parameter.is_active(params),
        };
        params.keys().all(|key| self.keys().any(|known| known == key))
            && self.parameters.iter().all(fits)
    }

    /// Values for the active keys, each chosen by `choose` in the order of [`Self::keys`].
    pub(in crate::tuner) fn fill(&self, mut choose: impl FnMut(&Parameter) -> Value) -> Params {
        let mut params = Params::new();
        for parameter in &self.parameters {
            if parameter.is_active(&params) {
                params.insert(parameter.key.clone(), choose(parameter));
            }
        }
        params
    }

    /// Independent draws.
    pub(in crate::tuner) fn draw(&self, rng: &mut Rng) -> Params {
        self.fill(|parameter| parameter.range.draw(rng))
    }
}

/// Each parameter behind the one that it depends on.
fn ordered(mut waiting: Vec<Parameter>) -> Result<Vec<Parameter>, SpaceError> {
    let mut placed: Vec<Parameter> = Vec::with_capacity(waiting.len());
    let mut names: BTreeSet<String> = BTreeSet::new();
    while !waiting.is_empty() {
        let ready = |parameter: &Parameter| {
            parameter.when.as_ref().is_none_or(|(key, _)| names.contains(key))
        };
        let Some(next) = waiting.iter().position(ready) else {
            let (key, other) = waiting.first().map_or_else(Default::default, |parameter| {
                let other = parameter.when.as_ref().map(|(key, _)| key.clone());
                (parameter.key.clone(), other.unwrap_or_default())
            });
            return Err(SpaceError::Condition { key, other });
        };
        let parameter = waiting.remove(next);
        names.insert(parameter.key.clone());
        placed.push(parameter);
    }
    Ok(placed)
}
