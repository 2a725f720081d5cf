//! One trial: its settings, its reports, its end.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::study::study_id;
use crate::store::database::{Link, Record, Value, values};
use crate::store::{Store, StoreError};

/// A setting of a trial.
#[derive(Debug, Clone, PartialEq)]
pub struct TrialParam {
    /// Its key in the agent file.
    pub name: String,
    /// Its value as Optuna counts it: the number itself, or the position of a choice.
    pub value: f64,
    /// What it was drawn from, as Optuna writes it in JSON.
    pub distribution: String,
}

/// How a trial stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrialState {
    /// Not ended.
    Running,
    /// Reached the last rung.
    Complete,
    /// Stopped at an earlier rung.
    Pruned,
    /// Has no score.
    Failed,
}

impl TrialState {
    /// The word that Optuna has for it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Running => "RUNNING",
            Self::Complete => "COMPLETE",
            Self::Pruned => "PRUNED",
            Self::Failed => "FAIL",
        }
    }

    pub(in crate::store) fn from_label(label: &str) -> Self {
        match label {
            "COMPLETE" => Self::Complete,
            "PRUNED" => Self::Pruned,
            "FAIL" => Self::Failed,
            _ => Self::Running,
        }
    }
}

/// The end of a trial.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrialEnd {
    /// Complete, pruned or failed.
    pub state: TrialState,
    /// What it is worth; a failed trial is worth nothing.
    pub value: Option<f64>,
}

impl Store {
    /// Begins a trial, or brings the settings and attributes of one that is there up to date.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if there is no such study.
    pub fn put_trial(
        &self,
        study: &str,
        number: usize,
        params: &[TrialParam],
        attributes: &BTreeMap<String, Json>,
    ) -> Result<(), StoreError> {
        self.write(async |link| put(link, (study, number), params, attributes).await)
    }

    /// Keeps the score of a trial at a budget of environment steps; `None` is no number.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if another score is kept for the same budget; the same one again is no error.
    pub fn report(
        &self,
        study: &str,
        number: usize,
        step: u64,
        score: Option<f64>,
    ) -> Result<(), StoreError> {
        self.write(async |link| report(link, (study, number), step, score).await)
    }

    /// Ends a trial.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if it ended otherwise before; the same end again is no error.
    pub fn end_trial(&self, study: &str, number: usize, end: TrialEnd) -> Result<(), StoreError> {
        self.write(async |link| end_trial(link, (study, number), end).await)
    }
}

async fn put(
    link: &mut Link<'_>,
    (study, number): (&str, usize),
    params: &[TrialParam],
    attributes: &BTreeMap<String, Json>,
) -> Result<(), StoreError> {
    const WHAT: &str = "keep a trial";
    let study = study_id(link, study).await?;
    // Two that begin the same trial: the second waits for the first.
    let lock = link.locking("SELECT study_id FROM studies WHERE study_id = $1 FOR UPDATE");
    if !lock.is_empty() {
        link.run(WHAT, lock, values![study]).await?;
    }
    let trial = match find(link, study, number).await? {
        Some((trial, _)) => trial,
        None => {
            let sql = format!(
                "INSERT INTO trials (number, study_id, state, datetime_start) \
                 VALUES ($1, $2, $3, {}) RETURNING trial_id",
                link.clock()
            );
            let row = values![number, study, Value::Label("RUNNING")];
            let made = link.row(WHAT, &sql, row, |row| row.int(0)).await?;
            made.ok_or_else(|| link.missing("trial"))?
        }
    };
    let head = "INSERT INTO trial_params (trial_id, param_name, param_value, distribution_json)";
    let tail = "ON CONFLICT (trial_id, param_name) DO UPDATE SET \
                param_value = excluded.param_value, distribution_json = excluded.distribution_json";
    let rows: Vec<Vec<Value>> = params
        .iter()
        .map(|param| values![trial, &*param.name, param.value, &*param.distribution].to_vec())
        .collect();
    link.insert(WHAT, (head, tail), &rows).await?;
    let head = "INSERT INTO trial_user_attributes (trial_id, key, value_json)";
    let tail = "ON CONFLICT (trial_id, key) DO UPDATE SET value_json = excluded.value_json";
    let rows: Vec<Vec<Value>> = attributes
        .iter()
        .map(|(key, value)| values![trial, &**key, value.to_string()].to_vec())
        .collect();
    link.insert(WHAT, (head, tail), &rows).await
}

