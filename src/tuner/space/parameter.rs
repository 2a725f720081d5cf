//! One searched key.

use serde_json::Value;

use super::{Params, Range};

/// One searched key.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tuner) struct Parameter {
    /// The key of the agent file.
    pub(in crate::tuner) key: String,
    /// Its values.
    pub(in crate::tuner) range: Range,
    /// Another key and the values of it that make this one count.
    pub(super) when: Option<(String, Vec<Value>)>,
}

impl Parameter {
    /// Whether the key counts beside these values of the keys it depends on.
    pub(in crate::tuner) fn is_active(&self, params: &Params) -> bool {
        self.when
            .as_ref()
            .is_none_or(|(key, values)| params.get(key).is_some_and(|value| values.contains(value)))
    }
}
