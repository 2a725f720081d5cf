//! Proximal policy optimisation on one page.

use burn::tensor::{Device, Tensor};

use super::categorical;
use super::loss::{Loss, LossCoefs, LossInput, ppo_loss};
use super::minibatch::{Transitions, shuffled};
use super::report::{Tally, UpdateReport, UpdateStatistics};
use super::rollout::{Rollout, Standing, collect};
use crate::base::{Rng, SeedStream, Stopwatch};
use crate::config::{Model, Ppo};
use crate::learners::Environment;
use crate::learners::numerics::{Adam, block_rows, clip_global_norm, in_parallel};
use crate::models::{ActorCritic, Architecture, Network, PassRecord};

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
    /// The device did not give up its values.
    #[error("cannot read results from the device: {reason}")]
    Device {
        /// The device's reason.
        reason: String,
    },
}

/// How an update went.
#[derive(Debug, Clone, PartialEq)]
pub enum UpdateOutcome {
    /// The policy was improved.
    Learned(UpdateReport),
    /// Something became infinite or not a number; the parameters are those before the update.
    Diverged(Divergence),
}

/// What became infinite or not a number.
#[derive(Debug, Clone, PartialEq)]
pub struct Divergence {
    /// The update that was abandoned, counted from 1.
    pub update: u64,
    /// The quantity, by its logged name.
    pub quantity: &'static str,
    /// Its value.
    pub value: f64,
}

/// A policy in training.
pub struct Trainer {
    pub(super) config: Ppo,
    pub(super) net: ActorCritic,
    pub(super) adam: Adam,
    pub(super) environment: Box<dyn Environment>,
    pub(super) standing: Standing,
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
        model: &Model,
        mut environment: Box<dyn Environment>,
        seed: &SeedStream,
        device: &Device,
    ) -> Result<Self, PpoError> {
        let (num_steps, sequence_length) = (config.num_steps, config.sequence_length);
        if sequence_length == 0 || num_steps == 0 || num_steps % sequence_length != 0 {
            return Err(PpoError::Sequences { num_steps, sequence_length });
        }
        let shape = environment.shape();
        let architecture = Architecture::new(model, shape.num_observations, shape.num_actions);
        let net = ActorCritic::init(architecture, &mut seed.child("init").rng(), device);
        let standing = Standing::new(environment.reset(), &net);
        Ok(Self {
            adam: Adam::new(net.parameters(), config.adam_eps),
            config,
            net,
            environment,
            standing,
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
    pub fn run_update(&mut self) -> Result<UpdateOutcome, PpoError> {
        let progress = self.env_steps as f64 / self.config.total_env_steps.max(1) as f64;
        let learning_rate = self.config.learning_rate.at(progress);
        let ent_coef = self.config.ent_coef.at(progress);

        let watch = Stopwatch::start();
        let rollout = self.collect_rollout()?;
        let collected = watch.seconds();
        let before = (self.net.clone(), self.adam.clone());
        let (statistics, epochs) = self.learn(&rollout, learning_rate, ent_coef)?;
        let whole = watch.seconds();

        self.updates += 1;
        if let Some((quantity, value)) = statistics.first_not_finite() {
            (self.net, self.adam) = before;
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
        let (environment, rng) = (self.environment.as_mut(), &mut self.action_rng);
        let (rollout, standing) =
            collect(&self.net, environment, self.standing.clone(), rng, &self.config);
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
            for chosen in minibatches {
                let coefs = self.loss_coefs(ent_coef);
                let (loss, gradient) =
                    loss_and_gradient(&self.net, &rollout.transitions, &chosen, &coefs);
                let (gradient, norm) = clip_global_norm(gradient, self.config.max_grad_norm);
                self.descend(gradient, learning_rate);
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

    /// One step of Adam.
    fn descend(&mut self, gradient: Tensor<1>, learning_rate: f64) {
        let parameters = self.net.parameters().clone();
        let (adam, parameters) = self.adam.clone().step(parameters, gradient, learning_rate);
        self.net = self.net.with_parameters(parameters);
        self.adam = adam;
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
    pub const fn net(&self) -> &ActorCritic {
        &self.net
    }
}

/// The loss of the chosen sequences, and its gradient as one tensor.
fn loss_and_gradient(
    net: &ActorCritic,
    transitions: &Transitions,
    chosen: &[usize],
    coefs: &LossCoefs,
) -> (Loss, Tensor<1>) {
    let size = (block_rows(&net.parameters().device()) / transitions.length).max(1);
    let blocks: Vec<&[usize]> = chosen.chunks(size).collect();
    let parts = in_parallel(blocks.len(), |block| {
        let network = net.training();
        let minibatch = transitions.select(blocks[block]);
        let (loss, record) = minibatch_loss(&network, minibatch, coefs);
        let gradient = network.gradient(&loss.total, record);
        let share = blocks[block].len() as f64 / chosen.len() as f64;
        (loss, share, gradient * share)
    });
    let gradients = parts.iter().map(|(_, _, gradient)| gradient.clone());
    let gradient = gradients.reduce(|sum, part| sum + part);
    let losses: Vec<_> = parts.into_iter().map(|(loss, share, _)| (loss, share)).collect();
    (Loss::joined(&losses), gradient.unwrap_or_else(|| net.parameters().zeros_like()))
}

/// Runs the network over the minibatch's sequences and forms the loss.
fn minibatch_loss(
    network: &Network,
    minibatch: Transitions,
    coefs: &LossCoefs,
) -> (Loss, PassRecord) {
    let length = minibatch.length;
    let [sequences, _] = minibatch.hidden.dims();
    let [rows, num_observations] = minibatch.obs.dims();
    let pass = network.forward_sequence(
        minibatch.obs.reshape([length, sequences, num_observations]),
        minibatch.episode_starts.reshape([length, sequences]),
        minibatch.hidden,
    );
    let (logits, values, record) = pass.into_parts();
    let [_, _, num_actions] = logits.dims();
    let logits = logits.reshape([rows, num_actions]);
    let log_probs = categorical::log_probabilities(logits, minibatch.legal); // [L·B, K]
    let input = LossInput {
        entropy: categorical::entropy(log_probs.clone()),
        log_prob: categorical::of_action(log_probs, minibatch.actions),
        value: values.reshape([rows]),
        old_log_prob: minibatch.log_prob,
        old_value: minibatch.value,
        advantage: minibatch.advantage,
        value_target: minibatch.value_target,
    };
    (ppo_loss(input, coefs), record)
}

fn read(values: Tensor<1>) -> Result<Vec<f32>, PpoError> {
    values.try_into_vec_as().map_err(|error| PpoError::Device { reason: error.to_string() })
}
