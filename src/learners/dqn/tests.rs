//! Tests of the whole algorithm on toy tasks.
#![expect(clippy::needless_pass_by_value, reason = "a case is given away whole")]

use burn::tensor::{Device, Tensor, TensorData};

use super::*;
use crate::base::SeedStream;
use crate::config::{Distributional, Dqn, Gru, Mlp, Model, Prioritized, Schedule};
use crate::learners::environment::toys::{Bandit, RecallCue};
use crate::learners::run::{Checkpoint, Learner, UpdateOutcome};
use crate::learners::{CartPole, Environment, Policy};
use crate::models::{Model as Net, QShape};

fn small() -> Dqn {
    Dqn {
        total_env_steps: 4096,
        num_steps: 16,
        learning_starts: 128,
        buffer_size: 2048,
        batch_size: 64,
        learning_rate: Schedule::Constant(3e-3),
        exploration_fraction: 0.5,
        tau: 0.05,
        ..Dqn::default()
    }
}

/// All parts at once.
fn rainbow(min: f64, max: f64) -> Dqn {
    Dqn {
        prioritized: Some(Prioritized::default()),
        distributional: Some(Distributional { atoms: 21, min, max }),
        noisy: true,
        ..small()
    }
}

fn mlp() -> Model {
    Model::Mlp(Mlp { hidden: 16, layers: 1 })
}

fn gru() -> Model {
    Model::Gru(Gru { encoder: 16, hidden: 16, layers: 1 })
}

fn trainer(config: Dqn, model: Model, environment: impl Environment + 'static) -> Trainer {
    let seed = SeedStream::new(5);
    Trainer::try_new(config, &model, Box::new(environment), &seed, &Device::flex()).unwrap()
}

fn learn(trainer: &mut Trainer) -> UpdateReport {
    match trainer.run_update().unwrap() {
        UpdateOutcome::Learned(report) => report,
        UpdateOutcome::Diverged(divergence) => panic!("{divergence:?}"),
    }
}

/// Learns to the end of the run and gives the values of all actions for one observation.
fn learned_values(mut trainer: Trainer, obs: &[f32]) -> Vec<f32> {
    while !trainer.progress().is_done() {
        learn(&mut trainer);
    }
    let legal = vec![true; trainer.shape.num_actions];
    Policy::new(trainer.model()).decide(obs, &legal).unwrap().logits
}

fn bits(net: &Net) -> Vec<u32> {
    let values: Vec<f32> = net.parameters().clone().try_into_vec_as().unwrap();
    values.into_iter().map(f32::to_bits).collect()
}

/// Arms 0.1, 0.9, 0.4 and one that may not be pulled.
fn bandit() -> Bandit {
    Bandit::new(16, &[0.1, 0.9, 0.4, 100.0], 7)
}

#[test]
fn the_bandit_is_solved_by_every_part_and_the_illegal_arm_is_never_pulled() {
    let plain = Dqn { double: false, dueling: false, n_step: 1, ..small() };
    let prioritized = Dqn { prioritized: Some(Prioritized::default()), ..small() };
    let distributional = Dqn { noisy: false, prioritized: None, ..rainbow(0.0, 2.0) };
    let noisy = Dqn { noisy: true, ..small() };
    for config in [plain, small(), prioritized, distributional, noisy, rainbow(0.0, 2.0)] {
        let config = Dqn { gamma: 0.3, ..config };
        let mut trainer = trainer(config.clone(), mlp(), bandit());
        while !trainer.progress().is_done() {
            let mean_reward = learn(&mut trainer).statistics.mean_reward;
            assert!(mean_reward <= 0.9 + 1e-6, "{mean_reward} with {config:?}");
        }
        let legal = [true, true, true, false];
        let decision = Policy::new(trainer.model()).decide(&[1.0], &legal).unwrap();
        assert_eq!(decision.action, 1, "{decision:?} with {config:?}");
        assert!((decision.value - 0.9 / 0.7).abs() < 0.15, "{decision:?} with {config:?}");
    }
}

