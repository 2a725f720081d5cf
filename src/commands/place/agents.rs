//! `releat agents`: which bundles are here, what one is, and whether it is whole.

use std::path::{Path, PathBuf};

use comfy_table::{Table, presets};
use serde::Serialize;
use serde_json::{Value, json};

use super::known::KnownRuns;
use crate::base::{Digest, digest_file, read_text};
use crate::commands::{Failure, FailureKind, SessionOptions};
use crate::config::Place;
use crate::learners::bundle::Bundle;
use crate::signals::BundleSignal;

/// A bundle in the list.
#[derive(Debug, Serialize)]
struct BundleRow {
    bundle: PathBuf,
    /// The run or the study that made it.
    made_by: String,
    /// Digest of its manifest; none if it cannot be read. `agents verify` reads the rest.
    bundle_digest: Option<Digest>,
    agent: Option<String>,
    env_steps: Option<u64>,
    validation_score: Option<f64>,
    releat_version: Option<String>,
}

/// Lists the bundles of this place: best and last of every run, best of every study.
///
/// # Errors
/// If a record is damaged, the database cannot be read or standard output fails.
pub fn agents_list(options: &SessionOptions) -> Result<(), Failure> {
    let rows = bundles(&options.place()?)?;
    options.console.document(&json!({ "schema_version": 1, "agents": rows }), || {
        let mut table = Table::new();
        table.load_style(presets::NOTHING).set_header([
            "agent",
            "env steps",
            "score",
            "digest",
            "bundle",
        ]);
        for row in &rows {
            let digest = row.bundle_digest.map(|digest| digest.to_string()[..12].to_owned());
            table.add_row([
                row.agent.clone().unwrap_or_else(|| "damaged".to_owned()),
                row.env_steps.map(|steps| steps.to_string()).unwrap_or_default(),
                row.validation_score.map(|score| format!("{score:.3}")).unwrap_or_default(),
                digest.unwrap_or_default(),
                row.bundle.display().to_string(),
            ]);
        }
        table.trim_fmt()
    })
}

fn bundles(place: &Place) -> Result<Vec<BundleRow>, Failure> {
    let known = KnownRuns::read(place)?;
    let mut makers: Vec<(String, PathBuf)> =
        known.runs.iter().map(|run| (run.record.id.clone(), run.folder.clone())).collect();
    let studies = place.store.runs_dir.join("studies");
    let mut folders: Vec<PathBuf> = std::fs::read_dir(studies)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    folders.sort();
    for folder in folders {
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        makers.push((name, folder.join("best")));
    }
    let found = makers.iter().flat_map(|(made_by, folder)| {
        let paths = ["bundle", "bundle-last"].map(|name| folder.join(name));
        paths.into_iter().filter(|path| path.is_dir()).map(move |path| row(made_by, path))
    });
    Ok(found.collect())
}

fn row(made_by: &str, bundle: PathBuf) -> BundleRow {
    let path = bundle.join("manifest.json");
    let text = read_text(&path).unwrap_or_default();
    let manifest: Value = serde_json::from_str(&text).unwrap_or_default();
    let origin = &manifest["origin"];
    BundleRow {
        made_by: made_by.to_owned(),
        bundle_digest: digest_file(&path).ok(),
        agent: origin["agent"].as_str().map(str::to_owned),
        env_steps: origin["env_steps"].as_u64(),
        validation_score: origin["validation_score"].as_f64(),
        releat_version: origin["releat_version"].as_str().map(str::to_owned),
        bundle,
    }
}

/// Shows the manifest of a bundle, which is named by its folder or by its run.
///
/// # Errors
/// [`FailureKind::Data`] if the bundle is missing or damaged.
pub fn agents_show(options: &SessionOptions, bundle: &Path) -> Result<(), Failure> {
    let path = resolved(options, bundle)?;
    let bundle = load_bundle(&path)?;
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
pub fn agents_verify(options: &SessionOptions, bundle: &Path) -> Result<(), Failure> {
    let path = resolved(options, bundle)?;
    let bundle = load_bundle(&path)?;
    BundleSignal::load(&bundle).map_err(|error| Failure::new(FailureKind::Data, error))?;
    let digest = bundle.bundle_digest();
    let document = json!({ "schema_version": 1, "bundle_digest": digest, "valid": true });
    options.console.document(&document, || format!("{}: whole, digest {digest}", path.display()))
}

/// The folder of a bundle; what is no folder may be the name of a run or a study.
fn resolved(options: &SessionOptions, bundle: &Path) -> Result<PathBuf, Failure> {
    if bundle.exists() || bundle.components().count() != 1 {
        return Ok(bundle.to_owned());
    }
    let name = bundle.to_string_lossy();
    let rows = bundles(&options.place()?)?;
    let found = rows.into_iter().find(|row| row.made_by == *name);
    Ok(found.map_or_else(|| bundle.to_owned(), |row| row.bundle))
}

/// Loads a bundle and checks it.
pub(in crate::commands) fn load_bundle(path: &Path) -> Result<Bundle, Failure> {
    Bundle::load(path).map_err(|error| {
        Failure::new(FailureKind::Data, error).hint("releat train makes a bundle; name its folder")
    })
}
