//! A study from what the store has of it: drawn again, and fed with the scores that are known.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::commands::place::store_failure;
use crate::commands::{Failure, FailureKind};
use crate::config::{Agent, from_bundle_yaml};
use crate::store::{Store, StudyRow, TrialRow};
use crate::tuner::{Next, Outcome, Params, Study};

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
        let row = store.find_study(name).map_err(store_failure)?.ok_or_else(|| {
            Failure::new(FailureKind::Data, format!("there is no study `{name}` in the store"))
                .hint("releat tune list")
        })?;
        let agent = from_bundle_yaml(&row.draft.agent_yaml, "agent.yaml of the study", &[])
            .map_err(|error| Failure::new(FailureKind::Data, error.to_string()))?;
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
/// As [`Rebuilt::of`].
pub(in crate::commands::tune) fn known_trials(
    store: &Store,
    name: &str,
) -> Result<Vec<(Params, f64)>, Failure> {
    let rebuilt = Rebuilt::of(store, name)?;
    let last = rebuilt.study.plan().budgets.len() - 1;
    let trials = rebuilt.study.trials().iter();
    let whole = trials.filter_map(|trial| {
        let (rung, score) = trial.standing()?;
        (rung == last).then(|| (trial.params.clone(), score))
    });
    Ok(whole.collect())
}
