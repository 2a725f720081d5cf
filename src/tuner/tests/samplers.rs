//! Values in their ranges, conditions kept, and a model that helps.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::workers::{Worth, run};
use super::{number, rich_space, search, space, tune};
use crate::tuner::{Job, Outcome, Params, Study, Trial, optuna_value};

/// Any space: keys k0, k1, … of any kind; a later key may depend on an earlier choice.
fn any_space() -> impl Strategy<Value = Value> {
    let range = prop_oneof![
        (-1e6..1e6, 1e-3..1e6).prop_map(|(low, width)| json!({"uniform": [low, low + width]})),
        (1e-9..1.0, 1.5..1e6).prop_map(|(low, f)| json!({"log_uniform": [low, low * f]})),
        (-1000..1000_i64, 1..1000_i64)
            .prop_map(|(low, width)| json!({"integer": [low, low + width]})),
        (1..1000_i64, 1..5000_i64).prop_map(|(low, w)| json!({"log_integer": [low, low + w]})),
        (1..6_usize).prop_map(|n| json!({"choice": (0..n).collect::<Vec<_>>()})),
    ];
    prop::collection::vec((range, any::<prop::sample::Index>(), 0..3_usize), 1..7).prop_map(
        |list| {
            let mut map = serde_json::Map::new();
            for (place, (mut range, other, share)) in list.into_iter().enumerate() {
                let choices: Vec<(String, Vec<Value>)> = map
                    .iter()
                    .filter_map(|(key, known): (&String, &Value)| {
                        Some((key.clone(), known.get("choice")?.as_array()?.clone()))
                    })
                    .collect();
                if share > 0 && !choices.is_empty() {
                    let (key, values) = other.get(&choices);
                    let is = &values[..values.len().div_ceil(share)];
                    range["when"] = json!({"key": key, "is": is});
                }
                // Names in no order, so that the order of keys is not that of dependence.
                map.insert(format!("k{}.{place}", (place * 7 + 3) % 10), range);
            }
            Value::Object(map)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn every_sampler_keeps_to_the_space(
        json in any_space(),
        sampler in prop_oneof![Just("random"), Just("grid"), Just("tpe")],
        scheduler in prop_oneof![Just("none"), Just("asha"), Just("pbt")],
        seed in any::<u64>(),
    ) {
        let sampler = match sampler {
            "tpe" => json!({"tpe": {"startup_trials": 3, "candidates": 5}}),
            other => json!(other),
        };
        let scheduler = if scheduler == "none" { json!("none") } else { json!({ scheduler: {} }) };
        let ranges = search(json.clone());
        let space = space(json.clone());
        let tune = tune(json!({
            "trials": 25, "space": json, "sampler": sampler, "scheduler": scheduler,
        }));
        let study = Study::try_new(&tune, 1000, seed, &[]).unwrap();
        let worth = |job: &Job| Outcome::Score(job.params.values().filter_map(Value::as_f64).sum());
        let (trials, _) = run(study, worth, 3, seed);
        for trial in trials {
            prop_assert!(space.contains(&trial.params), "{:?}", trial.params);
            for (key, value) in &trial.params {
                prop_assert!(optuna_value(&ranges[key], value).is_finite());
            }
        }
    }
}

fn grid(json: &Value, trials: usize) -> Vec<Params> {
    let tune = tune(json!({
        "trials": trials, "space": json, "sampler": "grid", "scheduler": "none",
    }));
    let study = Study::try_new(&tune, 10, 0, &[]).unwrap();
    let (trials, _) = run(study, |_| Outcome::Score(0.0), 2, 0);
    trials.into_iter().map(|trial| trial.params).collect()
}

#[test]
fn a_grid_holds_each_combination_once() {
    let json = json!({
        "n": {"integer": [1, 2]},
        "kind": {"choice": ["x", "y"]},
        "extra": {"uniform": [0.0, 1.0], "steps": 2, "when": {"key": "kind", "is": ["y"]}},
    });
    let shown: Vec<String> =
        grid(&json, 100).iter().map(|params| json!(params).to_string()).collect();
    assert_eq!(
        shown,
        [
            r#"{"kind":"x","n":1}"#,
            r#"{"kind":"x","n":2}"#,
            r#"{"extra":0.0,"kind":"y","n":1}"#,
            r#"{"extra":0.0,"kind":"y","n":2}"#,
            r#"{"extra":1.0,"kind":"y","n":1}"#,
            r#"{"extra":1.0,"kind":"y","n":2}"#,
        ]
    );
    assert_eq!(grid(&json, 4).len(), 4);
    let all = grid(&rich_space(), 100_000);
    // 5 × 5 × 5 × 5 of the others; x and z with 4 children, null alone, y with mode 1 or mode 2 and 5.
    assert_eq!(all.len(), 625 * (4 + 4 + 1 + 1 + 5));
}

/// Functions to be made large; all keys lie between −5 and 5 or are a choice.
const FUNCTIONS: [(&str, Worth); 4] = [
    ("sphere", |job| {
        let x = |key| number(&job.params, key);
        Outcome::Score(-(x("x0") - 1.0).powi(2) - (x("x1") + 2.0).powi(2) - x("x2").powi(2))
    }),
    ("rosenbrock", |job| {
        let (x, y) = (number(&job.params, "x0"), number(&job.params, "x1"));
        Outcome::Score(-((1.0 - x).powi(2) + 100.0 * (y - x * x).powi(2)).ln_1p())
    }),
    ("ackley", |job| {
        let xs = ["x0", "x1", "x2"].map(|key| number(&job.params, key));
        let squares = xs.iter().map(|x| x * x).sum::<f64>() / 3.0;
        let waves = xs.iter().map(|x| (std::f64::consts::TAU * x).cos()).sum::<f64>() / 3.0;
        let e = std::f64::consts::E;
        Outcome::Score(20.0 * (-0.2 * squares.sqrt()).exp() + waves.exp() - 20.0 - e)
    }),
    ("rate and kind", |job| {
        let rate = number(&job.params, "rate").log10() + 3.0;
        let kind = if job.params["kind"] == "good" { 0.0 } else { -2.0 };
        let width = (number(&job.params, "width").log2() - 6.0).abs();
        Outcome::Score(kind - rate.powi(2) - 0.3 * width)
    }),
];

fn best(trials: &[Trial]) -> f64 {
    trials.iter().filter_map(|trial| trial.value).fold(f64::NEG_INFINITY, f64::max)
}

/// The best values of 20 seeds after 100 trials.
fn found(sampler: &Value, worth: Worth) -> Vec<f64> {
    let space = json!({
        "x0": {"uniform": [-5.0, 5.0]},
        "x1": {"uniform": [-5.0, 5.0]},
        "x2": {"uniform": [-5.0, 5.0]},
        "rate": {"log_uniform": [1e-6, 1.0]},
        "width": {"log_integer": [8, 1024]},
        "kind": {"choice": ["bad", "worse", "good", "poor"]},
    });
    let tune = tune(json!({
        "trials": 100, "lookahead": 4, "space": space, "sampler": sampler, "scheduler": "none",
    }));
    let run = |seed| {
        let study = Study::try_new(&tune, 10, seed, &[]).unwrap();
        best(&run(study, worth, 4, seed).0)
    };
    let mut values: Vec<f64> = (0..20).map(run).collect();
    values.sort_by(f64::total_cmp);
    values
}

#[test]
fn the_estimator_beats_chance() {
    for (name, worth) in FUNCTIONS {
        let (chance, model) = (found(&json!("random"), worth), found(&json!({"tpe": {}}), worth));
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let median = |values: &[f64]| 0.5 * (values[9] + values[10]);
        eprintln!(
            "{name}: mean {:.4} against {:.4}, median {:.4} against {:.4}",
            mean(&model),
            mean(&chance),
            median(&model),
            median(&chance)
        );
        // All values lie below 0: at most four fifths of the distance that chance leaves.
        assert!(mean(&model) > 0.8 * mean(&chance), "{name}");
    }
}

/// Earlier trials spare the model its random start.
#[test]
fn earlier_trials_help() {
    let space = json!({"x": {"uniform": [0.0, 1.0]}, "y": {"uniform": [0.0, 1.0]}});
    let tune = tune(json!({
        "trials": 12, "space": space, "sampler": {"tpe": {}}, "scheduler": "none",
    }));
    let worth = |job: &Job| {
        let near = |key| (number(&job.params, key) - 0.9).abs();
        Outcome::Score(-near("x") - near("y"))
    };
    let point = |x: f64, y: f64| Params::from([("x".into(), json!(x)), ("y".into(), json!(y))]);
    let warm: Vec<(Params, f64)> = (0..100)
        .map(|i| (f64::from(i % 10) / 10.0, f64::from(i / 10) / 10.0))
        .map(|(x, y)| (point(x, y), -(x - 0.9).abs() - (y - 0.9).abs()))
        // Settings of another space are passed over.
        .chain([(Params::from([("z".into(), json!(3))]), 9.0), (point(7.0, f64::NAN), f64::NAN)])
        .collect();
    let mean = |warm: &[(Params, f64)]| {
        let sum: f64 = (0..20)
            .map(|seed| best(&run(Study::try_new(&tune, 10, seed, warm).unwrap(), worth, 1, 0).0))
            .sum();
        sum / 20.0
    };
    let (with, without) = (mean(&warm), mean(&[]));
    assert!(with > 0.5 * without, "{with} against {without}");
}
