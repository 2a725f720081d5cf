//! The documents name what the binary has.

use std::process::Command;

use releat::connectors::{alpaca_codes_table, ibkr_codes_table, mt5_codes_table};

use crate::sandbox::binary;

fn document(name: &str) -> String {
    std::fs::read_to_string(format!("{}/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn help(command: &str) -> String {
    let output = Command::new(binary()).args([command, "--help"]).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// Long options of a help text.
fn options(text: &str) -> Vec<String> {
    text.split_whitespace()
        .filter(|word| word.starts_with("--") && word.len() > 2)
        .map(|word| word.trim_end_matches([',', '.', ';', '`', ')']).to_owned())
        .collect()
}

#[test]
fn every_option_of_a_command_is_on_its_page() {
    let global = document("docs/README.md");
    let pages = [
        ("fetch", "fetch"),
        ("features", "features"),
        ("train", "train"),
        ("eval", "eval"),
        ("paper", "paper"),
        ("live", "BROKERS"),
        ("doctor", "BROKERS"),
        ("tune", "TUNING"),
        ("worker", "executors"),
    ];
    for (command, page) in pages {
        let page = document(&format!("docs/{page}.md"));
        for option in options(&help(command)) {
            let name = option.split(['=', '[']).next().unwrap();
            assert!(
                page.contains(name) || global.contains(name),
                "the page of {command} does not mention {name}"
            );
        }
    }
}

#[test]
fn the_codes_of_brokers_are_those_of_the_program() {
    let page = document("docs/BROKERS.md");
    for table in [ibkr_codes_table(), alpaca_codes_table(), mt5_codes_table()] {
        assert!(page.contains(table.trim()), "docs/BROKERS.md must have:\n{table}");
    }
}

#[test]
fn commands_that_do_not_work_yet_are_not_offered() {
    let output = Command::new(binary()).arg("--help").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    for command in
        ["fetch", "features", "train", "tune", "eval", "paper", "live", "doctor", "init", "config"]
    {
        assert!(text.contains(&format!("\n  {command} ")), "{command}");
    }
    assert!(!text.contains("\n  serve "));
}

#[test]
fn every_key_of_the_schema_has_a_description() {
    let output = Command::new(binary()).args(["config", "schema"]).output().unwrap();
    let schema: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let mut missing = Vec::new();
    let root = [("agent".to_owned(), &schema)];
    let definitions = schema["$defs"].as_object().unwrap();
    let named = definitions.iter().map(|(name, value)| (name.clone(), value));
    for (name, definition) in root.into_iter().chain(named) {
        let Some(properties) = definition["properties"].as_object() else { continue };
        for (key, property) in properties {
            if !property["description"].is_string() {
                missing.push(format!("{name}.{key}"));
            }
        }
    }
    assert!(missing.is_empty(), "without description: {missing:?}");
}

#[test]
fn training_scalars_are_explained() {
    let page = document("docs/METRICS.md");
    for name in [
        "policy_loss",
        "value_loss",
        "entropy",
        "approx_kl",
        "clip_frac",
        "explained_variance",
        "grad_norm",
        "learning_rate",
        "steps_per_s",
        "sharpe",
        "max_drawdown",
        "turnover",
    ] {
        assert!(page.contains(name), "docs/METRICS.md does not mention {name}");
    }
}

#[test]
fn the_changelog_has_the_version() {
    assert!(document("CHANGELOG.md").contains(env!("CARGO_PKG_VERSION")));
}

#[test]
fn every_link_of_a_document_leads_somewhere() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    for name in [
        "README.md",
        "docs/README.md",
        "docs/ARCHITECTURE.md",
        "docs/fetch.md",
        "docs/features.md",
        "docs/train.md",
        "docs/eval.md",
        "docs/paper.md",
        "docs/BROKERS.md",
        "docs/TRADING.md",
        "docs/RISK.md",
        "docs/resilience.md",
        "docs/BENCHMARKS.md",
    ] {
        let text = document(name);
        let waits = text.lines().any(|line| line.ends_with("_OUTPUT") || line.ends_with("_TRAIN"));
        assert!(!waits, "{name} has a place that waits for output");
        let folder = root.join(name).parent().unwrap().to_owned();
        for link in text.split("](").skip(1).map(|rest| rest.split(')').next().unwrap()) {
            let is_outside = link.starts_with("http") || link.starts_with('#');
            let (file, place) = link.split_once('#').unwrap_or((link, ""));
            assert!(is_outside || folder.join(file).exists(), "{name} links to {link}");
            if !is_outside && !place.is_empty() {
                let page = std::fs::read_to_string(folder.join(file)).unwrap();
                let headings = page.lines().filter(|line| line.starts_with('#'));
                let mut places = headings.map(|line| {
                    let title = line.trim_start_matches('#').trim().to_lowercase();
                    title.replace(' ', "-").replace([',', '`', '.', ':'], "")
                });
                assert!(places.any(|found| found == place), "{name} links to {link}");
            }
        }
    }
}

#[test]
fn the_floors_of_the_architecture_page_are_those_of_the_crate() {
    let page = document("docs/ARCHITECTURE.md");
    let library = document("src/lib.rs");
    for line in library.lines().filter(|line| line.starts_with("pub mod ")) {
        let room = line.trim_start_matches("pub mod ").trim_end_matches(';');
        assert!(page.contains(&format!("`{room}`")), "docs/ARCHITECTURE.md lacks `{room}`");
        assert!(library.contains(&format!("`{room}`")), "the table of lib.rs lacks `{room}`");
    }
}
