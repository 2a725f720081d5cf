//! Rules of the place.

use super::check::Check;
use crate::config::Place;

/// Checks the folders.
pub(super) fn check(check: &mut Check, place: &Place) {
    let folders =
        [("store.lake_dir", &place.store.lake_dir), ("store.runs_dir", &place.store.runs_dir)];
    for (key, folder) in folders {
        if folder.as_os_str().is_empty() {
            check.deny(&[key], format!("`{key}` must name a folder, was empty"));
        }
    }
    if place.store.lake_dir == place.store.runs_dir {
        let text = format!(
            "`store.runs_dir` must differ from `store.lake_dir`, both are {}",
            place.store.runs_dir.display()
        );
        check.deny(&["store.runs_dir", "store.lake_dir"], text);
    }
}
