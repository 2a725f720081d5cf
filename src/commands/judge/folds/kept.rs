//! Results of folds on the disk: a fold whose file is whole is not trained again.

use std::path::{Path, PathBuf};

use crate::base::{Digest, read_text, write_atomic};
use crate::commands::{Failure, FailureKind};
use crate::evaluate::walk::{FoldAgent, FoldResult};

const RESULT_FILE: &str = "result.json";

/// Hexadecimal digits of a digest in the name of a folder.
const SHOWN_DIGITS: usize = 8;

/// The folder of one fold.
#[derive(Debug)]
pub(super) struct FoldFolder {
    pub(super) path: PathBuf,
    inputs: Digest,
}

impl FoldFolder {
    /// The folder of a fold of these inputs; folds of other inputs lie beside it.
    pub(super) fn new(folder: &Path, fold: &FoldAgent, inputs: Digest) -> Self {
        let digest = inputs.to_string();
        let shown: String =
            digest.chars().filter(char::is_ascii_hexdigit).take(SHOWN_DIGITS).collect();
        Self { path: folder.join(format!("{:04}-{shown}", fold.number)), inputs }
    }

    pub(super) const fn inputs(&self) -> Digest {
        self.inputs
    }

    /// The result of an earlier process, if it is whole and of the same inputs.
    pub(super) fn result(&self) -> Option<FoldResult> {
        let text = read_text(&self.path.join(RESULT_FILE)).ok()?;
        let result: FoldResult = serde_json::from_str(&text).ok()?;
        let is_known = result.schema_version == FoldResult::SCHEMA_VERSION;
        (is_known && result.inputs == self.inputs).then_some(result)
    }

    /// Keeps a result; checkpoints have served their purpose then.
    pub(super) fn keep(&self, result: &FoldResult, checkpoints: &Path) -> Result<(), Failure> {
        let text =
            serde_json::to_string(result).map_err(|error| Failure::new(FailureKind::Bug, error))?;
        write_atomic(&self.path.join(RESULT_FILE), text.as_bytes())
            .map_err(|error| Failure::new(FailureKind::Data, error))?;
        if checkpoints.starts_with(&self.path) && checkpoints != self.path {
            // What cannot be removed takes room and nothing else.
            let _ = std::fs::remove_dir_all(checkpoints);
        }
        Ok(())
    }
}
