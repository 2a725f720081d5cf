//! `releat tune show`.

use std::path::PathBuf;

use comfy_table::{Table, presets};
use serde_json::{Value, json};

use super::overview::Overview;
use super::rebuilt::Stored;
use crate::commands::place::open_store;
use crate::commands::tune::finish::best_trial;
use crate::commands::tune::report::write_study_report;
use crate::commands::tune::study::study_path;
use crate::commands::tune::trial::assignments;
use crate::commands::{Failure, FailureKind, SessionOptions};
use crate::tuner::Trial;

/// Options of `tune show`.
#[derive(Debug, Clone)]
pub struct TuneShowOptions {
    /// The study.
    pub study: String,
    /// File for the report.
    pub report: Option<PathBuf>,
    /// Folder for the pictures.
    pub pictures: Option<PathBuf>,
}

/// Shows the trials of a study and what became of them.
///
/// # Errors
/// [`FailureKind::Data`] if there is no such study.
pub fn tune_show(options: &SessionOptions, command: &TuneShowOptions) -> Result<(), Failure> {
    let place = options.place()?;
    let store = open_store(&place)?;
    let stored = Stored::of(&store, &command.study)?;
    let trials = &stored.trials;
    let best = best_trial(trials).map(|(trial, _)| trial.number);
    let bundle = study_path(&place, &command.study).join("best").join("bundle");
    let bundle = bundle.exists().then_some(bundle);
    let chosen = (best, bundle.as_deref());
    let overview = Overview::of(&store, &stored.agent, &command.study, trials, chosen)?;
    if let Some(path) = &command.report {
        overview.write(path)?;
    }
    if let Some(folder) = &command.pictures {
        write_study_report(folder, &overview.input)
            .map_err(|error| Failure::new(FailureKind::Data, error))?;
    }
    let document = json!({
        "schema_version": 1,
        "study": command.study,
        "agent": stored.agent.name,
        "metric": overview.input.metric,
        "done": stored.is_done,
        "budgets": stored.plan.budgets,
        "best": best,
        "bundle": bundle,
        "trials": trials.iter().map(trial_json).collect::<Vec<_>>(),
        "importances": overview.input.importances,
        "overfitting": overview.overfitting,
    });
    options.console.document(&document, || {
        let mut text = table(trials);
        if let Some(found) = &overview.overfitting {
            text += &format!("\n\n{}\n", found.assessment);
        }
        text
    })
}

fn trial_json(trial: &Trial) -> Value {
    let reports = trial.reports.iter();
    json!({
        "number": trial.number,
        "state": format!("{:?}", trial.state).to_lowercase(),
        "value": trial.value,
        "params": trial.params,
        "bracket": trial.bracket,
        "reports": reports
            .map(|report| json!({ "env_steps": report.budget_env_steps, "score": report.score }))
            .collect::<Vec<_>>(),
    })
}

fn table(trials: &[Trial]) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(["trial", "state", "env steps", "value", "set"]);
    for trial in trials {
        let steps = trial.reports.last().map_or(0, |report| report.budget_env_steps);
        table.add_row([
            trial.number.to_string(),
            format!("{:?}", trial.state).to_lowercase(),
            steps.to_string(),
            trial.value.map(|value| format!("{value:.4}")).unwrap_or_default(),
            assignments(&trial.params).join("  "),
        ]);
    }
    table.trim_fmt()
}
