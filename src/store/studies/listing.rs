//! All trials of a study, with one question for each table.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::study::study_id;
use super::trial::{TrialParam, TrialState};
use crate::base::Timestamp;
use crate::store::database::{Link, Record, decode, values};
use crate::store::{Store, StoreError};

/// The score of a trial at a budget.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrialReport {
    /// The budget, environment steps.
    pub step: u64,
    /// The score; none if it was no number.
    pub score: Option<f64>,
}

/// A trial as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct TrialRow {
    /// Counted from 0.
    pub number: usize,
    /// How it stands.
    pub state: TrialState,
    /// What it is worth, once it has ended.
    pub value: Option<f64>,
    /// Its settings, by key.
    pub params: Vec<TrialParam>,
    /// Its reports, by budget.
    pub reports: Vec<TrialReport>,
    /// What else is kept of it.
    pub attributes: BTreeMap<String, Json>,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
}

impl Store {
    /// All trials of a study, by number.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if there is no such study.
    pub fn trials(&self, study: &str) -> Result<Vec<TrialRow>, StoreError> {
        self.read(async |link| {
            let study = study_id(link, study).await?;
            let mut trials = heads(link, study).await?;
            params(link, &mut trials).await?;
            reports(link, &mut trials).await?;
            attributes(link, &mut trials).await?;
            let mut rows: Vec<TrialRow> = trials.into_iter().map(|(_, row)| row).collect();
            rows.sort_by_key(|row| row.number);
            Ok(rows)
        })
    }
}

/// Trials with their keys in the database, by key.
type Keyed = Vec<(i64, TrialRow)>;

/// The first and the last key; between them lie a few trials of other studies, which are cheaper to pass by than to
/// leave out.
fn span(trials: &Keyed) -> (i64, i64) {
    let ends = trials.first().zip(trials.last());
    ends.map_or((0, -1), |((first, _), (last, _))| (*first, *last))
}

async fn heads(link: &mut Link<'_>, study: i64) -> Result<Keyed, StoreError> {
    let sql = format!(
        "SELECT t.trial_id, t.number, CAST(t.state AS TEXT), t.datetime_start, t.datetime_complete, {} \
         FROM trials t LEFT JOIN trial_values v ON v.trial_id = t.trial_id AND v.objective = 0 \
         WHERE t.study_id = $1 ORDER BY t.trial_id",
        link.score("v.value", "v.value_type")
    );
    let read = |row: &Record| {
        let trial = TrialRow {
            number: row.count(1)?,
            state: TrialState::from_label(&row.text(2)?),
            value: row.real_or_none(5)?,
            params: Vec::new(),
            reports: Vec::new(),
            attributes: BTreeMap::new(),
            started_at: row.time_or_none(3)?,
            ended_at: row.time_or_none(4)?,
        };
        Ok((row.int(0)?, trial))
    };
    link.rows("list trials", &sql, values![study], read).await
}

/// Trials whose settings are looked at to learn what the names and distributions of a study are.
const LOOKED_AT: usize = 32;

/// Settings that get a column of their own; few studies have as many.
const COLUMNS_MAX: usize = 40;

