//! Tests of the whole algorithm on toy tasks.
#![expect(clippy::needless_pass_by_value, reason = "a case is given away whole")]

use burn::tensor::{Device, Tensor, TensorData};

use super::loss::{LossCoefs, LossInput, ppo_loss};
use super::*;
use crate::base::SeedStream;
use crate::config::{CnnLstm, GatedResidual, Gru, Mlp, Model, Ppo, Schedule};
use crate::learners::Environment;
use crate::learners::environment::toys::{Bandit, RecallCue};
use crate::learners::run::{Checkpoint, Learner, UpdateOutcome};
use crate::models::{Model as Net, log_prob_and_entropy};

fn small() -> Ppo {
    Ppo {
        total_env_steps: 1 << 40,
        num_steps: 32,
        sequence_length: 16,
        minibatch_transitions: 256,
        learning_rate: Schedule::Constant(2e-3),
        ent_coef: Schedule::Constant(0.01),
        target_kl: None,
        ..Ppo::default()
    }
}

fn gru(hidden: usize) -> Model {
    Model::Gru(Gru { encoder: hidden, hidden, layers: 1 })
}

fn trainer(config: Ppo, model: Model, environment: impl Environment + 'static) -> Trainer {
    let seed = SeedStream::new(5);
    Trainer::try_new(config, &model, Box::new(environment), &seed, &Device::flex()).unwrap()
}

fn learn(trainer: &mut Trainer) -> UpdateReport {
    match trainer.run_update().unwrap() {
        UpdateOutcome::Learned(report) => report,
        UpdateOutcome::Diverged(divergence) => panic!("{divergence:?}"),
    }
}

fn learn_often(trainer: &mut Trainer, updates: usize) {
    for _ in 0..updates {
        learn(trainer);
    }
}

fn bits(net: &Net) -> Vec<u32> {
    let values: Vec<f32> = net.parameters().clone().try_into_vec_as().unwrap();
    values.into_iter().map(f32::to_bits).collect()
}

#[test]
fn the_first_ratio_is_exactly_one() {
    let convolutions = CnnLstm { channels: vec![8, 8], hidden: 8, ..CnnLstm::default() };
    let gated = GatedResidual { groups: vec![2], width: 8, hidden: 8, ..GatedResidual::default() };
    let cases = [
        (gru(32), 24),
        (gru(5), 1),
        (Model::Mlp(Mlp::default()), 7),
        (Model::CnnLstm(convolutions), 6),
        (Model::GatedResidual(gated), 6),
    ];
    for (model, envs) in cases {
        let mut trainer = trainer(small(), model.clone(), RecallCue::new(envs, 3, 1));
        for _ in 0..3 {
            assert_eq!(learn(&mut trainer).statistics.first_ratio_error, 0.0, "{model:?} {envs}");
        }
    }
}

/// Mean reward of a question over the last of `updates` updates.
fn recall_share(model: Model, updates: usize) -> f64 {
    let delay = 8;
    let mut trainer = trainer(small(), model, RecallCue::new(32, delay, 3));
    let reports: Vec<_> = (0..updates).map(|_| learn(&mut trainer)).collect();
    let last = &reports[updates - 5..];
    let mean = last.iter().map(|report| report.statistics.mean_reward).sum::<f64>() / 5.0;
    mean * (delay + 1) as f64
}

#[test]
fn the_memory_task_is_solved_by_the_gru_and_not_by_the_mlp() {
    let with_memory = recall_share(gru(16), 60);
    let without = recall_share(Model::Mlp(Mlp { hidden: 16, layers: 1 }), 20);
    assert!(with_memory > 0.95, "the GRU recalled {with_memory}");
    assert!(without < 0.65, "the MLP recalled {without}");
}

/// The first update after which the mean reward of a question over five updates is above 0.95.
fn updates_to_recall(model: Model, most: usize) -> Option<usize> {
    let delay = 8;
    let mut trainer = trainer(small(), model, RecallCue::new(32, delay, 3));
    let mut rewards = Vec::new();
    (1..=most).find(|_| {
        rewards.push(learn(&mut trainer).statistics.mean_reward);
        let last = &rewards[rewards.len().saturating_sub(5)..];
        last.iter().sum::<f64>() / 5.0 * (delay + 1) as f64 > 0.95
    })
}

