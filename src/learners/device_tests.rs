//! One update on another device equals one on the processor.

use burn::tensor::{Device, DeviceType};

use super::run::{Learner, UpdateOutcome};
use super::{GymEnvironment, dqn, ppo};
use crate::base::SeedStream;
use crate::config::{CnnLstm, Dqn, Env, GatedResidual, Gru, Mlp, Model, Ppo, Prioritized};
use crate::gym::fixtures::{PanelSpec, tape};
use crate::gym::{ActionTable, VecEnv};

/// The largest difference of a parameter after one update.
const TOLERANCE: f32 = 1e-4;

fn vulkan() -> Device {
    let mut devices = Device::enumerate(DeviceType::Vulkan).into_iter();
    devices.next().expect("a Vulkan driver is installed where this feature is tested")
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
    let tape = tape(&PanelSpec::default(), 5, &env);
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
        buffer_size: 1024,
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
