//! `releat init`: a folder to begin in.

use std::path::Path;

use serde_json::json;

use crate::base::write_atomic;
use crate::commands::{Failure, FailureKind, SessionOptions};
use crate::config::templates;

/// Writes commented agent files and the place's settings; never over a file that is there.
///
/// # Errors
/// [`FailureKind::Refused`] if a file exists, [`FailureKind::Data`] if one cannot be written.
pub fn init(options: &SessionOptions, folder: &Path) -> Result<(), Failure> {
    let files = templates();
    if let Some(file) = files.iter().find(|file| folder.join(file.path).exists()) {
        let text = format!("{} exists and is left as it is", folder.join(file.path).display());
        return Err(Failure::new(FailureKind::Refused, text).hint("choose an empty folder"));
    }
    for file in &files {
        write_atomic(&folder.join(file.path), file.text.as_bytes())
            .map_err(|error| Failure::new(FailureKind::Data, error))?;
    }
    let written: Vec<_> = files.iter().map(|file| folder.join(file.path)).collect();
    let document = json!({ "schema_version": 1, "written": written });
    options.console.document(&document, || {
        let lines = written.iter().map(|path| format!("wrote {}\n", path.display()));
        let next =
            format!("next: releat -C {} train --config agents/quickstart.yaml", folder.display());
        lines.collect::<String>() + &next
    })
}
