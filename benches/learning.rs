//! Proofs of learning: trains over several seeds, judges greedily, prints one JSON line a run.
//!
//! `cargo bench --bench learning -- [cart-pole|planted|all] [ppo|dqn|a2c|all] [seeds] [key=value …]`.
//! On the cart-pole a run is judged by the mean return of 100 episodes, at most 500; on the planted
//! market by the share of the best policy's growth on the test range, in percent. `key=value` goes
//! over settings of the learner in YAML, such as `tau=0.005`.
#![expect(clippy::expect_used, reason = "a benchmark that cannot be set up should stop")]
#![expect(clippy::print_stdout, reason = "its lines are what it is for")]

use std::process::Command;

use burn::tensor::Device;
use releat::base::{SeedStream, Stopwatch};
use releat::config::{A2c, Dqn, Learner as Settings, Mlp, Model, Ppo, Schedule};
use releat::learners::run::{Learner, UpdateOutcome};
use releat::learners::{CartPole, Environment, Policy, dqn, ppo};
use serde_json::{Value, json};

const EPISODES: usize = 100;

fn main() {
    // `cargo bench` adds `--bench`.
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let (changes, words): (Vec<_>, Vec<_>) = words.into_iter().partition(|w| w.contains('='));
    let word = |at: usize| words.get(at).map_or("all", String::as_str);
    let seeds = words.get(2).map_or(5, |seeds| seeds.parse().expect("a number of seeds"));
    for task in
        ["cart-pole", "planted"].into_iter().filter(|task| [*task, "all"].contains(&word(0)))
    {
        for name in
            ["ppo", "dqn", "a2c"].into_iter().filter(|name| [*name, "all"].contains(&word(1)))
        {
            for seed in 0..seeds {
                let watch = Stopwatch::start();
                let (env_steps, mean_return) = match task {
                    "planted" => planted(name, seed, &changes),
                    _ => cart_pole(name, seed, &changes),
                };
                let line = json!({
                    "learner": name, "task": task, "seed": seed, "env_steps": env_steps,
                    "mean_return": mean_return, "seconds": watch.seconds(),
                });
                println!("{line}");
            }
        }
    }
}

/// Settings for a task of short episodes and few steps.
fn cart_pole_settings(name: &str, changes: &[String]) -> Settings {
    let settings = match name {
        "ppo" => Settings::Ppo(Ppo {
            total_env_steps: 100_000,
            num_steps: 32,
            sequence_length: 1,
            minibatch_transitions: 256,
            update_epochs: 20,
            learning_rate: Schedule::Linear { from: 1e-3, to: 0.0 },
            gae_lambda: 0.8,
            ent_coef: Schedule::Constant(0.0),
            target_kl: None,
            ..Ppo::default()
        }),
        "a2c" => Settings::A2c(A2c {
            total_env_steps: 500_000,
            num_steps: 8,
            sequence_length: 1,
            ent_coef: Schedule::Constant(0.0),
            ..A2c::default()
        }),
        _ => Settings::Dqn(Dqn {
            total_env_steps: 50_000,
            num_steps: 32,
            gradient_steps: 4,
            learning_starts: 1_000,
            buffer_size: 50_000,
            batch_size: 64,
            ..Dqn::default()
        }),
    };
    let mut json = serde_json::to_value(&settings).expect("settings are JSON");
    for (key, value) in changes.iter().filter_map(|change| change.split_once('=')) {
        json[name][key] = serde_yaml::from_str(value).expect("a value in YAML");
    }
    serde_json::from_value(json).expect("settings of the learner")
}

