//! Ranges and values as Optuna's database holds them.

use serde_json::{Value, json};

use crate::config::{RangeKind, Scale, SearchRange};

/// The JSON of Optuna's distribution for a range.
///
/// Choices that are lists or maps stand there as their JSON text, since Optuna's choices are plain
/// values. A range that makes no sense is a choice of nothing.
///
/// # Source
/// `optuna.distributions.distribution_to_json` of Optuna 5.0.0: `FloatDistribution`,
/// `IntDistribution` with step 1, `CategoricalDistribution`.
#[must_use]
pub fn distribution_json(range: &SearchRange) -> String {
    let (name, attributes) = match range.kind() {
        Ok(RangeKind::Real { low, high, scale }) => (
            "FloatDistribution",
            json!({"step": null, "low": low, "high": high, "log": scale == Scale::Log}),
        ),
        Ok(RangeKind::Whole { low, high, scale }) => (
            "IntDistribution",
            json!({"log": scale == Scale::Log, "step": 1, "low": low, "high": high}),
        ),
        Ok(RangeKind::Choice(values)) => {
            let choices: Vec<Value> = values.iter().map(plain).collect();
            ("CategoricalDistribution", json!({ "choices": choices }))
        }
        Err(_) => ("CategoricalDistribution", json!({ "choices": [] })),
    };
    json!({ "name": name, "attributes": attributes }).to_string()
}

/// The number by which Optuna's database stands for a value: itself, or its position among the
/// choices; NaN for a value outside the range.
#[must_use]
pub fn optuna_value(range: &SearchRange, value: &Value) -> f64 {
    let place = match range.kind() {
        Ok(RangeKind::Choice(values)) => {
            values.iter().position(|known| known == value).map(|index| index as f64)
        }
        Ok(_) => value.as_f64(),
        Err(_) => None,
    };
    place.unwrap_or(f64::NAN)
}

fn plain(value: &Value) -> Value {
    match value {
        Value::Array(_) | Value::Object(_) => Value::String(value.to_string()),
        _ => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What Optuna 5.0.0 printed for the same ranges.
    #[test]
    fn distributions_are_those_of_optuna() {
        for (range, expected) in [
            (
                json!({"uniform": [0.9, 0.999]}),
                r#"{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.9, "high": 0.999, "log": false}}"#,
            ),
            (
                json!({"log_uniform": [1e-5, 1e-2]}),
                r#"{"name": "FloatDistribution", "attributes": {"step": null, "low": 1e-05, "high": 0.01, "log": true}}"#,
            ),
            (
                json!({"integer": [1, 8]}),
                r#"{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 8}}"#,
            ),
            (
                json!({"log_integer": [16, 512]}),
                r#"{"name": "IntDistribution", "attributes": {"log": true, "step": 1, "low": 16, "high": 512}}"#,
            ),
            (
                json!({"choice": [64, 128, null, true, "a", 0.5]}),
                r#"{"name": "CategoricalDistribution", "attributes": {"choices": [64, 128, null, true, "a", 0.5]}}"#,
            ),
            (
                json!({"choice": [{"mlp": {}}, [1]]}),
                r#"{"name": "CategoricalDistribution", "attributes": {"choices": ["{\"mlp\":{}}", "[1]"]}}"#,
            ),
        ] {
            let ours: Value =
                serde_json::from_str(&distribution_json(&serde_json::from_value(range).unwrap()))
                    .unwrap();
            let theirs: Value = serde_json::from_str(expected).unwrap();
            assert_eq!(ours, theirs);
        }
    }

    #[test]
    fn values_are_those_of_optuna() {
        let range = |json: Value| serde_json::from_value::<SearchRange>(json).unwrap();
        assert_eq!(optuna_value(&range(json!({"log_uniform": [1e-5, 1e-2]})), &json!(1e-3)), 1e-3);
        assert_eq!(optuna_value(&range(json!({"log_integer": [16, 512]})), &json!(32)), 32.0);
        let choice = range(json!({"choice": [64, "a", {"mlp": {}}]}));
        assert_eq!(optuna_value(&choice, &json!("a")), 1.0);
        assert_eq!(optuna_value(&choice, &json!({"mlp": {}})), 2.0);
        assert!(optuna_value(&choice, &json!("b")).is_nan());
    }
}
