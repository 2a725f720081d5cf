//! A study: its name, what it was made from, how far it is.

use std::collections::BTreeMap;

use crate::base::{Digest, Timestamp};
use crate::store::database::{Link, Record, Value, values};
use crate::store::{Store, StoreError};

/// A study that begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StudyDraft {
    /// Its name, at most 512 bytes.
    pub name: String,
    /// Name of the agent.
    pub agent: String,
    /// What a trial is worth; higher is better.
    pub metric: String,
    /// The seed of the search.
    pub seed: u64,
    /// Digest of all that the study is made from.
    pub inputs: Digest,
    /// The effective agent file.
    pub agent_yaml: String,
    /// The section `tune`.
    pub tune_json: String,
}

/// A study as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StudyRow {
    /// What it began with.
    pub draft: StudyDraft,
    /// When it began.
    pub created_at: Timestamp,
    /// When it ended, unless it goes on.
    pub ended_at: Option<Timestamp>,
}

/// Trials of a study by state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct TrialCounts {
    /// Begun and not ended.
    pub running: usize,
    /// At the last rung.
    pub complete: usize,
    /// Stopped at an earlier rung.
    pub pruned: usize,
    /// Without a score.
    pub failed: usize,
}

/// A study in a list.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct StudySummary {
    /// Its name.
    pub name: String,
    /// Name of the agent; none for a study that Optuna made.
    pub agent: Option<String>,
    /// What a trial is worth.
    pub metric: Option<String>,
    /// The seed of the search.
    pub seed: Option<u64>,
    /// When it began.
    pub created_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Its trials.
    pub trials: TrialCounts,
    /// Number and value of the best complete trial.
    pub best: Option<(usize, f64)>,
}

impl Store {
    /// Begins a study, or takes up the one of that name if it has the same inputs.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the name belongs to a study of other inputs.
    pub fn create_study(&self, draft: &StudyDraft) -> Result<(), StoreError> {
        self.write(async |link| create(link, draft).await)
    }

    /// The study of a name, if releat made it.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn find_study(&self, name: &str) -> Result<Option<StudyRow>, StoreError> {
        self.read(async |link| find(link, name).await)
    }

    /// Writes down that a study has ended, for workers that wait for its jobs.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if there is no such study.
    pub fn end_study(&self, name: &str) -> Result<(), StoreError> {
        self.write(async |link| {
            let study = study_id(link, name).await?;
            let sql = format!(
                "UPDATE releat_studies SET ended_at = {} WHERE study_id = $1",
                link.clock()
            );
            link.run("keep a study", &sql, values![study]).await.map(drop)
        })
    }

    /// All studies, those of Optuna too, oldest first.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn list_studies(&self) -> Result<Vec<StudySummary>, StoreError> {
        self.read(async |link| {
            let sql = "SELECT s.study_id, s.study_name, r.agent, r.metric, r.seed, r.created_at, r.ended_at \
                       FROM studies s LEFT JOIN releat_studies r ON r.study_id = s.study_id \
                       ORDER BY s.study_id";
            let mut found = link.rows("list studies", sql, &[], summary).await?;
            let counts = counts(link).await?;
            let best = best(link).await?;
            for (study, summary) in &mut found {
                summary.trials = counts.get(study).copied().unwrap_or_default();
                summary.best = best.get(study).copied();
            }
            Ok(found.into_iter().map(|(_, summary)| summary).collect())
        })
    }
}

async fn create(link: &mut Link<'_>, draft: &StudyDraft) -> Result<(), StoreError> {
    if let Some(kept) = find(link, &draft.name).await? {
        if kept.draft.inputs != draft.inputs {
            return Err(StoreError::Conflict {
                what: format!("study `{}` of agent `{}`", draft.name, kept.draft.agent),
                kept: format!("made from inputs {}", kept.draft.inputs),
                given: format!("one made from inputs {}", draft.inputs),
            });
        }
        let sql = "UPDATE releat_studies SET ended_at = NULL \
                   WHERE study_id = (SELECT study_id FROM studies WHERE study_name = $1)";
        return link.run("keep a study", sql, values![&*draft.name]).await.map(drop);
    }
    let sql = "INSERT INTO studies (study_name) VALUES ($1) ON CONFLICT (study_name) DO NOTHING \
               RETURNING study_id";
    let made = link.row("make a study", sql, values![&*draft.name], |row| row.int(0)).await?;
    let Some(study) = made else {
        return Err(StoreError::Conflict {
            what: format!("study `{}`", draft.name),
            kept: "a study of Optuna".to_owned(),
            given: "one of releat".to_owned(),
        });
    };
    let sql = "INSERT INTO study_directions (direction, study_id, objective) VALUES ($1, $2, 0)";
    link.run("make a study", sql, values![Value::Label("MAXIMIZE"), study]).await?;
    let names = serde_json::json!([draft.metric]).to_string();
    let sql = "INSERT INTO study_system_attributes (study_id, key, value_json) VALUES ($1, $2, $3)";
    link.run("make a study", sql, values![study, "study:metric_names", names]).await?;
    keep_beside(link, study, draft).await?;
    set_aside(link, &draft.name).await
}

