//! Collecting experience.

use burn::tensor::kind::Basic;
use burn::tensor::{IndexingUpdateOp, Int, Tensor, TensorData};

use super::categorical;
use super::gae::{Outcome, advantages};
use super::minibatch::Transitions;
use crate::base::Rng;
use crate::config::Ppo;
use crate::learners::numerics::{forward_step, mean_and_variance};
use crate::learners::{Environment, Observed};
use crate::models::{ActorCritic, Network};

/// Where the environments stand between two rollouts.
#[derive(Debug, Clone)]
pub(super) struct Standing {
    /// `[N, O]`
    pub(super) obs: Tensor<2>,
    /// `[N, K]`
    pub(super) legal: Tensor<2>,
    /// `[N, H]`, zeros where an episode starts.
    pub(super) hidden: Tensor<2>,
    /// `[N]`, 1 where the next step is the first of its episode.
    pub(super) episode_starts: Tensor<1>,
}

impl Standing {
    /// The start of every environment's first episode.
    pub(super) fn new(observed: Observed, net: &ActorCritic) -> Self {
        let [num_envs, _] = observed.obs.dims();
        Self {
            hidden: net.initial_hidden(num_envs),
            episode_starts: Tensor::ones([num_envs], &observed.obs.device()),
            obs: observed.obs,
            legal: observed.legal,
        }
    }
}

/// T steps of N environments, cut into sequences, with advantages.
#[derive(Debug, Clone)]
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
    obs: Vec<Tensor<2>>,
    legal: Vec<Tensor<2>>,
    actions: Vec<Tensor<1, Int>>,
    log_probs: Vec<Tensor<1>>,
    episode_starts: Vec<Tensor<1>>,
    /// The hidden state before the first step of each sequence.
    hidden: Vec<Tensor<2>>,
    outcomes: Vec<Outcome>,
    /// Last observation and hidden state of each step since the last call of `settle`.
    endings: Vec<(Tensor<2>, Tensor<2>)>,
}

/// Takes `num_steps` steps in every environment.
pub(super) fn collect(
    net: &ActorCritic,
    environment: &mut dyn Environment,
    standing: Standing,
    action_rng: &mut Rng,
    config: &Ppo,
) -> (Rollout, Standing) {
    let network = net.inference();
    let num_envs = environment.shape().num_envs;
    let device = standing.obs.device();
    let uniforms = categorical::uniforms([config.num_steps, num_envs], action_rng, &device);
    let mut steps = Steps::default();
    let mut standing = standing;
    for (step, draws) in uniforms.iter_dim(0).enumerate() {
        if step % config.sequence_length == 0 {
            steps.hidden.push(standing.hidden.clone());
        }
        let draws = draws.reshape([num_envs]);
        standing = steps.take(&network, environment, standing, draws);
        if steps.endings.len() == config.sequence_length {
            steps.settle(&network);
        }
    }
    let last_value = forward_step(&network, &standing.obs, &standing.hidden).value;
    (steps.into_rollout(last_value, config), standing)
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
        let Standing { obs, legal, hidden, episode_starts } = standing;
        let [num_envs] = episode_starts.dims();
        let policy = forward_step(network, &obs, &hidden);
        let log_probs = categorical::log_probabilities(policy.logits, legal.clone()); // [N, K]
        let actions = categorical::sample(log_probs.clone(), draws);
        let next = environment.step(actions.clone());
        let ended = (next.terminated.clone() + next.truncated.clone()).greater_scalar(0.0).float();
        let going = ended.clone().neg().add_scalar(1.0).reshape([num_envs, 1]);

        self.obs.push(obs);
        self.legal.push(legal);
        self.log_probs.push(categorical::of_action(log_probs, actions.clone()));
        self.actions.push(actions);
        self.episode_starts.push(episode_starts);
        self.outcomes.push(Outcome {
            final_value: policy.value.zeros_like(),
            value: policy.value,
            reward: next.reward,
            terminated: next.terminated,
            truncated: next.truncated,
        });
        self.endings.push((next.final_obs, policy.hidden.clone()));
        Standing {
            obs: next.obs,
            legal: next.legal,
            hidden: policy.hidden * going,
            episode_starts: ended,
        }
    }

    /// Fills in the value of the last state of the episodes that were cut off in the last steps.
    ///
    /// The flags of a whole sequence come to the host at once, so that only the few rows that need
    /// a value are computed.
    fn settle(&mut self, network: &Network) {
        let endings = std::mem::take(&mut self.endings);
        let first = self.outcomes.len() - endings.len();
        let flags = self.outcomes[first..].iter().map(|outcome| outcome.truncated.clone());
        let flags = Tensor::cat(flags.collect(), 0).into_data();
        let flags: Vec<bool> = flags.iter::<f32>().map(|flag| flag > 0.0).collect();
        let num_envs = flags.len() / endings.len();
        let cut_off = flags.chunks(num_envs).zip(endings).zip(&mut self.outcomes[first..]);
        for ((flags, (final_obs, hidden)), outcome) in cut_off {
            let rows: Vec<usize> = (0..num_envs).filter(|env| flags[*env]).collect();
            if rows.is_empty() {
                continue;
            }
            let rows = index_tensor(&rows, &final_obs);
            let state = (final_obs.select(0, rows.clone()), hidden.select(0, rows.clone()));
            let values = network.forward_step(state.0, state.1).value;
            let zeros = outcome.final_value.clone();
            outcome.final_value = zeros.scatter(0, rows, values, IndexingUpdateOp::Add);
        }
    }

    fn into_rollout(self, last_value: Tensor<1>, config: &Ppo) -> Rollout {
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
        let transitions = Transitions {
            length,
            hidden: Tensor::cat(self.hidden, 0),
            obs: by_sequence(&self.obs, length),
            legal: by_sequence(&self.legal, length),
            episode_starts: by_sequence(&self.episode_starts, length),
            actions: by_sequence(&self.actions, length),
            log_prob: by_sequence(&self.log_probs, length),
            advantage: if config.norm_adv { normalized(advantage) } else { advantage },
            value,
            value_target,
        };
        let explained_variance = (unexplained / variance).neg().add_scalar(1.0);
        Rollout { transitions, mean_reward, explained_variance }
    }
}

/// Orders T steps of `[N, …]` as `[L, S, …]` with the first two axes merged, where S counts sequences
/// of L steps, those of one stretch of time beside each other.
fn by_sequence<const D: usize, K: Basic>(steps: &[Tensor<D, K>], length: usize) -> Tensor<D, K> {
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
