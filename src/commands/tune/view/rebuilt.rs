//! A study from what the store has of it: as it is kept, or drawn again and fed with its scores.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::commands::place::store_failure;
use crate::commands::{Failure, FailureKind};
use crate::config::{Agent, from_bundle_yaml};
use crate::store::{self, Store, StudyRow, TrialRow};
use crate::tuner::{Next, Outcome, Params, Plan, Report, Study, Trial, TrialState};

/// What a study is drawn from beside its agent.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(in crate::commands::tune) struct StudyTexts {
    /// Settings and scores of earlier trials, from which the sampler learned.
    pub(in crate::commands::tune) warm: Vec<(Params, f64)>,
}

/// A study drawn again.
pub(in crate::commands::tune) struct Rebuilt {
    pub(in crate::commands::tune) row: StudyRow,
    pub(in crate::commands::tune) agent: Agent,
    pub(in crate::commands::tune) study: Study,
    pub(in crate::commands::tune) rows: Vec<TrialRow>,
    /// Whether every score that the search needs is known.
    pub(in crate::commands::tune) is_done: bool,
}

impl Rebuilt {
    /// Draws a study again.
    ///
    /// # Errors
    /// [`FailureKind::Data`] if there is no such study or it is not one of this program.
    pub(in crate::commands::tune) fn of(store: &Store, name: &str) -> Result<Self, Failure> {
        let (row, agent) = found(store, name)?;
        let texts: StudyTexts = serde_json::from_str(&row.draft.tune_json)
            .map_err(|error| Failure::new(FailureKind::Data, error))?;
        let total = agent.learner.total_env_steps();
        let mut study = Study::try_new(&agent.tune, total, agent.seed, &texts.warm)
            .map_err(|error| Failure::new(FailureKind::Data, error))?;
        let rows = store.trials(name).map_err(store_failure)?;
        let is_done = feed(&mut study, &rows)?;
        Ok(Self { row, agent, study, rows, is_done })
    }
}

/// A study as the store has it, without drawing it again.
pub(in crate::commands::tune) struct Stored {
    pub(in crate::commands::tune) agent: Agent,
    pub(in crate::commands::tune) plan: Plan,
    pub(in crate::commands::tune) trials: Vec<Trial>,
    /// Whether the study has ended.
    pub(in crate::commands::tune) is_done: bool,
}

impl Stored {
    /// Reads a study.
    ///
    /// # Errors
    /// [`FailureKind::Data`] if there is no such study or it is not one of this program.
    pub(in crate::commands::tune) fn of(store: &Store, name: &str) -> Result<Self, Failure> {
        let (row, agent) = found(store, name)?;
        let plan = Plan::try_new(&agent.tune, agent.learner.total_env_steps())
            .map_err(|error| Failure::new(FailureKind::Data, error))?;
        let rows = store.trials(name).map_err(store_failure)?;
        let trials = rows.iter().map(|row| stored_trial(row, &plan)).collect::<Result<_, _>>()?;
        Ok(Self { agent, plan, trials, is_done: row.ended_at.is_some() })
    }
}

fn stored_trial(row: &TrialRow, plan: &Plan) -> Result<Trial, Failure> {
    let read = |key: &str| row.attributes.get(key).cloned().unwrap_or_default();
    let params = serde_json::from_value(read("params"))
        .map_err(|error| Failure::new(FailureKind::Data, error))?;
    let reports: Vec<Report> = row
        .reports
        .iter()
        .map(|report| Report {
            rung: plan.budgets.iter().position(|budget| *budget == report.step).unwrap_or(0),
            budget_env_steps: report.step,
            score: report.score,
        })
        .collect();
    Ok(Trial {
        number: row.number,
        params,
        bracket: reports.first().map_or(0, |first| {
            plan.first_rungs.iter().position(|rung| *rung == first.rung).unwrap_or(0)
        }),
        state: match row.state {
            store::TrialState::Running => TrialState::Running,
            store::TrialState::Complete => TrialState::Complete,
            store::TrialState::Pruned => TrialState::Pruned,
            store::TrialState::Failed => TrialState::Failed,
        },
        value: row.value.or_else(|| reports.last().and_then(|report| report.score)),
        reports,
    })
}

fn found(store: &Store, name: &str) -> Result<(StudyRow, Agent), Failure> {
    let row = store.find_study(name).map_err(store_failure)?.ok_or_else(|| {
        Failure::new(FailureKind::Data, format!("there is no study `{name}` in the store"))
            .hint("releat tune list")
    })?;
    let agent = from_bundle_yaml(&row.draft.agent_yaml, "agent.yaml of the study", &[])
        .map_err(|error| Failure::new(FailureKind::Data, error.to_string()))?;
    Ok((row, agent))
}

/// Hands every known score to the search; whether it is over.
fn feed(study: &mut Study, rows: &[TrialRow]) -> Result<bool, Failure> {
    let known: BTreeMap<(usize, u64), Option<f64>> = rows
        .iter()
        .flat_map(|row| row.reports.iter().map(|report| ((row.number, report.step), report.score)))
        .collect();
    loop {
        match study.next() {
            Next::Run(job) => {
                let Some(score) = known.get(&(job.trial, job.budget_env_steps)) else { continue };
                let outcome = score.map_or(Outcome::Failed, Outcome::Score);
                study
                    .report(job.number, outcome)
                    .map_err(|error| Failure::new(FailureKind::Data, error))?;
            }
            Next::Wait => return Ok(false),
            Next::Done => return Ok(true),
        }
    }
}

/// Settings and scores of the complete trials of a study.
///
/// # Errors
/// As [`Stored::of`].
pub(in crate::commands::tune) fn known_trials(
    store: &Store,
    name: &str,
) -> Result<Vec<(Params, f64)>, Failure> {
    let stored = Stored::of(store, name)?;
    let last = stored.plan.budgets.len() - 1;
    let whole = stored.trials.into_iter().filter_map(|trial| {
        let (rung, score) = trial.standing()?;
        (rung == last).then_some((trial.params, score))
    });
    Ok(whole.collect())
}