async fn report(
    link: &mut Link<'_>,
    (study, number): (&str, usize),
    step: u64,
    score: Option<f64>,
) -> Result<(), StoreError> {
    let (trial, _) = known(link, study, number).await?;
    // Optuna counts steps in 32 bits.
    let step_max = i64::from(i32::MAX);
    let conflict = |kept: String, given: String| StoreError::Conflict {
        what: format!("the report of trial {number} at {step} steps"),
        kept,
        given,
    };
    let Some(step) = i64::try_from(step).ok().filter(|step| *step <= step_max) else {
        return Err(conflict(format!("a step of at most {step_max}"), "a larger one".to_owned()));
    };
    let sql = format!(
        "SELECT {} FROM trial_intermediate_values WHERE trial_id = $1 AND step = $2",
        link.score("intermediate_value", "intermediate_value_type")
    );
    let read = |row: &Record| row.real_or_none(0);
    let kept = link.row("keep a report", &sql, values![trial, step], read).await?;
    if let Some(kept) = kept {
        let is_same = kept.map(f64::to_bits) == readable(score).map(f64::to_bits);
        return if is_same { Ok(()) } else { Err(conflict(shown(kept), shown(score))) };
    }
    let (value, label) = written(score);
    let sql = "INSERT INTO trial_intermediate_values \
               (trial_id, step, intermediate_value, intermediate_value_type) VALUES ($1, $2, $3, $4)";
    link.run("keep a report", sql, values![trial, step, value, label]).await.map(drop)
}

async fn end_trial(
    link: &mut Link<'_>,
    (study, number): (&str, usize),
    end: TrialEnd,
) -> Result<(), StoreError> {
    const WHAT: &str = "end a trial";
    let (trial, state) = known(link, study, number).await?;
    if state != TrialState::Running && state != end.state {
        return Err(StoreError::Conflict {
            what: format!("the end of trial {number}"),
            kept: state.label().to_owned(),
            given: end.state.label().to_owned(),
        });
    }
    if state == end.state {
        return Ok(());
    }
    let sql = format!(
        "UPDATE trials SET state = $1, datetime_complete = {} WHERE trial_id = $2",
        link.clock()
    );
    link.run(WHAT, &sql, values![Value::Label(end.state.label()), trial]).await?;
    let (value, label) = written(end.value);
    // Optuna has no value that is no number.
    if end.state == TrialState::Failed || matches!(label, Value::Label("NAN")) {
        return Ok(());
    }
    let sql = "INSERT INTO trial_values (trial_id, objective, value, value_type) \
               VALUES ($1, 0, $2, $3) ON CONFLICT (trial_id, objective) DO UPDATE SET \
               value = excluded.value, value_type = excluded.value_type";
    link.run(WHAT, sql, values![trial, value, label]).await.map(drop)
}

async fn known(
    link: &mut Link<'_>,
    study: &str,
    number: usize,
) -> Result<(i64, TrialState), StoreError> {
    let id = study_id(link, study).await?;
    let found = find(link, id, number).await?;
    found.ok_or_else(|| link.missing(format!("trial {number} of study `{study}`")))
}

async fn find(
    link: &mut Link<'_>,
    study: i64,
    number: usize,
) -> Result<Option<(i64, TrialState)>, StoreError> {
    let sql = "SELECT trial_id, CAST(state AS TEXT) FROM trials \
               WHERE study_id = $1 AND number = $2 ORDER BY trial_id";
    let read = |row: &Record| Ok((row.int(0)?, TrialState::from_label(&row.text(1)?)));
    link.row("find a trial", sql, values![study, number], read).await
}

/// A score as Optuna writes it: what is not finite has a word instead.
fn written(score: Option<f64>) -> (Value, Value) {
    match score {
        Some(value) if value.is_finite() => (Value::Real(value), Value::Label("FINITE")),
        Some(value) if value == f64::INFINITY => (Value::Null, Value::Label("INF_POS")),
        Some(value) if value == f64::NEG_INFINITY => (Value::Null, Value::Label("INF_NEG")),
        _ => (Value::Null, Value::Label("NAN")),
    }
}

/// What comes back when a score is read again.
fn readable(score: Option<f64>) -> Option<f64> {
    score.filter(|score| !score.is_nan())
}

fn shown(score: Option<f64>) -> String {
    readable(score).map_or_else(|| "no number".to_owned(), |score| score.to_string())
}
