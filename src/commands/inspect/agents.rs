//! `releat agents`: what a bundle is, and whether it is whole.

use std::path::Path;

use serde_json::json;

use crate::commands::{Failure, FailureKind, SessionOptions};
use crate::learners::bundle::Bundle;
use crate::signals::BundleSignal;

/// Shows the manifest of a bundle.
///
/// # Errors
/// [`FailureKind::Data`] if the bundle is missing or damaged.
pub fn agents_show(options: &SessionOptions, path: &Path) -> Result<(), Failure> {
    let bundle = load_bundle(path)?;
    let manifest = serde_json::to_value(bundle.manifest())
        .map_err(|error| Failure::new(FailureKind::Bug, error))?;
    let document = json!({
        "schema_version": 1,
        "bundle": path,
        "bundle_digest": bundle.bundle_digest(),
        "manifest": manifest,
    });
    options.console.document(&document, || {
        serde_yaml::to_string(&document).unwrap_or_else(|_| document.to_string())
    })
}

/// Checks every digest, shape and weight of a bundle, and that its parts fit together.
///
/// # Errors
/// [`FailureKind::Data`] with what differs.
pub fn agents_verify(options: &SessionOptions, path: &Path) -> Result<(), Failure> {
    let bundle = load_bundle(path)?;
    BundleSignal::load(&bundle).map_err(|error| Failure::new(FailureKind::Data, error))?;
    let digest = bundle.bundle_digest();
    let document = json!({ "schema_version": 1, "bundle_digest": digest, "valid": true });
    options.console.document(&document, || format!("{}: whole, digest {digest}", path.display()))
}

/// Loads a bundle and checks it.
pub(in crate::commands) fn load_bundle(path: &Path) -> Result<Bundle, Failure> {
    Bundle::load(path).map_err(|error| {
        Failure::new(FailureKind::Data, error).hint("releat train makes a bundle; name its folder")
    })
}
