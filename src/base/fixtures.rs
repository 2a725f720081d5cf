//! Where tests find real market data.

use std::path::{Path, PathBuf};

/// A folder of real market data, or `None` with a line that says that it is not there.
///
/// The variable `RELEAT_TEST_DATA` names another place than the one beside the repository.
pub(crate) fn recorded(folder: &str) -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let data = super::variable("RELEAT_TEST_DATA").map_or_else(beside, PathBuf::from);
    let folder = data.join(folder);
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("skipped: no recorded files at {}", folder.display());
    None
}
