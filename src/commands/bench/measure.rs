//! Environment steps per second of the gym by itself.

use burn::tensor::{Device, Int, Tensor, TensorData};
use serde::Serialize;

use crate::base::{Rng, SeedStream, Stopwatch};
use crate::gym::{EnvState, VecEnv};

/// Seconds of one repetition.
const SECONDS: f64 = 0.4;
/// Seconds before the first repetition that do not count.
const WARM_UP_SECONDS: f64 = 0.1;
/// Actions that are drawn ahead, one for each environment, and taken in turn.
const NUM_DRAWS: usize = 16;
/// Steps between two looks at the clock.
const STEPS_PER_LOOK: usize = 16;

/// The speed of one number of environments.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Speed {
    /// Environments that step together.
    pub(super) num_envs: usize,
    /// Median over the repetitions.
    pub(super) env_steps_per_s: f64,
    /// Slowest repetition.
    pub(super) lowest: f64,
    /// Fastest repetition.
    pub(super) highest: f64,
    /// Whether the fused kernel stepped them.
    pub(super) fused: bool,
}

/// A gym that takes random legal actions.
pub(super) struct Bench<'a> {
    env: &'a VecEnv,
    device: &'a Device,
    state: EnvState,
    mask: Tensor<2>,
    /// Drawn ahead; used where every action is legal.
    draws: Vec<Tensor<1, Int>>,
    rng: Rng,
}

impl<'a> Bench<'a> {
    pub(super) fn new(env: &'a VecEnv, device: &'a Device, seeds: &SeedStream) -> Self {
        let mut rng = seeds.child("action").rng();
        let num_actions = env.num_actions();
        let mut draw = || {
            let actions = (0..env.num_envs()).map(|_| rng.below(num_actions) as i32).collect();
            actions_tensor(actions, device)
        };
        let draws = (0..NUM_DRAWS).map(|_| draw()).collect();
        let (state, _, mask) = env.reset();
        Self { env, device, state, mask, draws, rng }
    }

    /// Measures, calling `done` after every repetition.
    pub(super) fn measure(mut self, repetitions: usize, mut done: impl FnMut(f64)) -> Speed {
        self = self.run(WARM_UP_SECONDS).0;
        let mut rates = Vec::with_capacity(repetitions);
        for _ in 0..repetitions {
            let (bench, rate) = self.run(SECONDS);
            self = bench;
            rates.push(rate);
            done(rate);
        }
        rates.sort_by(f64::total_cmp);
        Speed {
            num_envs: self.env.num_envs(),
            env_steps_per_s: median(&rates),
            lowest: rates.first().copied().unwrap_or_default(),
            highest: rates.last().copied().unwrap_or_default(),
            fused: self.env.is_fused(),
        }
    }

    /// Steps for some seconds and gives the rate.
    fn run(self, seconds: f64) -> (Self, f64) {
        if self.env.has_masks() { self.run_masked(seconds) } else { self.run_free(seconds) }
    }

    /// Every action is legal: nothing but steps is done between two looks at the clock.
    fn run_free(mut self, seconds: f64) -> (Self, f64) {
        let watch = Stopwatch::start();
        let mut num_steps = 0;
        loop {
            let mut reward = None;
            for _ in 0..STEPS_PER_LOOK {
                let actions = self.draws[num_steps % NUM_DRAWS].clone();
                let (state, step) = self.env.step(self.state, actions);
                self.state = state;
                num_steps += 1;
                reward = Some(step.reward);
            }
            wait_for(reward);
            let passed = watch.seconds();
            if passed >= seconds {
                let num_envs = self.env.num_envs();
                return (self, rate(num_steps, passed, num_envs));
            }
        }
    }

    /// Actions are drawn among the legal ones; the clock stands meanwhile.
    fn run_masked(mut self, seconds: f64) -> (Self, f64) {
        let mut num_steps = 0;
        let mut passed = 0.0;
        while passed < seconds {
            let actions = self.legal_actions();
            let watch = Stopwatch::start();
            let (state, step) = self.env.step(self.state, actions);
            wait_for(Some(step.reward));
            passed += watch.seconds();
            self.state = state;
            self.mask = step.mask;
            num_steps += 1;
        }
        let num_envs = self.env.num_envs();
        (self, rate(num_steps, passed, num_envs))
    }

    fn legal_actions(&mut self) -> Tensor<1, Int> {
        let mask = self.mask.clone().into_data();
        let mask: Vec<f32> = mask.iter::<f32>().collect();
        let actions = mask
            .chunks(self.env.num_actions())
            .map(|mask| {
                let legal = mask.iter().filter(|value| **value == 0.0).count();
                let chosen = self.rng.below(legal.max(1));
                let places = mask.iter().enumerate().filter(|(_, value)| **value == 0.0);
                places.map(|(action, _)| action as i32).nth(chosen).unwrap_or_default()
            })
            .collect();
        actions_tensor(actions, self.device)
    }
}

fn actions_tensor(actions: Vec<i32>, device: &Device) -> Tensor<1, Int> {
    let count = actions.len();
    Tensor::from_data(TensorData::new(actions, [count]), device)
}

/// A device may still be at work when a step returns.
fn wait_for(reward: Option<Tensor<1>>) {
    if let Some(reward) = reward {
        let _ = reward.slice(0..1).into_data();
    }
}

fn rate(num_steps: usize, seconds: f64, num_envs: usize) -> f64 {
    (num_steps * num_envs) as f64 / seconds
}

/// The middle of sorted values, the lower one of two.
fn median(sorted: &[f64]) -> f64 {
    sorted.get((sorted.len().max(1) - 1) / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_lower_middle() {
        assert_eq!(median(&[1.0, 2.0, 3.0]), 2.0);
        assert_eq!(median(&[1.0, 2.0, 3.0, 4.0]), 2.0);
        assert_eq!(median(&[]), 0.0);
    }
}
