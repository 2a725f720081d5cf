//! Search with successive halving against random search with the same number of environment steps.
//!
//! `cargo bench --profile dev --bench tune -- [SEEDS] [CONFIG]` runs both for each seed and judges both winners on the
//! test range, which no search has seen. One JSON document ends the run.

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
    let summary = ["halving", "random"].map(|search| {
        let of = |key: &str| {
            let values: Vec<f64> = rows.iter().filter_map(|row| row[search][key].as_f64()).collect();
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            let squares = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>();
            json!({ "mean": mean, "deviation": (squares / (values.len() - 1).max(1) as f64).sqrt() })
        };
        let keys = ["validation", "test", "env_steps", "seconds"];
        (search, Value::from_iter(keys.map(|key| (key, of(key)))))
    });
    let document =
        json!({ "schema_version": 1, "rows": rows, "summary": Value::from_iter(summary) });
    show(&format!("{document:#}"));
    // A folder for temporary files; what is left there harms nobody.
    let _ = std::fs::remove_dir_all(&folder);
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
    let bundle = study["best"]["bundle"].as_str().unwrap_or_default().to_owned();
    let judged = releat(&place, folder, &["eval", "--agent", &bundle]);
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
