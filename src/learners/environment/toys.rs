//! Toy tasks with a known best policy.

use burn::tensor::{Device, Int, Tensor, TensorData};
use serde::{Deserialize, Serialize};

use super::contract::{
    Environment, EnvironmentShape, EnvironmentStateError, FinalObs, Observed, Transition,
};
use crate::base::{Rng, RngState, SeedStream};

/// Shows one of two cues, then nothing for some steps, then asks: the action that names the cue
/// earns 1. Without memory the best mean reward of a question is ½.
pub(crate) struct RecallCue {
    num_envs: usize,
    delay: usize,
    /// Cue and steps since it was shown, per environment.
    episodes: Vec<(usize, usize)>,
    rng: Rng,
}

#[derive(Serialize, Deserialize)]
struct RecallState {
    episodes: Vec<(usize, usize)>,
    rng: RngState,
}

impl RecallCue {
    pub(crate) fn new(num_envs: usize, delay: usize, seed: u64) -> Self {
        let rng = SeedStream::new(seed).child("env").rng();
        Self { num_envs, delay, episodes: vec![(0, 0); num_envs], rng }
    }

    fn observed(&self) -> Tensor<2> {
        let rows = self.episodes.iter().flat_map(|(cue, age)| {
            let shown = |which: usize| f32::from(*age == 0 && *cue == which);
            [shown(0), shown(1), f32::from(*age == self.delay)]
        });
        table(rows.collect(), [self.num_envs, 3])
    }
}

impl Environment for RecallCue {
    fn shape(&self) -> EnvironmentShape {
        EnvironmentShape { num_envs: self.num_envs, num_observations: 3, num_actions: 2 }
    }

    fn reset(&mut self) -> Observed {
        for episode in 0..self.num_envs {
            self.episodes[episode] = (self.rng.below(2), 0);
        }
        Observed { obs: self.observed(), legal: all_legal(self.num_envs, 2) }
    }

    fn step(&mut self, actions: Tensor<1, Int>) -> Transition {
        let actions: Vec<i64> = actions.try_into_vec_as().unwrap();
        let mut reward = Vec::new();
        let mut terminated = Vec::new();
        let final_obs = self.observed();
        for (episode, action) in self.episodes.iter_mut().zip(actions) {
            let asked = episode.1 == self.delay;
            reward.push(f32::from(asked && action == episode.0 as i64));
            terminated.push(f32::from(asked));
            *episode = if asked { (self.rng.below(2), 0) } else { (episode.0, episode.1 + 1) };
        }
        Transition {
            obs: self.observed(),
            reward: row(reward),
            truncated: row(vec![0.0; terminated.len()]),
            terminated: row(terminated),
            final_obs: FinalObs::ready(final_obs),
            legal: all_legal(self.num_envs, 2),
        }
    }

    fn state(&self) -> Result<Vec<u8>, EnvironmentStateError> {
        let state = RecallState { episodes: self.episodes.clone(), rng: self.rng.state() };
        Ok(serde_json::to_vec(&state).unwrap())
    }

    fn restore(&mut self, state: &[u8]) -> Result<(), EnvironmentStateError> {
        let state: RecallState = serde_json::from_slice(state)
            .map_err(|error| EnvironmentStateError { reason: error.to_string() })?;
        self.episodes = state.episodes;
        self.rng = Rng::restore(&state.rng);
        Ok(())
    }
}

/// Pays each arm's reward at once. Action 2, if there is one more arm than rewards, is never legal.
pub(crate) struct Bandit {
    pub(crate) num_envs: usize,
    pub(crate) rewards: Vec<f32>,
    /// Steps until an episode is cut off.
    pub(crate) length: usize,
    pub(crate) age: usize,
}

impl Bandit {
    pub(crate) fn new(num_envs: usize, rewards: &[f32], length: usize) -> Self {
        Self { num_envs, rewards: rewards.to_vec(), length, age: 0 }
    }

    /// The last arm pays most and may not be pulled.
    fn legal(&self) -> Tensor<2> {
        let arms = self.rewards.len();
        let flags = (0..self.num_envs * arms).map(|at| f32::from(at % arms != arms - 1));
        table(flags.collect(), [self.num_envs, arms])
    }

    fn observed(&self) -> Tensor<2> {
        table(vec![1.0; self.num_envs], [self.num_envs, 1])
    }
}

impl Environment for Bandit {
    fn shape(&self) -> EnvironmentShape {
        let num_actions = self.rewards.len();
        EnvironmentShape { num_envs: self.num_envs, num_observations: 1, num_actions }
    }

    fn reset(&mut self) -> Observed {
        self.age = 0;
        Observed { obs: self.observed(), legal: self.legal() }
    }

    fn step(&mut self, actions: Tensor<1, Int>) -> Transition {
        let actions: Vec<i64> = actions.try_into_vec_as().unwrap();
        let reward = actions.iter().map(|action| self.rewards[*action as usize]).collect();
        self.age += 1;
        let cut_off = self.age == self.length;
        if cut_off {
            self.age = 0;
        }
        Transition {
            obs: self.observed(),
            reward: row(reward),
            terminated: row(vec![0.0; self.num_envs]),
            truncated: row(vec![f32::from(cut_off); self.num_envs]),
            final_obs: FinalObs::ready(self.observed()),
            legal: self.legal(),
        }
    }

    fn state(&self) -> Result<Vec<u8>, EnvironmentStateError> {
        Ok(vec![u8::try_from(self.age).unwrap()])
    }

    fn restore(&mut self, state: &[u8]) -> Result<(), EnvironmentStateError> {
        self.age = usize::from(state[0]);
        Ok(())
    }
}

fn all_legal(num_envs: usize, num_actions: usize) -> Tensor<2> {
    Tensor::ones([num_envs, num_actions], &Device::flex())
}

fn row(values: Vec<f32>) -> Tensor<1> {
    let count = values.len();
    Tensor::from_data(TensorData::new(values, [count]), &Device::flex())
}

fn table(values: Vec<f32>, shape: [usize; 2]) -> Tensor<2> {
    Tensor::from_data(TensorData::new(values, shape), &Device::flex())
}
