//! Tests of the loop around the trainer.

use std::cell::Cell;
use std::error::Error;
use std::path::Path;

use burn::tensor::Device;

use super::*;
use crate::base::SeedStream;
use crate::config::{self, Dqn, Gru, Ppo, Prioritized, Train};
use crate::learners::Policy;
use crate::learners::environment::toys::{Bandit, RecallCue};
use crate::learners::folder::names_in;
use crate::learners::{dqn, ppo};
use crate::models::Model;

const UPDATES: u64 = 6;

/// Scores by a list, stops after a number of updates.
struct Script {
    scores: Vec<f64>,
    stop_after: u64,
    started_at: Vec<u64>,
    updates: Cell<u64>,
}

impl Script {
    fn new(scores: &[f64]) -> Self {
        let scores = scores.to_vec();
        Self { scores, stop_after: u64::MAX, started_at: Vec::new(), updates: Cell::new(0) }
    }
}

impl RunHooks for Script {
    fn on_start(&mut self, state: &RunState) {
        self.started_at.push(state.updates);
    }

    fn on_update(&mut self, report: &UpdateReport, state: &RunState) {
        assert_eq!(report.update, state.updates);
        self.updates.set(report.update);
    }

    fn validate(&mut self, mut policy: Policy) -> Result<f64, Box<dyn Error + Send + Sync>> {
        policy.decide(&[1.0, 0.0, 0.0], &[true, true])?;
        Ok(self.scores.remove(0))
    }

    fn should_stop(&self) -> bool {
        self.updates.get() >= self.stop_after
    }
}

fn trainer() -> ppo::Trainer {
    let config = Ppo {
        total_env_steps: UPDATES * 64,
        num_steps: 8,
        sequence_length: 4,
        minibatch_transitions: 16,
        ..Ppo::default()
    };
    let model = config::Model::Gru(Gru { encoder: 6, hidden: 6, layers: 1 });
    let task = Box::new(RecallCue::new(8, 3, 2));
    ppo::Trainer::try_new(config, &model, task, &SeedStream::new(9), &Device::flex()).unwrap()
}

fn train() -> Train {
    Train { validate_every_updates: 2, ..Train::default() }
}

fn weights(net: &Model) -> Vec<u8> {
    net.to_safetensors().unwrap()
}

#[test]
fn a_run_remembers_the_best_and_the_last() {
    let place = tempfile::tempdir().unwrap();
    let mut hooks = Script::new(&[0.1, 0.5, f64::NAN]);
    let result = run(&mut trainer(), &train(), place.path(), Resume::Auto, &mut hooks).unwrap();
    assert_eq!(result.end, RunEnd::Finished);
    assert_eq!(result.state.updates, UPDATES);
    assert_eq!(result.state.best.unwrap().update, 4);
    assert_eq!(result.state.validations[2].score, None);
    assert_eq!(result.state.validations_without_best(), 1);
    assert_ne!(weights(&result.best.unwrap()), weights(&result.last));
    assert_eq!(names_in(place.path()).unwrap(), ["00000006"]);
}

/// The same task for values of actions, with everything that has a state of its own.
fn q_trainer() -> dqn::Trainer {
    let config = Dqn {
        total_env_steps: UPDATES * 64,
        num_steps: 8,
        learning_starts: 64,
        buffer_size: 256,
        batch_size: 32,
        prioritized: Some(Prioritized::default()),
        noisy: true,
        sequence_length: Some(4),
        burn_in: Some(2),
        ..Dqn::default()
    };
    let model = config::Model::Gru(Gru { encoder: 6, hidden: 6, layers: 1 });
    let task = Box::new(RecallCue::new(8, 3, 2));
    dqn::Trainer::try_new(config, &model, task, &SeedStream::new(9), &Device::flex()).unwrap()
}

#[test]
fn an_interrupted_run_goes_on_to_the_same_bits() {
    check_interrupted(|| Box::new(trainer()));
    check_interrupted(|| Box::new(q_trainer()));
}

