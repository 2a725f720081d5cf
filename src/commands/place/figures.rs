//! What a run reached: the last word of each of its metrics, and its evaluation.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use super::known::KnownRun;
use super::store_failure;
use crate::commands::Failure;
use crate::store::Store;

/// Name and figure; metrics of the training as docs/METRICS.md has them, those of the test range behind `test.`.
pub(super) type Figures = BTreeMap<String, Option<f64>>;

/// All figures of a run, from its folder or else from the database.
pub(super) fn figures(run: &KnownRun, store: Option<&Store>) -> Result<Figures, Failure> {
    let mut found = Figures::new();
    found.insert("env_steps".to_owned(), Some(run.record.env_steps as f64));
    found.insert("best_score".to_owned(), run.record.best_score);
    if let Some(store) = store.filter(|_| run.kept_in.contains(&"store")) {
        for metric in store.metrics(&run.record.id).map_err(store_failure)? {
            // By name and step, so that the last word stays.
            found.insert(metric.name, metric.value);
        }
    }
    for (name, value) in last_line(&run.folder.join("metrics.jsonl")) {
        found.insert(name, value.as_f64());
    }
    for (name, estimate) in evaluation(&run.folder.join("eval.json")) {
        found.insert(format!("test.{name}"), estimate["value"].as_f64());
    }
    Ok(found)
}

/// Numbers of the last whole line; a process that was killed may leave a half one.
fn last_line(path: &Path) -> Vec<(String, Value)> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let parsed = text.lines().rev().find_map(|line| serde_json::from_str::<Value>(line).ok());
    let fields = parsed.as_ref().and_then(Value::as_object).into_iter().flatten();
    fields
        .filter(|(_, value)| value.is_number() || value.is_null())
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

fn evaluation(path: &Path) -> Vec<(String, Value)> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let document: Value = serde_json::from_str(&text).unwrap_or_default();
    let metrics = document["metrics"].as_object().into_iter().flatten();
    metrics.map(|(name, estimate)| (name.clone(), estimate.clone())).collect()
}