/// With reward 1 for ever, Q must become 1 / (1 − γ), however short the episodes are cut.
#[test]
fn a_truncated_episode_is_worth_what_would_have_followed() {
    for (model, n_step) in [(mlp(), 1), (mlp(), 3), (gru(), 2)] {
        let config = Dqn { gamma: 0.8, n_step, total_env_steps: 8192, ..small() };
        let trainer = trainer(config, model.clone(), Bandit::new(16, &[1.0, 1.0, 0.0], 2));
        let values = learned_values(trainer, &[1.0]);
        assert!((values[0] - 5.0).abs() < 0.5, "{values:?} of {model:?} over {n_step}");
    }
}

/// An episode of one question ends of its own accord: what follows counts nothing, so the answer is
/// worth its reward alone.
#[test]
fn a_terminated_episode_is_worth_its_last_reward() {
    let config = Dqn { gamma: 0.9, n_step: 3, ..small() };
    let values = learned_values(trainer(config, mlp(), RecallCue::new(16, 0, 3)), &[1.0, 0.0, 1.0]);
    assert!((values[0] - 1.0).abs() < 0.1 && values[1].abs() < 0.1, "{values:?}");
}

/// Mean reward of a question under the greedy policy.
fn recall_share(model: Model, total_env_steps: u64) -> f64 {
    const DELAY: usize = 5;
    let config = Dqn {
        total_env_steps,
        gamma: 0.9,
        n_step: 3,
        batch_size: 256,
        buffer_size: 16_384,
        sequence_length: Some(8),
        burn_in: Some(4),
        learning_starts: 1024,
        ..small()
    };
    let mut trainer = trainer(config, model, RecallCue::new(16, DELAY, 3));
    while !trainer.progress().is_done() {
        learn(&mut trainer);
    }
    let mut policy = Policy::new(trainer.model());
    let mut task = RecallCue::new(1, DELAY, 99);
    let mut obs = task.reset().obs;
    let mut earned = 0.0;
    for step in 0..100 * (DELAY + 1) {
        if step % (DELAY + 1) == 0 {
            policy.reset();
        }
        let seen: Vec<f32> = obs.try_into_vec_as().unwrap();
        let action = policy.decide(&seen, &[true; 2]).unwrap().action;
        let next = task.step(Tensor::from_ints([action as i64], &Device::flex()));
        earned += f64::from(next.reward.into_scalar::<f32>());
        obs = next.obs;
    }
    earned / 100.0
}

#[test]
fn the_memory_task_is_solved_by_the_gru_and_not_by_the_mlp() {
    let with_memory = recall_share(gru(), 12_288);
    let without = recall_share(mlp(), 4096);
    assert!(with_memory > 0.95, "the GRU recalled {with_memory}");
    assert!(without < 0.7, "the MLP recalled {without}");
}

/// `cargo test -- --ignored the_cart_pole_is_balanced`; the proof over seeds is
/// `benches/learning.rs`.
#[test]
#[ignore = "half a minute"]
fn the_cart_pole_is_balanced() {
    let config = Dqn {
        total_env_steps: 50_000,
        num_steps: 32,
        gradient_steps: 4,
        learning_starts: 1_000,
        buffer_size: 50_000,
        batch_size: 64,
        ..Dqn::default()
    };
    let model = Model::Mlp(Mlp { hidden: 128, layers: 2 });
    let carts = CartPole::new(8, &SeedStream::new(1), &Device::flex());
    let mut trainer = trainer(config, model, carts);
    while !trainer.progress().is_done() {
        learn(&mut trainer);
    }
    let mut policy = Policy::new(trainer.model());
    let mut task = CartPole::new(1, &SeedStream::new(2), &Device::flex());
    let mut obs = task.reset().obs;
    for step in 0..150 {
        let seen: Vec<f32> = obs.try_into_vec_as().unwrap();
        let action = policy.decide(&seen, &[true; 2]).unwrap().action;
        let next = task.step(Tensor::from_ints([action as i64], &Device::flex()));
        assert!(next.terminated.into_scalar::<f32>() == 0.0, "fell after {step} steps");
        obs = next.obs;
    }
}

