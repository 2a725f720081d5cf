//! Collecting experience.

use burn::tensor::kind::Basic;
use burn::tensor::{IndexingUpdateOp, Int, Tensor, TensorData};

use super::gae::{Outcome, advantages};
use super::minibatch::{Columns, Facts, Transitions};
use super::shelf::Shelf;
use super::uniforms::uniforms;
use crate::base::Rng;
use crate::config::Ppo;
use crate::learners::numerics::{forward_step, is_host, mean_and_variance};
use crate::learners::{Environment, FinalObs, Observed};
use crate::models::{Model, Network, sample_actions};

/// Where the environments stand between two rollouts.
#[derive(Debug, Clone)]
pub(super) struct Standing {
    /// `[N, O]`
    pub(super) obs: Tensor<2>,
    /// `[N, K]`
    pub(super) legal: Tensor<2>,
    /// `[N, S]`, zeros where an episode starts.
    pub(super) state: Tensor<2>,
    /// `[N]`, 1 where the next step is the first of its episode.
    pub(super) episode_starts: Tensor<1>,
}

impl Standing {
    /// The start of every environment's first episode.
    pub(super) fn new(observed: Observed, model: &Model) -> Self {
        let [num_envs, _] = observed.obs.dims();
        Self {
            state: model.initial_state(num_envs),
            episode_starts: Tensor::ones([num_envs], &observed.obs.device()),
            obs: observed.obs,
            legal: observed.legal,
        }
    }
}

/// T steps of N environments, cut into sequences, with advantages.
#[derive(Debug)]
pub(super) struct Rollout {
    pub(super) transitions: Transitions,
    /// `[1]`
    pub(super) mean_reward: Tensor<1>,
    /// `[1]`
    pub(super) explained_variance: Tensor<1>,
}

/// The steps of a rollout in order of time.
#[derive(Default)]
struct Steps {
    actions: Vec<Tensor<1, Int>>,
    log_probs: Vec<Tensor<1>>,
    episode_starts: Vec<Tensor<1>>,
    /// The state before the first step of each sequence.
    states: Vec<Tensor<2>>,
    outcomes: Vec<Outcome>,
    /// Last observation and state of each step since the last call of `settle`.
    endings: Vec<(FinalObs, Tensor<2>)>,
}

/// Takes `num_steps` steps in every environment; observations go to `shelf`.
pub(super) fn collect(
    model: &Model,
    environment: &mut dyn Environment,
    standing: Standing,
    shelf: Shelf,
    action_rng: &mut Rng,
    config: &Ppo,
) -> (Rollout, Standing) {
    let network = model.inference();
    let num_envs = environment.shape().num_envs;
    let device = standing.obs.device();
    let draws = uniforms([config.num_steps, num_envs], action_rng, &device);
    let mut steps = Steps::default();
    let settle_every = if is_host(&device) { 1 } else { config.sequence_length };
    let (mut standing, mut shelf) = (standing, shelf);
    for (step, draws) in draws.iter_dim(0).enumerate() {
        if step % config.sequence_length == 0 {
            steps.states.push(standing.state.clone());
        }
        let draws = draws.reshape([num_envs]);
        shelf = shelf.put(step, standing.obs.clone(), standing.legal.clone());
        standing = steps.take(&network, environment, standing, draws);
        if steps.endings.len() == settle_every {
            steps.settle(&network);
        }
    }
    let last_value = forward_step(&network, &standing.obs, &standing.state).value;
    (steps.into_rollout(shelf, last_value, config), standing)
}

impl Steps {
    /// Acts once in every environment and notes what came of it.
    fn take(
        &mut self,
        network: &Network,
        environment: &mut dyn Environment,
        standing: Standing,
        draws: Tensor<1>,
    ) -> Standing {
        let Standing { obs, legal, state, episode_starts } = standing;
        let [num_envs] = episode_starts.dims();
        let policy = forward_step(network, &obs, &state);
        let (actions, log_probs) = sample_actions(policy.logits, legal, draws);
        let next = environment.step(actions.clone());
        let ended = (next.terminated.clone() + next.truncated.clone()).greater_scalar(0.0).float();
        let going = ended.clone().neg().add_scalar(1.0).reshape([num_envs, 1]);

        self.log_probs.push(log_probs);
        self.actions.push(actions);
        self.episode_starts.push(episode_starts);
        self.outcomes.push(Outcome {
            final_value: policy.value.zeros_like(),
            value: policy.value,
            reward: next.reward,
            terminated: next.terminated,
            truncated: next.truncated,
        });
        self.endings.push((next.final_obs, policy.state.clone()));
        Standing {
            obs: next.obs,
            legal: next.legal,
            state: policy.state * going,
            episode_starts: ended,
        }
    }

