//! `releat runs`: what was trained here.

use comfy_table::{Table, presets};
use serde_json::json;

use super::figures::figures;
use super::known::KnownRuns;
use crate::commands::{Failure, FailureKind, SessionOptions};
use crate::store::StoreError;

/// Lists the runs of this place, of its folder and its database, newest last.
///
/// # Errors
/// If a record is damaged, the database cannot be read or standard output fails.
pub fn runs_list(options: &SessionOptions) -> Result<(), Failure> {
    let known = KnownRuns::read(&options.place()?)?;
    options.console.document(&json!({ "schema_version": 1, "runs": known.runs }), || {
        let mut table = Table::new();
        table.load_style(presets::NOTHING).set_header([
            "run",
            "status",
            "seed",
            "env steps",
            "best score",
            "updated",
        ]);
        for run in known.runs.iter().map(|run| &run.record) {
            let score = run.best_score.map(|score| format!("{score:.3}")).unwrap_or_default();
            table.add_row([
                run.id.clone(),
                run.status.label().to_owned(),
                run.seed.to_string(),
                run.env_steps.to_string(),
                score,
                run.updated_at.to_string(),
            ]);
        }
        table.trim_fmt()
    })
}

/// Shows all that is known of one run.
///
/// # Errors
/// [`FailureKind::Data`] if there is no such run.
pub fn runs_show(options: &SessionOptions, id: &str) -> Result<(), Failure> {
    let known = KnownRuns::read(&options.place()?)?;
    let run = known.find(id)?;
    let document = json!({
        "schema_version": 1,
        "run": run.record,
        "folder": run.folder,
        "kept_in": run.kept_in,
        "figures": figures(run, known.store.as_ref())?,
    });
    options.console.document(&document, || {
        serde_yaml::to_string(&document).unwrap_or_else(|_| document.to_string())
    })
}

/// The exit code of a store that failed, and what to do about it.
pub(in crate::commands) fn store_failure(error: StoreError) -> Failure {
    let hint = error.hint();
    let failure = Failure::new(FailureKind::from_exit_code(error.exit_code()), error);
    match hint {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}
