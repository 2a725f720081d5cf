//! Deep Q-learning on one page.

use burn::tensor::{Device, Int, Tensor};

use super::explore::{epsilon_greedy, uniforms};
use super::loss::{Errors, best_legal, cross_entropy, huber, of_action, projected};
use super::n_step::{Followed, n_step_return};
use super::replay::{Batch, Experience, Replay, indices};
use super::report::{Tally, UpdateReport};
use crate::base::{Rng, SeedStream, Stopwatch};
use crate::config::{self, Dqn, Window};
use crate::learners::run::{Divergence, UpdateOutcome};
use crate::learners::{Environment, EnvironmentShape, Observed};
use crate::models::{
    Adam, Architecture, ArchitectureError, Atoms, Model, Network, Noise, QShape, Trunk,
};

/// Share of the largest error in the priority of a sequence; the rest is the mean error.
///
/// # Source
/// Kapturowski et al., "Recurrent Experience Replay in Distributed Reinforcement Learning", 2019,
/// section 2.3.
const LARGEST_ERROR_SHARE: f64 = 0.9;

/// Training could not go on.
#[derive(Debug, thiserror::Error)]
pub enum DqnError {
    /// An update cannot be cut into bouts of learning.
    #[error("num_steps must be a multiple of train_frequency {train_frequency}, was {num_steps}")]
    Bouts {
        /// The configured update.
        num_steps: usize,
        /// The configured bout.
        train_frequency: usize,
    },
    /// A batch cannot be cut into sequences.
    #[error(
        "batch_size must be a multiple of sequence_length {length} and not 0, was {batch_size}"
    )]
    Sequences {
        /// The configured batch.
        batch_size: usize,
        /// The sequence.
        length: usize,
    },
    /// The buffer cannot hold a sample of each environment.
    #[error("buffer_size must be at least {least} for {num_envs} environments, was {buffer_size}")]
    Buffer {
        /// The configured buffer.
        buffer_size: usize,
        /// Environments that step together.
        num_envs: usize,
        /// What they need.
        least: usize,
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

/// Where the environments stand between two steps.
#[derive(Debug, Clone)]
pub(super) struct Standing {
    /// `[N, O]`
    pub(super) obs: Tensor<2>,
    /// `[N, K]`
    pub(super) legal: Tensor<2>,
    /// `[N, S]`, zeros where an episode starts.
    pub(super) state: Tensor<2>,
}

/// The values of actions in training.
pub struct Trainer {
    pub(super) config: Dqn,
    pub(super) window: Window,
    pub(super) shape: QShape,
    pub(super) model: Model,
    /// θ⁻, which the targets are made with.
    pub(super) target: Model,
    pub(super) adam: Adam,
    pub(super) environment: Box<dyn Environment>,
    pub(super) standing: Standing,
    pub(super) replay: Replay,
    pub(super) action_rng: Rng,
    pub(super) replay_rng: Rng,
    pub(super) noise_rng: Rng,
    pub(super) updates: u64,
    pub(super) env_steps: u64,
    pub(super) gradient_steps: u64,
}

/// What the predictions of a batch should have been, `[L·B]` or `[L·B, Z]`.
enum Targets {
    Means(Tensor<1>),
    Distributions(Tensor<2>),
}

impl Trainer {
    /// Fresh values for `environment`.
    ///
    /// # Errors
    /// [`DqnError`] if updates, batches or the buffer cannot be cut as configured.
    pub fn try_new(
        config: Dqn,
        model: &config::Model,
        mut environment: Box<dyn Environment>,
        seed: &SeedStream,
        device: &Device,
    ) -> Result<Self, DqnError> {
        let window = config.window(model);
        let EnvironmentShape { num_envs, num_observations, num_actions } = environment.shape();
        check(&config, window, num_envs)?;
        let shape = QShape {
            num_actions,
            dueling: config.dueling,
            atoms: config.distributional.map(|distribution| Atoms {
                count: distribution.atoms,
                min: distribution.min,
                max: distribution.max,
            }),
            noisy: config.noisy,
        };
        let architecture = Architecture::q_values(model, num_observations, shape);
        architecture.check()?;
        let state_width = architecture.state_width();
        let model = Model::init(architecture, &mut seed.child("init").rng(), device);
        let Observed { obs, legal } = environment.reset();
        let kept = environment.shape();
        let replay = Replay::new(kept, state_width, window, config.buffer_size, device);
        Ok(Self {
            replay: match config.prioritized {
                Some(settings) => replay.prioritized(settings),
                None => replay,
            },
            standing: Standing { obs, legal, state: model.initial_state(num_envs) },
            adam: Adam::new(model.parameters(), config.adam_eps),
            target: model.clone(),
            model,
            window,
            shape,
            config,
            environment,
            action_rng: seed.child("action").rng(),
            replay_rng: seed.child("replay").rng(),
            noise_rng: seed.child("noise").rng(),
            updates: 0,
            env_steps: 0,
            gradient_steps: 0,
        })
    }

    /// Acts for `num_steps` steps and learns in between.
    ///
    /// # Errors
    /// [`DqnError::Device`] if the results cannot be read.
    pub fn run_update(&mut self) -> Result<UpdateOutcome<UpdateReport>, DqnError> {
        let before = (self.model.clone(), self.target.clone(), self.adam.clone());
        let mut tally = Tally::default();
        let (mut acting, mut learning) = (0.0, 0.0);
        let num_envs = self.environment.shape().num_envs;
        let device = self.model.parameters().device();
        let draws = uniforms(self.config.num_steps, num_envs, &mut self.action_rng, &device);
        let mut draws = draws.iter_dim(0).map(|step| step.reshape([2, num_envs]));
        for _ in 0..self.config.num_steps / self.config.train_frequency {
            let watch = Stopwatch::start();
            for draws in draws.by_ref().take(self.config.train_frequency) {
                tally.add_reward(self.act(&draws));
            }
            acting += watch.seconds();
            if self.env_steps >= self.config.learning_starts && self.replay.is_ready() {
                for _ in 0..self.config.gradient_steps {
                    self.learn(&mut tally)?;
                }
            }
            learning += watch.seconds();
        }
        let watch = Stopwatch::start();
        let statistics = tally.statistics()?;
        let seconds = [acting, learning - acting + watch.seconds()];

        self.updates += 1;
        if let Some((quantity, value)) = statistics.first_not_finite() {
            (self.model, self.target, self.adam) = before;
            let update = self.updates;
            return Ok(UpdateOutcome::Diverged(Divergence { update, quantity, value }));
        }
        Ok(UpdateOutcome::Learned(self.report(statistics, seconds)))
    }

    /// Takes one step in every environment and remembers it; gives the rewards, `[N]`.
    fn act(&mut self, draws: &Tensor<2>) -> Tensor<1> {
        let epsilon = self.config.exploration(self.done_frac());
        let noise = self.noise();
        let network = self.model.inference();
        let Standing { obs, legal, state } = self.standing.clone();
        let (features, next_state) = network.trunk_step(obs.clone(), state.clone());
        let values = self.shape.means(network.q_values(features, noise.as_ref()));
        let actions = epsilon_greedy(values, legal.clone(), draws, epsilon);
        let next = self.environment.step(actions.clone());

        let [num_envs] = next.reward.dims();
        let ended = (next.terminated.clone() + next.truncated).clamp_max(1.0);
        let going = ended.clone().neg().add_scalar(1.0).reshape([num_envs, 1]);
        // An episode that was cut off gives no legal actions for its last state; those of the step
        // before stand for them.
        let next_legal =
            next.legal.clone() * going.clone() + legal * ended.clone().reshape([num_envs, 1]);
        let experience = Experience {
            obs,
            actions,
            reward: next.reward.clone(),
            terminated: next.terminated,
            ended,
            next_obs: next.final_obs.all(),
            next_legal,
        };
        self.replay.push(&state, experience);
        self.standing = Standing { obs: next.obs, legal: next.legal, state: next_state * going };
        self.env_steps += num_envs as u64;
        next.reward
    }

    /// One gradient step on samples of the buffer.
    fn learn(&mut self, tally: &mut Tally) -> Result<(), DqnError> {
        let count = self.config.batch_size / self.window.length;
        let drawn = self.replay.draw(count, self.beta(), &mut self.replay_rng);
        let batch = self.replay.gather(&drawn);
        let online = self.model.inference();
        let [for_loss, for_choice, for_target] = [self.noise(), self.noise(), self.noise()];
        let online_states = if self.config.double || self.window.burn_in > 0 {
            self.unroll(&online, &batch)
        } else {
            vec![]
        };
        let targets = self.targets(&batch, (&online, &online_states), [for_choice, for_target]);

        let network = self.model.training();
        // Without burn-in or without memory the sequence begins where the sample does.
        let burned_in = self.window.burn_in.checked_sub(1).and_then(|last| online_states.get(last));
        let state = burned_in.unwrap_or(&batch.state).clone();
        let predicted = self.predicted(&network, &batch, state, for_loss.as_ref());
        let Errors { loss, surprise } = match targets {
            Targets::Means(target) => {
                let [rows, _] = predicted.dims();
                tally.add_value(predicted.clone().inner().mean());
                huber(predicted.reshape([rows]), target, self.config.huber_delta)
            }
            Targets::Distributions(target) => cross_entropy(predicted, target),
        };
        let by_sample = [self.window.length, count];
        let weights = drawn.weights.clone().reshape([1, count]);
        let loss = (loss.reshape(by_sample) * weights).mean();
        let gradient = network.gradient(&loss);
        let norm = self.descend(gradient);

        tally.add_step(loss.inner(), surprise.clone().mean(), norm);
        if self.replay.is_prioritized() {
            let surprise = surprise.reshape(by_sample);
            let priority = surprise.clone().max_dim(0) * LARGEST_ERROR_SHARE
                + surprise.mean_dim(0) * (1.0 - LARGEST_ERROR_SHARE);
            self.replay.note_errors(&drawn, &read(priority.reshape([count]))?);
        }
        Ok(())
    }

    /// What the network gives for the actions that were taken, `[L·B, Z]`.
    fn predicted(
        &self,
        network: &Network,
        batch: &Batch,
        state: Tensor<2>,
        noise: Option<&Noise>,
    ) -> Tensor<2> {
        let Window { burn_in, length, .. } = self.window;
        let learned = |tensor: &Tensor<2>| tensor.clone().narrow(0, burn_in, length);
        let obs = batch.obs.clone().narrow(0, burn_in, length);
        let features = network.trunk_sequence(obs, learned(&batch.episode_starts()), state);
        let actions = batch.actions.clone().narrow(0, burn_in, length);
        let [_, count] = actions.dims();
        of_action(network.q_values(features, noise), actions.reshape([length * count]))
    }

    /// Returns of n steps, completed by the value of the state after them.
    ///
    /// ```text
    /// a* = argmax over legal a of Q(s′, a; θ)         (double; otherwise of θ⁻)
    /// y  = Σ γⁱ rₜ₊ᵢ + γᵐ⁺¹ Q(s′, a*; θ⁻)
    /// ```
    ///
    /// # Source
    /// van Hasselt et al., "Deep Reinforcement Learning with Double Q-learning", 2016, eq. 4.
    fn targets(
        &self,
        batch: &Batch,
        (online, online_states): (&Network, &[Tensor<2>]),
        [for_choice, for_target]: [Option<Noise>; 2],
    ) -> Targets {
        let Window { burn_in, length, n_step } = self.window;
        let [_, count] = batch.actions.dims();
        let since = |tensor: &Tensor<2>| tensor.clone().narrow(0, burn_in, length + n_step - 1);
        let Followed { reward, terminated, ended } = &batch.followed;
        let followed =
            Followed { reward: since(reward), terminated: since(terminated), ended: since(ended) };
        let returns = n_step_return(&followed, n_step, self.config.gamma);
        let rows = length * count;
        let first = indices(burn_in * count..burn_in * count + rows, &reward.device());
        let last = first + returns.last.reshape([rows]).mul_scalar(count as i64); // [L·B]
        let (obs, legal) = self.replay.after(batch, last.clone());

        let target = self.target.inference();
        let values = |network: &Network, states: &[Tensor<2>], noise: Option<&Noise>| {
            let state = state_after(states, last.clone(), &batch.state);
            let (features, _) = network.trunk_step(obs.clone(), state);
            network.q_values(features, noise)
        };
        let valued = values(&target, &self.unroll(&target, batch), for_target.as_ref());
        let preferred = if self.config.double {
            values(online, online_states, for_choice.as_ref())
        } else {
            valued.clone()
        };
        let best = best_legal(self.shape.means(preferred), legal);
        let valued = of_action(valued, best); // [L·B, Z]
        let (reward, discount) = (returns.reward.reshape([rows]), returns.discount.reshape([rows]));
        match &self.shape.atoms {
            None => Targets::Means(reward + discount * valued.reshape([rows])),
            Some(atoms) => Targets::Distributions(projected(valued, reward, discount, atoms)),
        }
    }

    /// The state after each step of the samples, `[B, S]` each; nothing for a network without memory.
    pub(super) fn unroll(&self, network: &Network, batch: &Batch) -> Vec<Tensor<2>> {
        if matches!(self.model.architecture().trunk, Trunk::Mlp(_)) {
            return vec![];
        }
        let [_, count] = batch.actions.dims();
        let keep = batch.episode_starts().neg().add_scalar(1.0);
        let steps = batch.obs.clone().iter_dim(0).zip(keep.iter_dim(0));
        let mut state = batch.state.clone();
        steps
            .map(|(obs, keep)| {
                let [_, _, width] = obs.dims();
                let kept = state.clone() * keep.reshape([count, 1]);
                (_, state) = network.trunk_step(obs.reshape([count, width]), kept);
                state.clone()
            })
            .collect()
    }

    /// One step of Adam, and one of the target network towards the other; the norm of the gradient
    /// before it was bounded, `[1]`.
    fn descend(&mut self, gradient: Tensor<1>) -> Tensor<1> {
        let learning_rate = self.config.learning_rate.at(self.done_frac());
        let parameters = self.model.parameters().clone();
        let max_norm = self.config.max_grad_norm;
        let (parameters, norm) = self.adam.step(parameters, gradient, learning_rate, max_norm);
        self.model = self.model.with_parameters(parameters.clone());
        self.gradient_steps += 1;
        if self.gradient_steps.is_multiple_of(self.config.target_update_interval.max(1)) {
            let tau = self.config.tau;
            let moved = if tau < 1.0 {
                self.target.parameters().clone() * (1.0 - tau) + parameters * tau
            } else {
                parameters
            };
            self.target = self.target.with_parameters(moved);
        }
        norm
    }

    pub(super) fn noise(&mut self) -> Option<Noise> {
        let features = self.model.architecture().feature_width();
        let device = self.model.parameters().device();
        let rng = &mut self.noise_rng;
        self.config.noisy.then(|| Noise::draw(&self.shape, features, rng, &device))
    }

    /// How far the weights of prioritised samples correct for their choice.
    pub(super) fn beta(&self) -> f64 {
        self.config.prioritized.map_or(0.0, |settings| {
            let (from, to) = (settings.beta_initial, settings.beta_final);
            from + (to - from) * self.done_frac().min(1.0)
        })
    }

    /// The part of the run that is done.
    pub(super) fn done_frac(&self) -> f64 {
        self.env_steps as f64 / self.config.total_env_steps.max(1) as f64
    }
}

/// The state after some steps of a batch; `last: [M]` counts through its `[W, B]`.
fn state_after(states: &[Tensor<2>], last: Tensor<1, Int>, like: &Tensor<2>) -> Tensor<2> {
    if states.is_empty() {
        return Tensor::zeros([last.dims()[0], like.dims()[1]], &like.device());
    }
    Tensor::cat(states.to_vec(), 0).select(0, last)
}

fn check(config: &Dqn, window: Window, num_envs: usize) -> Result<(), DqnError> {
    let Dqn { num_steps, train_frequency, batch_size, buffer_size, .. } = *config;
    if train_frequency == 0 || num_steps == 0 || num_steps % train_frequency != 0 {
        return Err(DqnError::Bouts { num_steps, train_frequency });
    }
    let length = window.length;
    if length == 0 || batch_size == 0 || batch_size % length != 0 {
        return Err(DqnError::Sequences { batch_size, length });
    }
    let least = window.least_steps() * num_envs;
    if buffer_size < least {
        return Err(DqnError::Buffer { buffer_size, num_envs, least });
    }
    Ok(())
}

pub(super) fn read(values: Tensor<1>) -> Result<Vec<f32>, DqnError> {
    values.try_into_vec_as().map_err(|error| DqnError::Device { reason: error.to_string() })
}