fn check_interrupted(fresh: impl Fn() -> Box<dyn Learner>) {
    let run = |place: &Path, resume, hooks: &mut dyn RunHooks| {
        run(fresh().as_mut(), &train(), place, resume, hooks).unwrap()
    };
    let scores = [0.3, 0.2, 0.1];
    let one = tempfile::tempdir().unwrap();
    let whole = run(one.path(), Resume::Auto, &mut Script::new(&scores));

    let two = tempfile::tempdir().unwrap();
    let mut hooks = Script { stop_after: 3, ..Script::new(&scores) };
    let part = run(two.path(), Resume::Auto, &mut hooks);
    assert_eq!((part.end, part.state.updates), (RunEnd::Interrupted, 3));
    let mut hooks = Script::new(&scores[1..]);
    let rest = run(two.path(), Resume::Must, &mut hooks);
    assert_eq!(hooks.started_at, [3]);
    assert_eq!(rest.state, whole.state);
    assert_eq!(weights(&rest.last), weights(&whole.last));
    assert_eq!(weights(&rest.best.unwrap()), weights(&whole.best.unwrap()));

    let again = run(two.path(), Resume::Auto, &mut Script::new(&[]));
    assert_eq!(again.end, RunEnd::Finished);
    assert_eq!(weights(&again.last), weights(&whole.last));
}

#[test]
fn a_run_stops_early_when_validation_gets_no_better() {
    let place = tempfile::tempdir().unwrap();
    let train = Train { early_stop_validations: Some(2), validate_every_updates: 1, ..train() };
    let mut hooks = Script::new(&[0.4, 0.3, 0.2, 0.9, 0.9, 0.9]);
    let result = run(&mut trainer(), &train, place.path(), Resume::Never, &mut hooks).unwrap();
    assert_eq!((result.end, result.state.updates), (RunEnd::StoppedEarly, 3));
}

#[test]
fn there_must_be_a_checkpoint_to_resume_from() {
    let place = tempfile::tempdir().unwrap();
    let mut hooks = Script::new(&[]);
    let error = run(&mut trainer(), &train(), place.path(), Resume::Must, &mut hooks).unwrap_err();
    assert!(error.to_string().starts_with("expected a checkpoint to resume from in"), "{error}");
}

#[test]
fn a_failed_validation_ends_the_run_with_its_reason() {
    struct Failing;
    impl RunHooks for Failing {
        fn on_start(&mut self, _: &RunState) {}
        fn on_update(&mut self, _: &UpdateReport, _: &RunState) {}
        fn validate(&mut self, _: Policy) -> Result<f64, Box<dyn Error + Send + Sync>> {
            Err("no bars".into())
        }
        fn should_stop(&self) -> bool {
            false
        }
    }
    let place = tempfile::tempdir().unwrap();
    let error =
        run(&mut trainer(), &train(), place.path(), Resume::Auto, &mut Failing).unwrap_err();
    assert_eq!(error.to_string(), "cannot validate the policy after update 2");
    assert_eq!(error.source().unwrap().to_string(), "no bars");
}

#[test]
fn a_run_that_loses_its_numbers_ends_with_the_last_good_checkpoint() {
    let place = tempfile::tempdir().unwrap();
    let config = Ppo { num_steps: 8, sequence_length: 4, ..Ppo::default() };
    let bandit = Box::new(Bandit::new(4, &[f32::INFINITY, 1.0, 0.0], 5));
    let model = config::Model::Gru(Gru { encoder: 6, hidden: 6, layers: 1 });
    let seed = SeedStream::new(9);
    let mut trainer =
        ppo::Trainer::try_new(config, &model, bandit, &seed, &Device::flex()).unwrap();
    let first = weights(trainer.model());
    let mut hooks = Script::new(&[]);
    let result = run(&mut trainer, &train(), place.path(), Resume::Auto, &mut hooks).unwrap();
    assert!(matches!(result.end, RunEnd::Diverged(_)), "{:?}", result.end);
    assert_eq!(weights(&result.last), first);
}
