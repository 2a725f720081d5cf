//! Tests of bundles: whole, and tampered with.

use std::fs;
use std::path::{Path, PathBuf};

use burn::tensor::Device;

use super::*;
use crate::base::SeedStream;
use crate::config::{self, Gru};
use crate::learners::Policy;
use crate::models::{Architecture, Model};

const TEXTS: Texts<'static> =
    Texts { agent_yaml: "name: quick\n", features_json: "{}\n", actions_json: "[]\n" };

fn net() -> Model {
    let mut rng = SeedStream::new(4).child("init").rng();
    let settings = config::Model::Gru(Gru { encoder: 4, hidden: 4, layers: 1 });
    Model::init(Architecture::actor_critic(&settings, 3, 2), &mut rng, &Device::flex())
}

fn origin() -> Origin {
    Origin {
        agent: "quick".to_owned(),
        releat_version: "0.1.0".to_owned(),
        seed: 7,
        train: "2010-01-01..2017-12-31".parse().unwrap(),
        data_fingerprint: "abc".to_owned(),
        env_steps: 1000,
        validation_score: Some(0.25),
        observation: ["SPY.rsi_14", "weight.cash", "weight.SPY"].map(str::to_owned).to_vec(),
    }
}

fn written(place: &Path) -> PathBuf {
    let path = place.join("agents/quick");
    Bundle::write(&path, origin(), &net(), &TEXTS).unwrap();
    path
}

#[test]
fn a_bundle_survives_the_disk() {
    let place = tempfile::tempdir().unwrap();
    let path = written(place.path());
    let bundle = Bundle::load(&path).unwrap();
    assert_eq!(bundle.manifest().origin, origin());
    assert_eq!(bundle.agent_yaml(), TEXTS.agent_yaml);
    assert_eq!(bundle.features_json(), TEXTS.features_json);
    assert_eq!(bundle.actions_json(), TEXTS.actions_json);
    let manifest = fs::read(path.join("manifest.json")).unwrap();
    assert_eq!(bundle.bundle_digest(), crate::base::digest_bytes(&manifest));
    let mut kept = Policy::new(&net());
    let mut read = Policy::from_bundle(&bundle).unwrap();
    let obs = [0.1, -0.2, 0.3];
    assert_eq!(kept.decide(&obs, &[true; 2]).unwrap(), read.decide(&obs, &[true; 2]).unwrap());
}

#[test]
fn a_bundle_is_never_written_over() {
    let place = tempfile::tempdir().unwrap();
    let path = written(place.path());
    let error = Bundle::write(&path, origin(), &net(), &TEXTS).unwrap_err();
    assert!(error.to_string().contains("is there already"), "{error}");
}

#[test]
fn one_flipped_bit_anywhere_in_any_file_is_named() {
    let place = tempfile::tempdir().unwrap();
    let path = written(place.path());
    let names = ["agent.yaml", "features.json", "actions.json", "model.safetensors"];
    for name in names.into_iter().chain(["manifest.json", "SHA256SUMS"]) {
        let file = path.join(name);
        let good = fs::read(&file).unwrap();
        for index in (0..good.len()).step_by(1 + good.len() / 40) {
            let mut bad = good.clone();
            bad[index] ^= 1;
            fs::write(&file, &bad).unwrap();
            let text = Bundle::load(&path).unwrap_err().to_string();
            assert!(text.contains(name), "{text}");
        }
        fs::write(&file, good).unwrap();
    }
    Bundle::load(&path).unwrap();
}

/// Loads a bundle after `change` was done to its folder.
fn check_refused(change: impl Fn(&Path), expected: &str) {
    let place = tempfile::tempdir().unwrap();
    let path = written(place.path());
    change(&path);
    let error = Bundle::load(&path).unwrap_err();
    let text = error.to_string();
    let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
    assert!(text.contains(expected) || cause.contains(expected), "{text}; {cause}");
}

fn edit_manifest(path: &Path, from: &str, to: &str) {
    let file = path.join("manifest.json");
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.contains(from), "{from} in {text}");
    fs::write(file, text.replacen(from, to, 1)).unwrap();
    let digest = crate::base::digest_file(&path.join("manifest.json")).unwrap();
    let sums = fs::read_to_string(path.join("SHA256SUMS")).unwrap();
    let line = |line: &str| match line.split_once("  ") {
        Some((_, "manifest.json")) => format!("{digest}  manifest.json\n"),
        _ => format!("{line}\n"),
    };
    fs::write(path.join("SHA256SUMS"), sums.lines().map(line).collect::<String>()).unwrap();
}

#[test]
fn folders_that_are_not_what_the_manifest_says_are_refused() {
    check_refused(|path| fs::remove_file(path.join("actions.json")).unwrap(), "actions.json");
    check_refused(|path| fs::write(path.join("extra.txt"), "x").unwrap(), "extra.txt is not named");
    check_refused(|path| fs::write(path.join("actions.json"), "").unwrap(), "has 0 bytes");
    check_refused(|path| fs::remove_file(path.join("manifest.json")).unwrap(), "found none");
    check_refused(|path| fs::write(path.join("manifest.json"), "").unwrap(), "not a manifest");
    let newer =
        |path: &Path| edit_manifest(path, r#""schema_version": 1"#, r#""schema_version": 9"#);
    check_refused(newer, "schema_version must be 1, was 9");
    let wider = |path: &Path| edit_manifest(path, r#""hidden": 4"#, r#""hidden": 5"#);
    check_refused(wider, "must have shape [15, 4], was [12, 4]");
    let unknown = |path: &Path| edit_manifest(path, r#""seed": 7"#, r#""sead": 7"#);
    check_refused(unknown, "unknown field `sead`");
    let fewer = |path: &Path| edit_manifest(path, r#""SPY.rsi_14","#, "");
    check_refused(fewer, "the network takes 3 values, the manifest names 2");
    let outside = |path: &Path| edit_manifest(path, r#""actions.json""#, r#""../actions.json""#);
    check_refused(outside, "files must be plain names");
}

#[test]
fn weights_that_are_not_finite_make_no_bundle() {
    let place = tempfile::tempdir().unwrap();
    let net = net();
    let broken = net.with_parameters(net.parameters().clone() * f32::NAN);
    let error = Bundle::write(&place.path().join("x"), origin(), &broken, &TEXTS).unwrap_err();
    assert_eq!(error.to_string(), "the weights of the bundle cannot be used");
    assert!(!place.path().join("x").exists());
}
