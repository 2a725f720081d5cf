//! Search with successive halving against random search with the same number of environment steps.
//!
//! `cargo bench --profile dev --bench tune -- [SEEDS] [CONFIG]` runs both for each seed and judges both winners on the
//! test range, which no search has seen. One JSON document ends the run; a search all of whose trials fail has no winner
//! and is left out of the figures.

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let seeds: u64 = words.first().and_then(|word| word.parse().ok()).unwrap_or(10);
    let root = env!("CARGO_MANIFEST_DIR");
    let config = words.get(1).cloned().unwrap_or(format!("{root}/agents/quickstart.yaml"));
    let folder = std::env::temp_dir().join(format!("releat-tune-{}", std::process::id()));
    let rows: Vec<Value> = (0..seeds).map(|seed| row(&config, &folder, seed)).collect();
    let document = json!({
        "schema_version": 1,
        "rows": rows,
        "halving": summary(&rows, "halving"),
        "random": summary(&rows, "random"),
        "halving_less_random": { "validation": paired(&rows, "validation"), "test": paired(&rows, "test") },
    });
    show(&format!("{document:#}"));
    // A folder for temporary files; what is left there harms nobody.
    let _ = std::fs::remove_dir_all(&folder);
}

/// Mean and sample standard deviation of the figures of one kind of search.
fn summary(rows: &[Value], search: &str) -> Value {
    let keys = ["validation", "test", "env_steps", "seconds"];
    let of = |key: &str| {
        spread(&rows.iter().filter_map(|row| row[search][key].as_f64()).collect::<Vec<f64>>())
    };
    keys.map(|key| (key.to_owned(), of(key))).into_iter().collect()
}

/// What the two searches of the same seed differ by, and how often chance alone would have them differ so much.
fn paired(rows: &[Value], key: &str) -> Value {
    let difference =
        |row: &Value| Some(row["halving"][key].as_f64()? - row["random"][key].as_f64()?);
    let differences: Vec<f64> = rows.iter().filter_map(difference).collect();
    let count = |is: fn(f64) -> bool| differences.iter().filter(|value| is(**value)).count();
    let mut found = spread(&differences);
    found["better"] = count(|value| value > 0.0).into();
    found["worse"] = count(|value| value < 0.0).into();
    found["p_value"] = sign_flip_p_value(&differences).into();
    found
}

fn spread(values: &[f64]) -> Value {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let squares = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>();
    let deviation = (squares / (values.len() - 1).max(1) as f64).sqrt();
    json!({ "mean": mean, "deviation": deviation })
}

/// The share of all ways to sign the differences whose sum is at least as large: the exact one-sided
/// test of a mean that is not above 0. Up to twenty differences.
fn sign_flip_p_value(differences: &[f64]) -> Option<f64> {
    let found: f64 = differences.iter().sum();
    let ways = 1_u32
        .checked_shl(u32::try_from(differences.len()).ok()?)
        .filter(|_| differences.len() <= 20)?;
    let sum = |signs: u32| -> f64 {
        let signed =
            |(place, value): (usize, &f64)| if signs >> place & 1 == 1 { -value } else { *value };
        differences.iter().enumerate().map(signed).sum()
    };
    let as_large = (0..ways).filter(|signs| sum(*signs) >= found - 1e-12).count();
    Some(as_large as f64 / f64::from(ways))
}

#[expect(clippy::print_stdout, reason = "a benchmark prints")]
fn show(text: &str) {
    println!("{text}");
}

fn row(config: &str, folder: &Path, seed: u64) -> Value {
    let halving = search(config, folder, seed, &[]);
    let budget = halving["env_steps"].as_f64().unwrap_or_default();
    let whole = halving["budget_env_steps"].as_f64().unwrap_or(f64::MAX);
    // Each study trains its winner again, which its steps count too.
    let trials = ((budget / whole).round() - 1.0).max(1.0);
    let sets = [
        "tune.sampler=random".to_owned(),
        "tune.scheduler=none".to_owned(),
        format!("learner.ppo.total_env_steps={whole}"),
        format!("tune.trials={trials}"),
    ];
    let random = search(config, folder, seed, &sets);
    let row =
        json!({ "seed": seed, "halving": halving, "random": random, "random_trials": trials });
    show(&row.to_string());
    row
}

/// A study and the judgement of its winner.
fn search(config: &str, folder: &Path, seed: u64, sets: &[String]) -> Value {
    let kind = if sets.is_empty() { "halving" } else { "random" };
    let place = folder.join(format!("{kind}-{seed}"));
    let seed = seed.to_string();
    let mut options = vec!["tune", "--config", config, "--seed", &seed];
    options.extend(sets.iter().flat_map(|set| ["--set", set]));
    let study = releat(&place, folder, &options);
    let judge = |bundle: &str| releat(&place, folder, &["eval", "--agent", bundle]);
    let judged = study["best"]["bundle"].as_str().map(judge).unwrap_or_default();
    json!({
        "validation": study["best"]["value"],
        "test": judged["metrics"]["sharpe"]["value"],
        "env_steps": study["env_steps"],
        "budget_env_steps": study["budgets"].as_array().and_then(|budgets| budgets.last()),
        "seconds": study["seconds"],
        "params": study["best"]["params"],
    })
}

#[expect(clippy::expect_used, reason = "a benchmark that cannot run says why and ends")]
fn releat(place: &Path, folder: &Path, options: &[&str]) -> Value {
    std::fs::create_dir_all(place).expect("a folder for temporary files");
    let mut command = Command::new(env!("CARGO_BIN_EXE_releat"));
    command.args(options).args(["-q", "--output-format", "json"]);
    command.arg("--set").arg(format!("store.runs_dir={}", place.join("runs").display()));
    command.arg("--set").arg(format!("store.url=sqlite://{}", place.join("releat.db").display()));
    command.arg("--set").arg(format!("store.lake_dir={}", folder.join("lake").display()));
    let output = command.stderr(Stdio::inherit()).output().expect("the program starts");
    serde_json::from_slice(&output.stdout).expect("one JSON document")
}