async fn keep_beside(
    link: &mut Link<'_>,
    study: i64,
    draft: &StudyDraft,
) -> Result<(), StoreError> {
    let attributes = [
        ("agent", serde_json::json!(draft.agent)),
        ("seed", serde_json::json!(draft.seed)),
        ("inputs", serde_json::json!(draft.inputs)),
    ];
    let rows: Vec<Vec<Value>> =
        attributes.map(|(key, value)| values![study, key, value.to_string()].to_vec()).to_vec();
    let head = "INSERT INTO study_user_attributes (study_id, key, value_json)";
    link.insert("make a study", (head, ""), &rows).await?;
    let sql = format!(
        "INSERT INTO releat_studies \
         (study_id, agent, metric, seed, inputs, agent_yaml, tune_json, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, {})",
        link.clock()
    );
    let row = values![
        study,
        &*draft.agent,
        &*draft.metric,
        draft.seed,
        draft.inputs.to_string(),
        &*draft.agent_yaml,
        &*draft.tune_json,
    ];
    link.run("make a study", &sql, row).await.map(drop)
}

/// Trials of an older study of the same name, which somebody deleted, stay counted under a name of their own.
async fn set_aside(link: &mut Link<'_>, name: &str) -> Result<(), StoreError> {
    let sql = "UPDATE trial_ledger SET study = study || ' (deleted before ' || CAST(noted.last AS TEXT) || ')' \
               FROM (SELECT MAX(noted_at) AS last FROM trial_ledger WHERE study = $1) AS noted \
               WHERE study = $1";
    link.run("keep the ledger", sql, values![name]).await.map(drop)
}

async fn find(link: &mut Link<'_>, name: &str) -> Result<Option<StudyRow>, StoreError> {
    let sql = "SELECT s.study_name, r.agent, r.metric, r.seed, r.inputs, r.agent_yaml, r.tune_json, \
               r.created_at, r.ended_at \
               FROM studies s JOIN releat_studies r ON r.study_id = s.study_id WHERE s.study_name = $1";
    let read = |row: &Record| {
        let draft = StudyDraft {
            name: row.text(0)?,
            agent: row.text(1)?,
            metric: row.text(2)?,
            seed: row.unsigned(3)?,
            inputs: row.parsed(4)?,
            agent_yaml: row.text(5)?,
            tune_json: row.text(6)?,
        };
        Ok(StudyRow { draft, created_at: row.time(7)?, ended_at: row.time_or_none(8)? })
    };
    link.row("find a study", sql, values![name], read).await
}

/// The key of a study in the database.
pub(in crate::store) async fn study_id(link: &mut Link<'_>, name: &str) -> Result<i64, StoreError> {
    let sql = "SELECT study_id FROM studies WHERE study_name = $1";
    let found = link.row("find a study", sql, values![name], |row| row.int(0)).await?;
    found.ok_or_else(|| link.missing(format!("study `{name}`")))
}

fn summary(row: &Record) -> Result<(i64, StudySummary), sqlx::Error> {
    let summary = StudySummary {
        name: row.text(1)?,
        agent: row.text_or_none(2)?,
        metric: row.text_or_none(3)?,
        seed: row.int_or_none(4)?.map(i64::cast_unsigned),
        created_at: row.time_or_none(5)?,
        ended_at: row.time_or_none(6)?,
        trials: TrialCounts::default(),
        best: None,
    };
    Ok((row.int(0)?, summary))
}

async fn counts(link: &mut Link<'_>) -> Result<BTreeMap<i64, TrialCounts>, StoreError> {
    let sql = "SELECT study_id, CAST(state AS TEXT), COUNT(*) FROM trials GROUP BY study_id, state";
    let read = |row: &Record| Ok((row.int(0)?, row.text(1)?, row.count(2)?));
    let mut all: BTreeMap<i64, TrialCounts> = BTreeMap::new();
    for (study, state, count) in link.rows("list studies", sql, &[], read).await? {
        let counts = all.entry(study).or_default();
        match &*state {
            "COMPLETE" => counts.complete += count,
            "PRUNED" => counts.pruned += count,
            "FAIL" => counts.failed += count,
            _ => counts.running += count,
        }
    }
    Ok(all)
}

/// The best complete trial of each study; the earlier one if two are alike.
async fn best(link: &mut Link<'_>) -> Result<BTreeMap<i64, (usize, f64)>, StoreError> {
    let sql = "SELECT t.study_id, t.number, v.value FROM trials t \
               JOIN trial_values v ON v.trial_id = t.trial_id \
               WHERE CAST(t.state AS TEXT) = 'COMPLETE' AND v.objective = 0 AND v.value IS NOT NULL \
               ORDER BY t.study_id, v.value, t.number DESC";
    let read = |row: &Record| Ok((row.int(0)?, (row.count(1)?, row.real(2)?)));
    Ok(link.rows("list studies", sql, &[], read).await?.into_iter().collect())
}
