//! Whole studies, and comparisons with references.

mod promotions;
mod samplers;
mod studies;
mod workers;

use serde_json::{Value, json};

use super::{Params, Space};
use crate::config::{SearchSpace, Tune};

/// A space with every kind of range and conditions of two levels.
fn rich_space() -> Value {
    json!({
        "a.real": {"uniform": [-1.0, 2.0]},
        "a.log": {"log_uniform": [1e-5, 1e-2]},
        "b.whole": {"integer": [-3, 9]},
        "b.log_whole": {"log_integer": [1, 300]},
        "kind": {"choice": ["x", "y", null, {"z": 1}]},
        "child": {"integer": [1, 4], "when": {"key": "kind", "is": ["x", {"z": 1}]}},
        "a.mode": {"choice": [1, 2], "when": {"key": "kind", "is": ["y"]}},
        "a.below": {"uniform": [0.0, 1.0], "when": {"key": "a.mode", "is": [2]}},
    })
}

fn search(json: Value) -> SearchSpace {
    serde_json::from_value(json).unwrap()
}

fn space(json: Value) -> Space {
    Space::try_new(&search(json)).unwrap()
}

fn tune(json: Value) -> Tune {
    serde_json::from_value(json).unwrap()
}

/// A number of a trial's settings.
fn number(params: &Params, key: &str) -> f64 {
    params.get(key).and_then(Value::as_f64).unwrap_or_default()
}