fn check_resumed(config: Dqn, model: &Model) {
    let config = Dqn { total_env_steps: 6 * 16 * 8, learning_starts: 64, ..config };
    let fresh = || trainer(config.clone(), model.clone(), RecallCue::new(8, 4, 3));
    let mut whole = fresh();
    for _ in 0..6 {
        learn(&mut whole);
    }
    assert!(whole.progress().is_done());

    let place = tempfile::tempdir().unwrap();
    let mut first = fresh();
    for update in 0..6 {
        // A checkpoint at every update leads to the same bits, also the one before any experience.
        let path = place.path().join(update.to_string());
        first.checkpoint().unwrap().save(&path).unwrap();
        let mut second = fresh();
        second.restore(&Checkpoint::load(&path).unwrap()).unwrap();
        for _ in update..6 {
            learn(&mut second);
        }
        assert_eq!(bits(second.model()), bits(whole.model()), "from {update} with {config:?}");
        assert_eq!(bits(&second.target), bits(&whole.target));
        assert_eq!(second.progress(), whole.progress());
        learn(&mut first);
    }
}

#[test]
fn a_resumed_training_has_the_bits_of_one_that_was_not_interrupted() {
    // The buffer goes round in both.
    check_resumed(Dqn { buffer_size: 256, ..rainbow(0.0, 1.0) }, &mlp());
    let recurrent = Dqn { sequence_length: Some(4), burn_in: Some(3), ..small() };
    check_resumed(Dqn { buffer_size: 256, ..recurrent }, &gru());
}

#[test]
fn a_checkpoint_that_does_not_fit_is_refused() {
    let checkpoint = trainer(small(), mlp(), bandit()).checkpoint().unwrap();
    let wider = Model::Mlp(Mlp { hidden: 17, layers: 1 });
    let error = trainer(small(), wider, bandit()).restore(&checkpoint).unwrap_err();
    assert!(error.to_string().contains("`trainer.json` of the checkpoint does not fit"), "{error}");
    let prioritized = Dqn { prioritized: Some(Prioritized::default()), ..small() };
    let error = trainer(prioritized, mlp(), bandit()).restore(&checkpoint).unwrap_err();
    assert!(error.to_string().contains("priorities.bin"), "{error}");
    let smaller = Dqn { buffer_size: 1024, ..small() };
    let error = trainer(smaller, mlp(), bandit()).restore(&checkpoint).unwrap_err();
    assert!(error.to_string().contains("`states` must be F32 of shape"), "{error}");
}

#[test]
fn a_reward_that_is_not_a_number_ends_the_update_and_leaves_the_weights() {
    for config in [small(), rainbow(0.0, 1.0)] {
        let config = Dqn { learning_starts: 0, ..config };
        let arms = [f32::NAN, f32::NAN, 1.0];
        let mut trainer = trainer(config, mlp(), Bandit::new(8, &arms, 9));
        let before = bits(trainer.model());
        match trainer.run_update().unwrap() {
            UpdateOutcome::Diverged(divergence) => assert!(divergence.value.is_nan()),
            UpdateOutcome::Learned(report) => panic!("{report:?}"),
        }
        assert_eq!(bits(trainer.model()), before);
        trainer.checkpoint().unwrap();
    }
}

fn check_refused(config: Dqn, expected: &str) {
    let seed = SeedStream::new(1);
    let made = Trainer::try_new(config, &gru(), Box::new(bandit()), &seed, &Device::flex());
    assert_eq!(made.err().unwrap().to_string(), expected);
}

#[test]
fn settings_that_do_not_fit_together_are_refused() {
    check_refused(
        Dqn { train_frequency: 3, ..small() },
        "num_steps must be a multiple of train_frequency 3, was 16",
    );
    check_refused(
        Dqn { batch_size: 40, ..small() },
        "batch_size must be a multiple of sequence_length 16 and not 0, was 40",
    );
    check_refused(
        Dqn { buffer_size: 1000, ..small() },
        "buffer_size must be at least 1024 for 16 environments, was 1000",
    );
}

