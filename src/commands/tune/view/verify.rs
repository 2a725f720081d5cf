//! `releat tune verify`: is a study what it says it is?

use std::sync::atomic::AtomicU64;

use serde_json::json;

use super::rebuilt::Rebuilt;
use crate::base::{Digest, Interrupt};
use crate::commands::place::{load_bundle, open_store};
use crate::commands::session::device;
use crate::commands::train::training_data;
use crate::commands::tune::finish::{Winner, best_trial, score_of_bundle, train_again};
use crate::commands::tune::study::{study_path, trial_params};
use crate::commands::tune::trial::{BaseAgent, Markets, Trainer};
use crate::commands::{Failure, FailureKind, SessionOptions};
use crate::dataset::Lake;
use crate::tuner::Job;

/// Draws a study again from its reports, trains its winner again from nothing, and judges it as `eval` does.
///
/// # Errors
/// [`FailureKind::No`] if a setting, a score, a bundle or its judgement differs in a bit.
pub fn tune_verify(options: &SessionOptions, study: &str) -> Result<(), Failure> {
    let place = options.place()?;
    let store = open_store(&place)?;
    let rebuilt = Rebuilt::of(&store, study)?;
    check_table(&rebuilt)?;
    let Some((trial, value)) = best_trial(rebuilt.study.trials()) else {
        return Err(Failure::new(
            FailureKind::Data,
            format!("no trial of study {study} has a score"),
        ));
    };
    let number = trial.number;
    let lake = Lake::new(&place.store.lake_dir);
    training_data(options, &lake, &rebuilt.agent)?;
    let folder = study_path(&place, study);
    let scratch = folder.join("verify");
    remove(&scratch)?;
    let winner = retrained(options, &lake, &rebuilt, (number, value), &scratch)?;
    let judged = score_of_bundle(options, &lake, &winner.bundle, rebuilt.agent.data.validation)?;
    if judged.to_bits() != winner.score.to_bits() {
        return Err(no(format!(
            "`eval` says {judged} of the winner, training said {}",
            winner.score
        )));
    }
    let kept = load_bundle(&folder.join("best").join("bundle"))?.bundle_digest();
    if kept != winner.digest {
        let digest: Digest = winner.digest;
        return Err(no(format!("the bundle of the study is {kept}, trained again it is {digest}")));
    }
    remove(&scratch)?;
    let document = json!({
        "schema_version": 1,
        "study": study,
        "trials": rebuilt.study.trials().len(),
        "best": number,
        "value": value,
        "bundle_value": winner.score,
        "bundle_digest": kept,
        "verified": true,
    });
    options.console.document(&document, || {
        format!(
            "study {study}: {} trials drawn again alike; trial {number} trained again is worth {value} \
             again, `eval` agrees, digest {kept}",
            rebuilt.study.trials().len()
        )
    })
}

fn no(text: String) -> Failure {
    Failure::new(FailureKind::No, text)
}

fn remove(folder: &std::path::Path) -> Result<(), Failure> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Failure::new(
            FailureKind::Data,
            format!("cannot remove {}: {error}", folder.display()),
        )),
        _ => Ok(()),
    }
}

/// The settings in the store must be those that the search draws from the reports in the store.
fn check_table(rebuilt: &Rebuilt) -> Result<(), Failure> {
    if !rebuilt.is_done {
        return Err(Failure::new(FailureKind::Data, "the study is not done")
            .hint("releat tune --study NAME goes on with it"));
    }
    let drawn = rebuilt.study.trials();
    if drawn.len() != rebuilt.rows.len() {
        let (drawn, kept) = (drawn.len(), rebuilt.rows.len());
        return Err(no(format!("the store has {kept} trials, the search draws {drawn}")));
    }
    for (trial, row) in drawn.iter().zip(&rebuilt.rows) {
        // Population-based training changes settings on the way; the store has the first ones.
        if rebuilt.study.jobs().any(|(job, _)| job.trial == trial.number && job.parent.is_some()) {
            continue;
        }
        let mut expected = trial_params(&rebuilt.agent.tune.space, &trial.params);
        expected.sort_by(|one, other| one.name.cmp(&other.name));
        if expected != row.params {
            let text =
                format!("the settings of trial {} are not those that the search draws", row.number);
            return Err(no(text));
        }
        if row.value.map(f64::to_bits) != trial.value.map(f64::to_bits) {
            let text = format!(
                "trial {} ended with {:?}, its reports say {:?}",
                row.number, row.value, trial.value
            );
            return Err(no(text));
        }
    }
    Ok(())
}

fn retrained(
    options: &SessionOptions,
    lake: &Lake,
    rebuilt: &Rebuilt,
    (trial, value): (usize, f64),
    folder: &std::path::Path,
) -> Result<Winner, Failure> {
    let total = rebuilt.agent.learner.total_env_steps();
    let longest = rebuilt.study.plan().budgets.last().copied().unwrap_or(total);
    let base = BaseAgent::new(rebuilt.row.draft.agent_yaml.clone(), longest);
    let markets = Markets::new(lake.clone());
    let device = device(&options.device)?;
    let interrupt: Interrupt = options.interrupt()?;
    let meter = AtomicU64::new(0);
    let trainer = Trainer {
        base: &base,
        markets: &markets,
        device: &device,
        interrupt: &interrupt,
        meter: &meter,
    };
    let jobs: Vec<Job> = rebuilt.study.jobs().map(|(job, _)| job.clone()).collect();
    train_again(&trainer, &jobs, trial, value, folder)
}