#[test]
fn the_memory_task_is_solved_by_every_network_with_memory() {
    let stacked = Model::Gru(Gru { encoder: 16, hidden: 16, layers: 2 });
    let convolutions =
        Model::CnnLstm(CnnLstm { window: 3, channels: vec![8], kernel: 3, hidden: 16, layers: 1 });
    let gated = GatedResidual { groups: vec![2], width: 8, blocks: 1, hidden: 16, layers: 1 };
    for model in [stacked, convolutions, Model::GatedResidual(gated)] {
        assert!(updates_to_recall(model.clone(), 150).is_some(), "{model:?}");
    }
}

#[test]
fn the_bandit_is_solved_and_the_illegal_arm_is_never_pulled() {
    let model = Model::Mlp(Mlp { hidden: 8, layers: 1 });
    let config = Ppo { num_steps: 16, ..small() };
    let mut trainer = trainer(config, model, Bandit::new(32, &[0.1, 0.9, 0.4, 100.0], 7));
    for _ in 0..25 {
        let mean_reward = learn(&mut trainer).statistics.mean_reward;
        assert!(mean_reward <= 0.9 + 1e-6, "{mean_reward}");
    }
    let mean_reward = learn(&mut trainer).statistics.mean_reward;
    assert!(mean_reward > 0.8, "{mean_reward}");
}

/// With reward 1 for ever, V must become 1 / (1 − γ), however short the episodes are cut.
#[test]
fn a_truncated_episode_is_worth_what_would_have_followed() {
    let model = Model::Mlp(Mlp { hidden: 8, layers: 1 });
    let config = Ppo { gamma: 0.8, num_steps: 16, ..small() };
    let mut trainer = trainer(config, model, Bandit::new(16, &[1.0, 1.0, 0.0], 2));
    learn_often(&mut trainer, 80);
    let obs = Tensor::<2>::ones([1, 1], &Device::flex());
    let hidden = trainer.model().initial_state(1);
    let value = trainer.model().inference().forward_step(obs, hidden).value;
    let value: Vec<f32> = value.try_into_vec_as().unwrap();
    assert!((value[0] - 5.0).abs() < 0.25, "{value:?}");
}

#[test]
fn a_resumed_training_has_the_bits_of_one_that_was_not_interrupted() {
    let config = Ppo { learning_rate: Schedule::Linear { from: 1e-3, to: 0.0 }, ..small() };
    let config = Ppo { total_env_steps: 6 * 32 * 12, target_kl: Some(0.01), ..config };
    let fresh = || trainer(config.clone(), gru(12), RecallCue::new(12, 4, 3));
    let mut whole = fresh();
    learn_often(&mut whole, 6);
    assert!(whole.progress().is_done());

    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("00000003");
    let mut first = fresh();
    learn_often(&mut first, 3);
    first.checkpoint().unwrap().save(&path).unwrap();
    let mut second = fresh();
    second.restore(&Checkpoint::load(&path).unwrap()).unwrap();
    learn_often(&mut second, 3);
    assert_eq!(bits(second.model()), bits(whole.model()));
    assert_eq!(second.progress(), whole.progress());
    assert_ne!(bits(first.model()), bits(whole.model()));
}

#[test]
fn blocks_on_several_threads_give_the_same_bits_every_time() {
    let config = Ppo { minibatch_transitions: 3000, ..small() };
    let trained = || {
        let mut trainer = trainer(config.clone(), gru(12), RecallCue::new(200, 4, 3));
        let first_ratio_error = learn(&mut trainer).statistics.first_ratio_error;
        assert_eq!(first_ratio_error, 0.0);
        learn(&mut trainer);
        bits(trainer.model())
    };
    assert_eq!(trained(), trained());
}

#[test]
fn a_checkpoint_that_does_not_fit_is_refused() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("1");
    let checkpoint = trainer(small(), gru(6), RecallCue::new(4, 2, 1)).checkpoint().unwrap();
    checkpoint.save(&path).unwrap();
    let error = trainer(small(), gru(7), RecallCue::new(4, 2, 1)).restore(&checkpoint).unwrap_err();
    assert!(error.to_string().contains("`trainer.json` of the checkpoint does not fit"), "{error}");
    for name in ["trainer.json", "model.safetensors", "state.safetensors", "environment.bin"] {
        let file = path.join(name);
        let good = std::fs::read(&file).unwrap();
        let mut bad = good.clone();
        bad[good.len() / 2] ^= 1;
        std::fs::write(&file, bad).unwrap();
        let text = Checkpoint::load(&path).unwrap_err().to_string();
        assert!(text.contains(name) && text.contains("must have digest"), "{text}");
        std::fs::write(&file, good).unwrap();
    }
    assert_eq!(Checkpoint::load(&path).unwrap(), checkpoint);
}

