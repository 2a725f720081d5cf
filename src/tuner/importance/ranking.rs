//! From trials to the share of each key.

use std::collections::BTreeSet;

use serde_json::Value;

use super::forest::{Cases, decreases};
use crate::base::SeedStream;
use crate::tuner::{Params, Trial};

const TREES: usize = 64;
/// Fewer trials than this tell nothing.
const LEAST_TRIALS: usize = 4;
/// Stands for a number that a trial has not; it must lie outside of every range.
const ABSENT: f64 = -1e300;

/// How much each searched key explains of how trials ranked, largest first; the shares sum to 1. Empty
/// for fewer than four trials with a score, or where nothing is explained.
///
/// Trials are ranked by the highest rung with a score and by the score there, so that stopped trials
/// count too and scores of unlike budgets are not mixed. A key that is a choice of names counts with all
/// its values together.
///
/// # Source
/// Mean decrease of impurity in a random forest, as Optuna's `MeanDecreaseImpurityImportanceEvaluator`
/// has it (64 trees); ranks instead of scores are our deviation.
#[must_use]
pub fn importances(trials: &[Trial]) -> Vec<(String, f64)> {
    let mut ranked: Vec<(&Params, (usize, f64))> = trials
        .iter()
        .filter_map(|trial| trial.standing().map(|standing| (&trial.params, standing)))
        .collect();
    if ranked.len() < LEAST_TRIALS {
        return Vec::new();
    }
    ranked.sort_by(|a, b| a.1.0.cmp(&b.1.0).then(a.1.1.total_cmp(&b.1.1)));
    let all: Vec<&Params> = ranked.iter().map(|(params, _)| *params).collect();
    let columns = columns(&all);
    let row = |params: &Params| columns.iter().map(|column| column.read(params)).collect();
    let cases = Cases {
        rows: ranked.iter().map(|(params, _)| row(params)).collect(),
        targets: ranks(ranked.iter().map(|(_, standing)| *standing)),
    };
    let mut rng = SeedStream::new(0).child("importances").rng();
    let lowered = decreases(&cases, TREES, &mut rng);
    let total: f64 = lowered.iter().sum();
    if total <= 0.0 {
        return Vec::new();
    }
    let keys: BTreeSet<&String> = columns.iter().map(|column| &column.key).collect();
    let share = |key: &String| {
        let own = columns.iter().zip(&lowered).filter(|(column, _)| column.key == *key);
        own.map(|(_, lowered)| lowered).sum::<f64>() / total
    };
    let mut shares: Vec<(String, f64)> =
        keys.into_iter().map(|key| (key.clone(), share(key))).collect();
    shares.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    shares
}

/// Ranks from 0 to 1 of ascending standings; equal ones share the mean of theirs.
fn ranks(standings: impl Iterator<Item = (usize, f64)>) -> Vec<f64> {
    let standings: Vec<(usize, f64)> = standings.collect();
    let last = (standings.len() - 1).max(1) as f64;
    let of = |standing: &(usize, f64)| {
        let first = standings.partition_point(|other| other < standing);
        let end = standings.partition_point(|other| other <= standing);
        (first + end).saturating_sub(1) as f64 / 2.0 / last
    };
    standings.iter().map(of).collect()
}

/// One number that is read off the settings of a trial.
struct Column {
    key: String,
    /// The value that it asks for; `None` for the number itself.
    is: Option<Value>,
}

impl Column {
    fn read(&self, params: &Params) -> f64 {
        match (&self.is, params.get(&self.key)) {
            (None, Some(value)) => value.as_f64().unwrap_or(ABSENT),
            (None, None) => ABSENT,
            (Some(is), value) => f64::from(value == Some(is)),
        }
    }
}

/// A column for each key of numbers, and one for each value of every other key.
fn columns(all: &[&Params]) -> Vec<Column> {
    let keys: BTreeSet<&String> = all.iter().flat_map(|params| params.keys()).collect();
    let mut columns = Vec::new();
    for key in keys {
        let mut values: Vec<&Value> = all.iter().filter_map(|params| params.get(key)).collect();
        if values.iter().all(|value| value.is_number()) {
            columns.push(Column { key: key.clone(), is: None });
            continue;
        }
        values.sort_by_key(ToString::to_string);
        values.dedup();
        let is = |value: &Value| Column { key: key.clone(), is: Some(value.clone()) };
        columns.extend(values.into_iter().map(is));
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Rng;
    use crate::tuner::{Report, TrialState};
    use serde_json::json;

    fn trial(number: usize, params: Value, score: f64) -> Trial {
        let report = Report { rung: 0, budget_env_steps: 1, score: Some(score) };
        Trial {
            number,
            params: serde_json::from_value(params).unwrap(),
            bracket: 0,
            state: TrialState::Complete,
            reports: vec![report],
            value: Some(score),
        }
    }

    #[test]
    fn the_key_that_matters_comes_first() {
        let mut rng: Rng = SeedStream::new(3).rng();
        let mut trials = Vec::new();
        for number in 0..100 {
            let (a, b, c) = (rng.uniform(), rng.uniform(), rng.below(3));
            let name = ["x", "y", "z"][c];
            let score = 10.0 * a + if name == "x" { 4.0 } else { 0.0 } + 0.01 * b;
            trials.push(trial(number, json!({"a": a, "b": b, "c": name}), score));
        }
        let shares = importances(&trials);
        let names: Vec<&str> = shares.iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!(names, ["a", "c", "b"]);
        assert!(shares[0].1 > 0.6 && shares[1].1 > 0.1 && shares[2].1 < 0.1, "{shares:?}");
        assert!((shares.iter().map(|share| share.1).sum::<f64>() - 1.0).abs() < 1e-12);
        assert_eq!(importances(&trials), shares);
    }

    #[test]
    fn nothing_to_explain() {
        assert_eq!(importances(&[]), []);
        let alike: Vec<Trial> = (0..9).map(|n| trial(n, json!({"a": n}), 1.0)).collect();
        assert_eq!(importances(&alike), []);
        let few: Vec<Trial> = (0..3).map(|n| trial(n, json!({"a": n}), n as f64)).collect();
        assert_eq!(importances(&few), []);
    }
}