    /// Fills in the value of the last state of the episodes that were cut off in the last steps.
    ///
    /// Only the few rows that need a value are computed. Where the flags have to come from another
    /// device, those of a whole sequence come at once; on the CPU each step is settled, so that its
    /// tensors are soon free again.
    fn settle(&mut self, network: &Network) {
        let endings = std::mem::take(&mut self.endings);
        let first = self.outcomes.len() - endings.len();
        let flags = self.outcomes[first..].iter().map(|outcome| outcome.truncated.clone());
        let flags = Tensor::cat(flags.collect(), 0).into_data();
        let flags: Vec<bool> = flags.iter::<f32>().map(|flag| flag > 0.0).collect();
        let num_envs = flags.len() / endings.len();
        let cut_off = flags.chunks(num_envs).zip(endings).zip(&mut self.outcomes[first..]);
        for ((flags, (final_obs, state)), outcome) in cut_off {
            let rows: Vec<usize> = (0..num_envs).filter(|env| flags[*env]).collect();
            if rows.is_empty() {
                continue;
            }
            let rows = index_tensor(&rows, &state);
            let state = state.select(0, rows.clone());
            let values = network.forward_step(final_obs.rows(rows.clone()), state).value;
            let zeros = outcome.final_value.clone();
            outcome.final_value = zeros.scatter(0, rows, values, IndexingUpdateOp::Add);
        }
    }

    fn into_rollout(self, shelf: Shelf, last_value: Tensor<1>, config: &Ppo) -> Rollout {
        let length = config.sequence_length;
        let advantages = advantages(&self.outcomes, last_value, config.gamma, config.gae_lambda);
        let values: Vec<_> = self.outcomes.iter().map(|outcome| outcome.value.clone()).collect();
        let rewards: Vec<_> = self.outcomes.iter().map(|outcome| outcome.reward.clone()).collect();
        let advantage = by_sequence(&advantages, length); // [T·N]
        let value = by_sequence(&values, length);
        let value_target = advantage.clone() + value.clone();
        let mean_reward = mean_and_variance(by_sequence(&rewards, length)).0;
        let unexplained = mean_and_variance(advantage.clone()).1;
        let variance = mean_and_variance(value_target.clone()).1;
        let facts = Facts::new(Columns {
            episode_starts: by_sequence(&self.episode_starts, length),
            actions: by_sequence(&self.actions, length).float(),
            log_prob: by_sequence(&self.log_probs, length),
            advantage: if config.norm_adv { normalized(advantage) } else { advantage },
            value,
            value_target,
        });
        let states = Tensor::cat(self.states, 0);
        let transitions = Transitions { length, states, shelf, facts };
        let explained_variance = (unexplained / variance).neg().add_scalar(1.0);
        Rollout { transitions, mean_reward, explained_variance }
    }
}

/// Orders T steps of `[N]` as a [`Shelf`] does.
fn by_sequence<K: Basic>(steps: &[Tensor<1, K>], length: usize) -> Tensor<1, K> {
    let sequences = steps.len() / length;
    let order = (0..length).flat_map(|step| (0..sequences).map(move |at| at * length + step));
    Tensor::cat(order.map(|step| steps[step].clone()).collect(), 0)
}

/// Advantages with mean 0 and standard deviation 1.
fn normalized(advantage: Tensor<1>) -> Tensor<1> {
    /// Keeps equal advantages finite; the value of the reference implementations.
    const EPSILON: f32 = 1e-8;
    let (mean, variance) = mean_and_variance(advantage.clone());
    (advantage - mean) / (variance.sqrt() + EPSILON)
}

/// Row numbers on the device of `like`.
pub(super) fn index_tensor(rows: &[usize], like: &Tensor<2>) -> Tensor<1, Int> {
    let rows: Vec<i64> = rows.iter().map(|row| *row as i64).collect();
    let count = rows.len();
    Tensor::from_data(TensorData::new(rows, [count]), &like.device())
}
