//! `releat tune list`.

use comfy_table::{Table, presets};
use serde_json::json;

use crate::commands::place::{open_store, store_failure};
use crate::commands::{Failure, SessionOptions};

/// Lists the studies of the store, oldest first.
///
/// # Errors
/// If the store or standard output fails.
pub fn tune_list(options: &SessionOptions) -> Result<(), Failure> {
    let store = open_store(&options.place()?)?;
    let studies = store.list_studies().map_err(store_failure)?;
    options.console.document(&json!({ "schema_version": 1, "studies": studies }), || {
        let mut table = Table::new();
        let header = ["study", "agent", "state", "trials", "complete", "pruned", "failed", "best"];
        table.load_style(presets::NOTHING).set_header(header);
        for study in &studies {
            let counts = study.trials;
            let all = counts.running + counts.complete + counts.pruned + counts.failed;
            table.add_row([
                study.name.clone(),
                study.agent.clone().unwrap_or_default(),
                if study.ended_at.is_some() { "done" } else { "open" }.to_owned(),
                all.to_string(),
                counts.complete.to_string(),
                counts.pruned.to_string(),
                counts.failed.to_string(),
                study.best.map(|(_, value)| format!("{value:.4}")).unwrap_or_default(),
            ]);
        }
        table.trim_fmt()
    })
}
