//! Proximal policy optimisation on one page.

use burn::tensor::{Device, Tensor};

use super::descent::{Blocks, loss_and_gradient};
use super::loss::LossCoefs;
use super::minibatch::shuffled;
use super::report::{Tally, UpdateReport, UpdateStatistics};
use super::rollout::{Rollout, Standing, collect};
use super::shelf::Shelf;
use crate::base::{Rng, SeedStream, Stopwatch};
use crate::config::{self, Ppo};
use crate::learners::Environment;
use crate::learners::run::{Divergence, UpdateOutcome};
use crate::models::{Adam, Architecture, ArchitectureError, Model};

/// Training could not go on.
#[derive(Debug, thiserror::Error)]
pub enum PpoError {
    /// The rollout cannot be cut into sequences.
    #[error("num_steps must be a multiple of sequence_length {sequence_length}, was {num_steps}")]
    Sequences {
        /// The configured rollout.
        num_steps: usize,
        /// The configured sequence.
        sequence_length: usize,
    },
    /// The network does not fit the environment.
    #[error(transparent)]
    Architecture(#[from] ArchitectureError),
    /// The device did not give up its values.
    #[error("cannot read results from the device: {reason}")]
    Device {
        /// The device's reason.
        reason: String,
    },
}

/// A policy in training.
pub struct Trainer {
    pub(super) config: Ppo,
    pub(super) model: Model,
    pub(super) adam: Adam,
    pub(super) environment: Box<dyn Environment>,
    pub(super) standing: Standing,
    /// Absent only while an update uses it.
    shelf: Option<Shelf>,
    pub(super) action_rng: Rng,
    pub(super) shuffle_rng: Rng,
    pub(super) updates: u64,
    pub(super) env_steps: u64,
}

impl Trainer {
    /// A fresh policy for `environment`.
    ///
    /// # Errors
    /// [`PpoError::Sequences`] if a rollout cannot be cut into sequences.
    pub fn try_new(
        config: Ppo,
        model: &config::Model,
        mut environment: Box<dyn Environment>,
        seed: &SeedStream,
        device: &Device,
    ) -> Result<Self, PpoError> {
        let (num_steps, sequence_length) = (config.num_steps, config.sequence_length);
        if sequence_length == 0 || num_steps == 0 || num_steps % sequence_length != 0 {
            return Err(PpoError::Sequences { num_steps, sequence_length });
        }
        let shape = environment.shape();
        let architecture =
            Architecture::actor_critic(model, shape.num_observations, shape.num_actions);
        architecture.check()?;
        let model = Model::init(architecture, &mut seed.child("init").rng(), device);
        let standing = Standing::new(environment.reset(), &model);
        Ok(Self {
            adam: Adam::new(model.parameters(), config.adam_eps),
            config,
            model,
            environment,
            standing,
            shelf: Some(Shelf::new(shape, num_steps, sequence_length, device)),
            action_rng: seed.child("action").rng(),
            shuffle_rng: seed.child("shuffle").rng(),
            updates: 0,
            env_steps: 0,
        })
    }

    /// Collects one rollout and learns from it.
    ///
    /// # Errors
    /// [`PpoError::Device`] if the results cannot be read.
    pub fn run_update(&mut self) -> Result<UpdateOutcome<UpdateReport>, PpoError> {
        let progress = self.env_steps as f64 / self.config.total_env_steps.max(1) as f64;
        let learning_rate = self.config.learning_rate.at(progress);
        let ent_coef = self.config.ent_coef.at(progress);

        let watch = Stopwatch::start();
        let rollout = self.collect_rollout()?;
        let collected = watch.seconds();
        let before = (self.model.clone(), self.adam.clone());
        let (statistics, epochs) = self.learn(&rollout, learning_rate, ent_coef)?;
        self.shelf = Some(rollout.transitions.shelf);
        let whole = watch.seconds();

        self.updates += 1;
        if let Some((quantity, value)) = statistics.first_not_finite() {
            (self.model, self.adam) = before;
            let update = self.updates;
            return Ok(UpdateOutcome::Diverged(Divergence { update, quantity, value }));
        }
        let steps = self.steps_per_update();
        self.env_steps += steps;
        let rate = |seconds: f64| steps as f64 / seconds.max(1e-9);
        Ok(UpdateOutcome::Learned(UpdateReport {
            update: self.updates,
            env_steps: self.env_steps,
            statistics,
            learning_rate,
            ent_coef,
            epochs,
            rollout_steps_per_s: rate(collected),
            update_steps_per_s: rate(whole - collected),
            steps_per_s: rate(whole),
        }))
    }