#[test]
fn a_reward_that_is_not_a_number_ends_the_update_and_leaves_the_weights() {
    let model = Model::Mlp(Mlp { hidden: 4, layers: 1 });
    let mut trainer = trainer(small(), model, Bandit::new(8, &[f32::NAN, 1.0, 0.0], 9));
    let before = bits(trainer.model());
    match trainer.run_update().unwrap() {
        UpdateOutcome::Diverged(divergence) => assert!(divergence.value.is_nan()),
        UpdateOutcome::Learned(report) => panic!("{report:?}"),
    }
    assert_eq!(bits(trainer.model()), before);
    trainer.checkpoint().unwrap();
}

#[test]
fn a_rollout_that_cannot_be_cut_into_sequences_is_refused() {
    let config = Ppo { num_steps: 20, ..small() };
    let bandit = Box::new(Bandit::new(2, &[1.0, 0.0], 5));
    let seed = SeedStream::new(1);
    let made = Trainer::try_new(config, &gru(4), bandit, &seed, &Device::flex());
    let text = made.err().unwrap().to_string();
    assert_eq!(text, "num_steps must be a multiple of sequence_length 16, was 20");
}

/// Normal draws, for a loss far from any kink.
fn draws<const D: usize>(shape: [usize; D], scale: f64, purpose: &str) -> Tensor<D> {
    let mut rng = SeedStream::new(8).child(purpose).rng();
    let count = shape.iter().product();
    let values: Vec<f32> = (0..count).map(|_| (scale * rng.normal()) as f32).collect();
    Tensor::from_data(TensorData::new(values, shape), &Device::flex())
}

/// The whole loss through a tiny GRU: its gradient equals central differences.
#[test]
fn the_gradient_of_the_whole_loss_equals_finite_differences() {
    let mut trained = trainer(small(), gru(4), RecallCue::new(3, 2, 1));
    learn(&mut trained);
    let [count] = trained.model().parameters().dims();
    let net = trained
        .model()
        .with_parameters(trained.model().parameters().clone() + draws([count], 0.3, "parameters"));
    let (steps, batch, rows) = (6, 3, 18);
    let flags: Vec<f32> = (0..rows).map(|at| f32::from(at % 5 == 0)).collect();
    let starts = Tensor::from_data(TensorData::new(flags, [steps, batch]), &Device::flex());
    let actions: Vec<i64> = (0..rows).map(|at| (at % 2) as i64).collect();
    let actions = Tensor::from_data(TensorData::new(actions, [rows]), &Device::flex());
    let coefs = LossCoefs { clip_coef: 0.4, clip_vloss: Some(0.5), ent_coef: 0.02, vf_coef: 0.5 };
    let loss = |network: &crate::models::Network| {
        let obs = draws([steps, batch, 3], 1.0, "obs");
        let state = draws([batch, 4], 0.5, "state");
        let (logits, values) = network.forward_sequence(obs, starts.clone(), state);
        let legal = Tensor::ones([rows, 2], &Device::flex());
        let (log_prob, entropy) = log_prob_and_entropy(logits, legal, actions.clone());
        let input = LossInput {
            entropy,
            log_prob,
            value: values,
            old_log_prob: draws([rows], 0.2, "old").sub_scalar(0.7),
            old_value: draws([rows], 0.5, "old value"),
            advantage: draws([rows], 1.0, "advantage"),
            value_target: draws([rows], 1.0, "target"),
        };
        ppo_loss(input, &coefs).total
    };
    let network = net.training();
    let total = loss(&network);
    let gradient = network.gradient(&total);
    let at = |parameters: Tensor<1>| {
        let total = loss(&net.with_parameters(parameters).inference());
        f64::from(total.try_into_vec_as::<f32>().unwrap()[0])
    };
    for trial in 0..6 {
        let direction = draws([count], 1.0, &format!("direction {trial}"));
        let along = (direction.clone() * gradient.clone()).sum();
        let along = f64::from(along.try_into_vec_as::<f32>().unwrap()[0]);
        let step = 1e-3;
        let ahead = at(net.parameters().clone() + direction.clone() * step);
        let behind = at(net.parameters().clone() - direction * step);
        let numeric = (ahead - behind) / (2.0 * step);
        let scale = along.abs().max(numeric.abs()).max(0.1);
        assert!((along - numeric).abs() / scale < 2e-2, "trial {trial}: {along} is not {numeric}");
    }
}
