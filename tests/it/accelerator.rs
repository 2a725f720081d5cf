//! The learners and the whole chain on another device than the processor.

use std::sync::OnceLock;

use burn::tensor::Device;
use burn::tensor::wgpu::WgpuBackend;
use releat::base::{SeedStream, Timestamp};
use releat::config::{CnnLstm, Dqn, Env, GatedResidual, Gru, Mlp, Model, Ppo, Prioritized};
use releat::domain::{Bar, MarketRow, Panel, Timeframe};
use releat::gym::{ActionTable, Tape, VecEnv};
use releat::learners::run::{Learner, UpdateOutcome};
use releat::learners::{GymEnvironment, dqn, ppo};

use crate::sandbox::Sandbox;

/// Days of the market.
const DAYS: i64 = 400;

/// Three random walks.
fn panel() -> Panel {
    let mut rng = SeedStream::new(1).child("walk").rng();
    let mut prices = [50.0, 100.0, 150.0];
    let row = |day: i64| {
        let open_time = Timestamp::from_seconds(1_262_304_000 + day * 86_400);
        let available_at = open_time.saturating_add_nanos(23_400 * 1_000_000_000);
        let bars = prices.each_mut().map(|price| {
            let open = *price;
            *price *= (0.01 * rng.normal()).exp();
            let (high, low) = (open.max(*price) * 1.002, open.min(*price) * 0.998);
            Some(Bar { open_time, available_at, open, high, low, close: *price, volume: 1e4 })
        });
        MarketRow { time: available_at, bars: bars.to_vec() }
    };
    let rows = (0..DAYS).map(row).collect();
    let symbols = ["SPY", "QQQ", "IWM"].map(|name| name.parse().unwrap()).to_vec();
    Panel { symbols, timeframe: Timeframe::Day, rows }
}

/// Columns of features in ±1.
fn noise(columns: usize) -> Vec<f32> {
    let mut rng = SeedStream::new(1).child("features").rng();
    (0..DAYS as usize * columns).map(|_| (2.0 * rng.uniform() - 1.0) as f32).collect()
}

/// The largest difference of a parameter after one update.
const TOLERANCE: f32 = 1e-4;

fn vulkan() -> Device {
    static OPENED: OnceLock<Device> = OnceLock::new();
    let open = || Device::wgpu_options().graphics_api(WgpuBackend::Vulkan).init();
    OPENED.get_or_init(|| open().unwrap()).clone()
}

fn models() -> [Model; 4] {
    let convolutions = CnnLstm { channels: vec![8], hidden: 8, ..CnnLstm::default() };
    let gated = GatedResidual { groups: vec![2], width: 8, hidden: 8, ..GatedResidual::default() };
    [
        Model::Gru(Gru { encoder: 16, hidden: 16, layers: 2 }),
        Model::Mlp(Mlp { hidden: 16, layers: 1 }),
        Model::CnnLstm(convolutions),
        Model::GatedResidual(gated),
    ]
}

/// A market of three symbols; episodes end within an update.
fn environment(device: &Device) -> Box<GymEnvironment> {
    let env: Env = serde_json::from_value(serde_json::json!({
        "market": { "portfolio": { "actions": "corners" } },
        "reward": { "log_return": { "scale": 100.0 } },
        "episode": { "length_bars": 12, "random_start": true },
        "num_envs": 24,
    }))
    .unwrap();
    let symbols = ["SPY", "QQQ", "IWM"].map(|name| name.parse().unwrap());
    let table = ActionTable::try_new(&env.market, &symbols).unwrap();
    let tape = Tape::try_new(&panel(), &noise(5), 5, &env, 252.0).unwrap();
    let seeds = SeedStream::new(7).child("env");
    Box::new(GymEnvironment::new(VecEnv::try_new(&tape, &table, &env, device, &seeds).unwrap()))
}

/// The parameters after updates that a learner makes on a device.
fn learned(learner: &mut dyn Learner, updates: usize) -> Vec<f32> {
    for _ in 0..updates {
        assert!(matches!(learner.run_update().unwrap(), UpdateOutcome::Learned(_)));
    }
    learner.model().parameters().clone().try_into_vec_as().unwrap()
}

fn distance(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

fn ppo_on(device: &Device, model: &Model) -> Vec<f32> {
    let config = Ppo {
        num_steps: 16,
        sequence_length: 8,
        minibatch_transitions: 128,
        update_epochs: 2,
        ..Ppo::default()
    };
    let environment = environment(device);
    let seed = SeedStream::new(5);
    let mut trainer = ppo::Trainer::try_new(config, model, environment, &seed, device).unwrap();
    learned(&mut trainer, 1)
}

fn dqn_on(device: &Device, model: &Model) -> Vec<f32> {
    let config = Dqn {
        num_steps: 16,
        learning_starts: 128,
        buffer_size: 4096,
        batch_size: 32,
        prioritized: Some(Prioritized::default()),
        ..Dqn::default()
    };
    let environment = environment(device);
    let seed = SeedStream::new(5);
    let mut trainer = dqn::Trainer::try_new(config, model, environment, &seed, device).unwrap();
    learned(&mut trainer, 1)
}

#[test]
fn one_update_of_ppo_agrees_with_the_processor() {
    let (cpu, vulkan) = (Device::flex(), vulkan());
    for model in models() {
        let apart = distance(&ppo_on(&cpu, &model), &ppo_on(&vulkan, &model));
        assert!(apart <= TOLERANCE, "{model:?}: {apart}");
    }
}

#[test]
fn one_update_of_dqn_agrees_with_the_processor() {
    let (cpu, vulkan) = (Device::flex(), vulkan());
    for model in models() {
        let apart = distance(&dqn_on(&cpu, &model), &dqn_on(&vulkan, &model));
        assert!(apart <= TOLERANCE, "{model:?}: {apart}");
    }
}

#[test]
fn train_and_eval_run_on_the_device() {
    let sandbox = Sandbox::with_agent();
    let train =
        "train --config agents/tiny.yaml --no-eval -q --set learner.ppo.total_env_steps=1024";
    let trained = sandbox.document(&format!("{train} --device vulkan"));
    let bundle = trained["bundle"].as_str().unwrap();
    let judged = |device: &str| {
        sandbox.document(&format!("eval --agent {bundle} -q --device {device}"))["metrics"].clone()
    };
    assert_eq!(judged("vulkan"), judged("cpu"), "a frozen agent is judged on the processor");
}

#[test]
fn a_device_that_is_not_there_is_named() {
    let sandbox = Sandbox::with_agent();
    let output = sandbox.run("train --config agents/tiny.yaml --device vulkan:9");
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{text}");
    assert!(text.contains("device `vulkan:9` was not found"), "{text}");
}