fn cart_pole(name: &str, seed: u64, changes: &[String]) -> (u64, f64) {
    const ENVS: usize = 8;
    let device = Device::flex();
    let seeds = SeedStream::new(seed);
    let model = Model::Mlp(Mlp { hidden: 128, layers: 2 });
    let task = Box::new(CartPole::new(ENVS, &seeds.child("env"), &device));
    let with_ppo = |settings, task| -> Box<dyn Learner> {
        let made = ppo::Trainer::try_new(settings, &model, task, &seeds, &device);
        Box::new(made.expect("a trainer"))
    };
    let mut learner: Box<dyn Learner> = match cart_pole_settings(name, changes) {
        Settings::Ppo(settings) => with_ppo(settings, task),
        Settings::A2c(settings) => with_ppo(settings.as_ppo(ENVS), task),
        Settings::Dqn(settings) => {
            let made = dqn::Trainer::try_new(settings, &model, task, &seeds, &device);
            Box::new(made.expect("a trainer"))
        }
    };
    while !learner.progress().is_done() {
        let outcome = learner.run_update().expect("an update");
        assert!(matches!(outcome, UpdateOutcome::Learned(_)), "{outcome:?}");
    }
    let policy = Policy::new(learner.model());
    (learner.progress().env_steps, greedy_return(policy, &seeds.child("judge"), &device))
}

/// Mean return of the first episodes of as many carts.
fn greedy_return(mut policy: Policy, seed: &SeedStream, device: &Device) -> f64 {
    let total: f64 = (0..EPISODES)
        .map(|episode| {
            let mut task = CartPole::new(1, &seed.index(episode), device);
            let mut obs = task.reset().obs;
            policy.reset();
            let mut earned = 0.0;
            loop {
                let seen: Vec<f32> = obs.into_data().iter::<f32>().collect();
                let decision = policy.decide(&seen, &[true; 2]).expect("a decision");
                let action = burn::tensor::Tensor::from_ints([decision.action as i64], device);
                let next = task.step(action);
                earned += f64::from(next.reward.into_scalar::<f32>());
                let ended = (next.terminated + next.truncated).into_scalar::<f32>();
                if ended > 0.0 {
                    return earned;
                }
                obs = next.obs;
            }
        })
        .sum();
    total / EPISODES as f64
}

/// Trains on the quickstart's market with the program itself.
fn planted(name: &str, seed: u64, changes: &[String]) -> (u64, f64) {
    let root = env!("CARGO_MANIFEST_DIR");
    let folder = tempfile::tempdir().expect("a folder");
    let quickstart = std::fs::read_to_string(format!("{root}/agents/quickstart.yaml"));
    let mut agent: Value =
        serde_yaml::from_str(&quickstart.expect("the quickstart agent")).expect("YAML");
    // The favorite shows in each bar, so no memory is needed; the peers' policies have none either.
    agent["model"] = json!({ "mlp": { "hidden": 64 } });
    if let Some(agent) = agent.as_object_mut() {
        // Its search is over settings of another model.
        agent.remove("tune");
    }
    match name {
        "dqn" => agent["learner"] = json!({ "dqn": planted_dqn() }),
        "a2c" => agent["learner"] = json!({ "a2c": planted_a2c() }),
        _ => {}
    }
    for (key, value) in changes.iter().filter_map(|change| change.split_once('=')) {
        let value = serde_yaml::from_str::<Value>(value).expect("a value in YAML");
        match key.strip_prefix("env.") {
            Some(key) => agent["env"][key] = value,
            None => agent["learner"][name][key] = value,
        }
    }
    agent["eval"]["gate"] = json!({});
    let file = folder.path().join("agent.yaml");
    let text = serde_yaml::to_string(&agent).expect("YAML");
    std::fs::write(&file, text).expect("a file");
    let output = Command::new(env!("CARGO_BIN_EXE_releat"))
        .args(["train", "--config", "agent.yaml", "--output-format", "json", "-q", "--seed"])
        .arg(seed.to_string())
        .current_dir(folder.path())
        .output()
        .expect("the program runs");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "releat train failed: {errors}");
    let document: Value = serde_json::from_slice(&output.stdout).expect("a document");
    let share = document["evaluation"]["oracle_share"].as_f64().expect("a share");
    (document["env_steps"].as_u64().expect("a count"), 100.0 * share)
}

fn planted_dqn() -> Value {
    json!({
        "total_env_steps": 3_000_000,
        "learning_starts": 20_000,
        "gamma": 0.7,
    })
}

fn planted_a2c() -> Value {
    json!({ "total_env_steps": 3_000_000, "gamma": 0.7 })
}