/// States of a network with memory, against the same network run step by step by hand.
#[test]
fn a_sequence_is_valued_from_the_states_that_the_networks_would_have_had() {
    let config = Dqn { sequence_length: Some(2), burn_in: Some(1), n_step: 2, ..small() };
    let mut trainer = trainer(config, gru(), RecallCue::new(4, 3, 7));
    learn(&mut trainer);
    let drawn = trainer.replay.draw(3, 1.0, &mut SeedStream::new(2).rng());
    let batch = trainer.replay.gather(&drawn);
    let network = trainer.model.inference();
    let states = trainer.unroll(&network, &batch);
    let starts: Vec<f32> = batch.episode_starts().try_into_vec_as().unwrap();
    let [steps, count, width] = batch.obs.dims();
    for sample in 0..count {
        let mut state = batch.state.clone().narrow(0, sample, 1);
        for step in 0..steps {
            if starts[step * count + sample] > 0.0 {
                state = state.zeros_like();
            }
            let obs = batch.obs.clone().slice([step..step + 1, sample..sample + 1]);
            (_, state) = network.trunk_step(obs.reshape([1, width]), state);
            let found: Vec<f32> =
                states[step].clone().narrow(0, sample, 1).try_into_vec_as().unwrap();
            let expected: Vec<f32> = state.clone().try_into_vec_as().unwrap();
            for (found, expected) in found.iter().zip(&expected) {
                assert!((found - expected).abs() < 1e-5, "step {step} of {sample}");
            }
        }
    }
}

/// The prediction's gradient through a dueling, noisy, distributional head equals central
/// differences.
#[test]
fn the_gradient_of_the_whole_loss_equals_finite_differences() {
    let mut trained = trainer(rainbow(-1.0, 1.0), mlp(), RecallCue::new(3, 2, 1));
    learn(&mut trained);
    let shape: QShape = trained.shape;
    let atoms = shape.atoms.unwrap();
    let mut rng = SeedStream::new(8).rng();
    let mut draws = |rows: usize, columns: usize| -> Tensor<2> {
        let values: Vec<f32> = (0..rows * columns).map(|_| rng.normal() as f32).collect();
        Tensor::from_data(TensorData::new(values, [rows, columns]), &Device::flex())
    };
    let (obs, follow) = (draws(6, 3), draws(6, atoms.count));
    let [count] = trained.model.parameters().dims();
    let directions: Vec<Tensor<1>> = (0..6).map(|_| draws(1, count).reshape([count])).collect();
    let actions = Tensor::from_ints([0, 1, 1, 0, 1, 0], &Device::flex());
    let noise = trained.noise();
    let row = |value: f32| Tensor::<1>::full([6], value, &Device::flex());
    let target = super::loss::projected(follow, row(0.1), row(0.5), &atoms);
    let loss = |network: &crate::models::Network| {
        let features = network.trunk_sequence(
            obs.clone().reshape([1, 6, 3]),
            Tensor::zeros([1, 6], &Device::flex()),
            Tensor::zeros([6, 1], &Device::flex()),
        );
        let outputs = network.q_values(features, noise.as_ref());
        let predicted = super::loss::of_action(outputs, actions.clone());
        super::loss::cross_entropy(predicted, target.clone()).loss.mean()
    };
    let network = trained.model.training();
    let gradient = network.gradient(&loss(&network));
    let at = |parameters: Tensor<1>| {
        f64::from(loss(&trained.model.with_parameters(parameters).inference()).into_scalar::<f32>())
    };
    for direction in directions {
        let along = f64::from((direction.clone() * gradient.clone()).sum().into_scalar::<f32>());
        let step = 1e-3;
        let parameters = trained.model.parameters().clone();
        let ahead = at(parameters.clone() + direction.clone() * step);
        let behind = at(parameters - direction * step);
        let numeric = (ahead - behind) / (2.0 * step);
        let scale = along.abs().max(numeric.abs()).max(0.1);
        assert!((along - numeric).abs() / scale < 2e-2, "{along} is not {numeric}");
    }
}
