//! `releat runs`: what was trained here.

use comfy_table::{Table, presets};
use serde_json::json;

use crate::base::LockError;
use crate::commands::{Failure, FailureKind, SessionOptions};
use crate::store::{StoreError, read_runs};

/// Lists the runs of this place, newest last.
///
/// # Errors
/// If a record is damaged or standard output fails.
pub fn runs_list(options: &SessionOptions) -> Result<(), Failure> {
    let runs = read_runs(&options.place()?.store.runs_dir).map_err(store_failure)?;
    options.console.document(&json!({ "schema_version": 1, "runs": runs }), || {
        let mut table = Table::new();
        table.load_style(presets::NOTHING).set_header([
            "run",
            "status",
            "seed",
            "env steps",
            "best score",
            "updated",
        ]);
        for run in &runs {
            let status = format!("{:?}", run.status).to_lowercase();
            let score = run.best_score.map(|score| format!("{score:.3}")).unwrap_or_default();
            table.add_row([
                run.id.clone(),
                status,
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
    let runs_dir = options.place()?.store.runs_dir;
    let runs = read_runs(&runs_dir).map_err(store_failure)?;
    let Some(run) = runs.iter().find(|run| run.id == id) else {
        let text = format!("there is no run `{id}` in {}", runs_dir.display());
        return Err(Failure::new(FailureKind::Data, text).hint("releat runs list"));
    };
    let document = json!({ "schema_version": 1, "run": run, "folder": runs_dir.join(id) });
    options.console.document(&document, || {
        serde_yaml::to_string(&document).unwrap_or_else(|_| document.to_string())
    })
}

/// The exit code of a store that failed.
pub(in crate::commands) fn store_failure(error: StoreError) -> Failure {
    let kind = match error {
        StoreError::Locked(LockError::Held { .. }) => FailureKind::Remote,
        _ => FailureKind::Data,
    };
    Failure::new(kind, error)
}