/// Nearly all settings of a study have one of few names and distributions. The database puts their values side by
/// side, a row for each trial, and sends the long texts only of the others.
async fn params(link: &mut Link<'_>, trials: &mut Keyed) -> Result<(), StoreError> {
    const WHAT: &str = "list trials";
    let (first, last) = span(trials);
    let early = trials.get(LOOKED_AT).map_or(last, |(key, _)| *key);
    let sql = "SELECT DISTINCT param_name, distribution_json FROM trial_params \
               WHERE trial_id BETWEEN $1 AND $2 ORDER BY param_name";
    let read = |row: &Record| Ok((row.text(0)?, row.text(1)?));
    let mut known = link.rows(WHAT, sql, values![first, early], read).await?;
    known.truncate(COLUMNS_MAX);
    let mut wanted = values![first, last].to_vec();
    let mut columns = String::new();
    let mut others = String::new();
    for (name, distribution) in &known {
        wanted.extend([name.as_str().into(), distribution.as_str().into()]);
        let place = wanted.len();
        let is_it = format!("param_name = ${} AND distribution_json = ${place}", place - 1);
        columns += &format!(", MAX(CASE WHEN {is_it} THEN param_value END)");
        others += &format!(" AND NOT ({is_it})");
    }
    let sql = format!(
        "SELECT trial_id, COUNT(*){columns} FROM trial_params WHERE trial_id BETWEEN $1 AND $2 \
         GROUP BY trial_id"
    );
    let num_known = known.len();
    let read = |row: &Record| {
        let values = (2..2 + num_known).map(|column| row.real_or_none(column));
        Ok((row.int(0)?, (row.count(1)?, values.collect::<Result<Vec<_>, _>>()?)))
    };
    let found = link.rows(WHAT, &sql, &wanted, read).await?;
    let mut num_others = 0;
    hand_out(trials, found, |trial, (count, values)| {
        let given = values.into_iter().zip(&known).filter_map(|(value, kind)| Some((value?, kind)));
        trial.params.reserve(count);
        trial.params.extend(given.map(|(value, (name, distribution))| TrialParam {
            name: name.clone(),
            value,
            distribution: distribution.clone(),
        }));
        num_others += count.saturating_sub(trial.params.len());
    });
    if num_others == 0 {
        return Ok(());
    }
    let sql = format!(
        "SELECT trial_id, param_name, param_value, distribution_json FROM trial_params \
         WHERE trial_id BETWEEN $1 AND $2{others}"
    );
    let read = |row: &Record| {
        let (name, distribution) = (row.text(1)?, row.text(3)?);
        Ok((row.int(0)?, TrialParam { name, value: row.real(2)?, distribution }))
    };
    let found = link.rows(WHAT, &sql, &wanted, read).await?;
    hand_out(trials, found, |trial, param| trial.params.push(param));
    for (_, trial) in trials {
        trial.params.sort_by(|a, b| a.name.cmp(&b.name));
    }
    Ok(())
}

async fn reports(link: &mut Link<'_>, trials: &mut Keyed) -> Result<(), StoreError> {
    let sql = format!(
        "SELECT trial_id, step, {} FROM trial_intermediate_values WHERE trial_id BETWEEN $1 AND $2",
        link.score("intermediate_value", "intermediate_value_type")
    );
    let (first, last) = span(trials);
    let read = |row: &Record| {
        let report = TrialReport { step: row.unsigned(1)?, score: row.real_or_none(2)? };
        Ok((row.int(0)?, report))
    };
    let found = link.rows("list trials", &sql, values![first, last], read).await?;
    hand_out(trials, found, |trial, report| trial.reports.push(report));
    for (_, trial) in trials {
        trial.reports.sort_by_key(|report| report.step);
    }
    Ok(())
}

async fn attributes(link: &mut Link<'_>, trials: &mut Keyed) -> Result<(), StoreError> {
    let sql = "SELECT trial_id, key, value_json FROM trial_user_attributes \
               WHERE trial_id BETWEEN $1 AND $2";
    let (first, last) = span(trials);
    let read = |row: &Record| {
        let value = serde_json::from_str(&row.text(2)?).map_err(|error| decode(2, error.into()))?;
        Ok((row.int(0)?, (row.text(1)?, value)))
    };
    let found = link.rows("list trials", sql, values![first, last], read).await?;
    hand_out(trials, found, |trial, (key, value)| drop(trial.attributes.insert(key, value)));
    Ok(())
}

/// Gives every part to its trial, if it is one of these.
fn hand_out<T>(trials: &mut Keyed, parts: Vec<(i64, T)>, mut give: impl FnMut(&mut TrialRow, T)) {
    let mut place = 0;
    for (key, part) in parts {
        // Parts come nearly in the order of the trials.
        if trials.get(place).is_none_or(|(trial, _)| *trial != key) {
            place = trials.partition_point(|(trial, _)| *trial < key);
        }
        if let Some((_, trial)) = trials.get_mut(place).filter(|(trial, _)| *trial == key) {
            give(trial, part);
        }
    }
}