    /// Acts with the present policy for `num_steps` steps.
    fn collect_rollout(&mut self) -> Result<Rollout, PpoError> {
        let Ppo { num_steps, sequence_length, .. } = self.config;
        let shape = self.environment.shape();
        let device = self.model.parameters().device();
        let shelf = self.shelf.take();
        let shelf = shelf.unwrap_or_else(|| Shelf::new(shape, num_steps, sequence_length, &device));
        let (environment, rng) = (self.environment.as_mut(), &mut self.action_rng);
        let standing = self.standing.clone();
        let (rollout, standing) =
            collect(&self.model, environment, standing, shelf, rng, &self.config);
        self.standing = standing;
        let device = rollout.mean_reward.device();
        device.sync().map_err(|error| PpoError::Device { reason: error.to_string() })?;
        Ok(rollout)
    }

    /// Epochs of gradient steps over shuffled sequences, until the policy has moved too far.
    fn learn(
        &mut self,
        rollout: &Rollout,
        learning_rate: f64,
        ent_coef: f64,
    ) -> Result<(UpdateStatistics, usize), PpoError> {
        let sequences = rollout.transitions.num_sequences();
        let per_minibatch = self.config.minibatch_transitions / self.config.sequence_length;
        let mut tally = Tally::new();
        let mut epochs = 0;
        while epochs < self.config.update_epochs {
            let minibatches = shuffled(sequences, per_minibatch, &mut self.shuffle_rng);
            let count = minibatches.len();
            let mut divergence = rollout.mean_reward.zeros_like();
            let mut chosen = minibatches.into_iter();
            let mut blocks = Blocks::new(&rollout.transitions, chosen.next().unwrap_or_default());
            while !blocks.is_empty() {
                let coefs = self.loss_coefs(ent_coef);
                let next = Blocks::new(&rollout.transitions, chosen.next().unwrap_or_default());
                let (loss, gradient) = loss_and_gradient(&self.model, &blocks, &next, &coefs);
                blocks = next;
                let norm = self.descend(gradient, learning_rate);
                divergence = divergence + loss.approx_kl.clone();
                tally = tally.add(loss, norm);
            }
            epochs += 1;
            if self.moved_too_far(divergence / count as f32)? {
                break;
            }
        }
        let packed = tally.packed(rollout.mean_reward.clone(), rollout.explained_variance.clone());
        Ok((tally.statistics(&read(packed)?), epochs))
    }

    /// One step of Adam; the norm of the gradient before it was bounded, `[1]`.
    fn descend(&mut self, gradient: Tensor<1>, learning_rate: f64) -> Tensor<1> {
        let parameters = self.model.parameters().clone();
        let max_norm = self.config.max_grad_norm;
        let (parameters, norm) = self.adam.step(parameters, gradient, learning_rate, max_norm);
        self.model = self.model.with_parameters(parameters);
        norm
    }

    /// Whether an epoch's mean divergence ends the update.
    fn moved_too_far(&self, divergence: Tensor<1>) -> Result<bool, PpoError> {
        match self.config.target_kl {
            None => Ok(false),
            Some(target) => Ok(read(divergence)?.iter().any(|found| f64::from(*found) > target)),
        }
    }

    fn loss_coefs(&self, ent_coef: f64) -> LossCoefs {
        let Ppo { clip_coef, clip_vloss, vf_coef, .. } = self.config;
        LossCoefs { clip_coef, clip_vloss, ent_coef, vf_coef }
    }

    fn steps_per_update(&self) -> u64 {
        (self.config.num_steps * self.environment.shape().num_envs) as u64
    }

    /// Environment steps done in all.
    #[must_use]
    pub const fn env_steps(&self) -> u64 {
        self.env_steps
    }

    /// Updates done.
    #[must_use]
    pub const fn updates(&self) -> u64 {
        self.updates
    }

    /// Environment steps of the whole run.
    #[must_use]
    pub const fn total_env_steps(&self) -> u64 {
        self.config.total_env_steps
    }

    /// Whether all steps of the run are done.
    #[must_use]
    pub const fn is_done(&self) -> bool {
        self.env_steps >= self.config.total_env_steps
    }

    /// The present policy.
    #[must_use]
    pub const fn model(&self) -> &Model {
        &self.model
    }
}

fn read(values: Tensor<1>) -> Result<Vec<f32>, PpoError> {
    values.try_into_vec_as().map_err(|error| PpoError::Device { reason: error.to_string() })
}
