//! A pole on a cart: a task with a known difficulty, to prove that learners learn.

use burn::tensor::{Device, Int, Tensor, TensorData};
use serde::{Deserialize, Serialize};

use super::contract::{
    Environment, EnvironmentShape, EnvironmentStateError, FinalObs, Observed, Transition,
};
use crate::base::{Rng, RngState, SeedStream};

const GRAVITY: f64 = 9.8;
const CART_MASS: f64 = 1.0;
const POLE_MASS: f64 = 0.1;
/// Half of the pole's length.
const POLE_LENGTH: f64 = 0.5;
const FORCE: f64 = 10.0;
const SECONDS_PER_STEP: f64 = 0.02;
const ANGLE_LIMIT: f64 = 12.0 * std::f64::consts::PI / 180.0;
const POSITION_LIMIT: f64 = 2.4;
const FIRST_STATE_LIMIT: f64 = 0.05;
/// Steps after which an episode is cut off, and the largest return.
const EPISODE_STEPS: u32 = 500;

/// N poles on carts. Pushing left or right earns 1 a step until the pole falls, the cart leaves the
/// track, or 500 steps are done: the first two terminate, the last truncates.
///
/// # Source
/// Barto, Sutton and Anderson, "Neuronlike adaptive elements that can solve difficult learning
/// control problems", 1983; constants and Euler integration of Gymnasium's `CartPole-v1`.
pub struct CartPole {
    episodes: Vec<CartPoleEpisode>,
    rng: Rng,
    device: Device,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct CartPoleEpisode {
    /// Position, velocity, angle, angular velocity.
    state: [f64; 4],
    age: u32,
}

#[derive(Serialize, Deserialize)]
struct CartPoleState {
    episodes: Vec<CartPoleEpisode>,
    rng: RngState,
}

impl CartPole {
    /// Carts with starts drawn from `seed`; observations lie on the device.
    #[must_use]
    pub fn new(num_envs: usize, seed: &SeedStream, device: &Device) -> Self {
        let mut rng = seed.rng();
        let episodes = (0..num_envs).map(|_| CartPoleEpisode::begun(&mut rng)).collect();
        Self { episodes, rng, device: device.clone() }
    }

    fn observed(&self) -> Tensor<2> {
        let values = self.episodes.iter().flat_map(|episode| episode.state.map(|x| x as f32));
        self.table(values.collect(), 4)
    }

    fn table(&self, values: Vec<f32>, columns: usize) -> Tensor<2> {
        Tensor::from_data(TensorData::new(values, [self.episodes.len(), columns]), &self.device)
    }

    fn legal(&self) -> Tensor<2> {
        Tensor::ones([self.episodes.len(), 2], &self.device)
    }
}

impl CartPoleEpisode {
    fn begun(rng: &mut Rng) -> Self {
        let state = [0; 4].map(|_| (2.0 * rng.uniform() - 1.0) * FIRST_STATE_LIMIT);
        Self { state, age: 0 }
    }

    /// Pushes right (1) or left (0).
    fn push(&mut self, action: i64) {
        let [position, velocity, angle, spin] = self.state;
        let force = if action == 1 { FORCE } else { -FORCE };
        let (sin, cos) = angle.sin_cos();
        let mass = CART_MASS + POLE_MASS;
        let moment = POLE_MASS * POLE_LENGTH;
        let thrust = (force + moment * spin * spin * sin) / mass;
        let spin_change = (GRAVITY * sin - cos * thrust)
            / (POLE_LENGTH * (4.0 / 3.0 - POLE_MASS * cos * cos / mass));
        let velocity_change = thrust - moment * spin_change * cos / mass;
        self.state = [
            position + SECONDS_PER_STEP * velocity,
            velocity + SECONDS_PER_STEP * velocity_change,
            angle + SECONDS_PER_STEP * spin,
            spin + SECONDS_PER_STEP * spin_change,
        ];
        self.age += 1;
    }

    fn has_fallen(&self) -> bool {
        self.state[0].abs() > POSITION_LIMIT || self.state[2].abs() > ANGLE_LIMIT
    }
}

impl Environment for CartPole {
    fn shape(&self) -> EnvironmentShape {
        EnvironmentShape { num_envs: self.episodes.len(), num_observations: 4, num_actions: 2 }
    }

    fn reset(&mut self) -> Observed {
        for episode in &mut self.episodes {
            *episode = CartPoleEpisode::begun(&mut self.rng);
        }
        Observed { obs: self.observed(), legal: self.legal() }
    }

    fn step(&mut self, actions: Tensor<1, Int>) -> Transition {
        let actions = actions.into_data();
        for (episode, action) in self.episodes.iter_mut().zip(actions.iter::<i64>()) {
            episode.push(action);
        }
        let final_obs = self.observed();
        let mut ends = [Vec::new(), Vec::new()];
        for episode in &mut self.episodes {
            let fallen = episode.has_fallen();
            let cut_off = !fallen && episode.age >= EPISODE_STEPS;
            ends[0].push(f32::from(fallen));
            ends[1].push(f32::from(cut_off));
            if fallen || cut_off {
                *episode = CartPoleEpisode::begun(&mut self.rng);
            }
        }
        let num_envs = self.episodes.len();
        let [terminated, truncated] = ends.map(|flags| self.table(flags, 1).reshape([num_envs]));
        Transition {
            obs: self.observed(),
            reward: Tensor::ones([num_envs], &self.device),
            terminated,
            truncated,
            final_obs: FinalObs::ready(final_obs),
            legal: self.legal(),
        }
    }

    fn state(&self) -> Result<Vec<u8>, EnvironmentStateError> {
        let state = CartPoleState { episodes: self.episodes.clone(), rng: self.rng.state() };
        serde_json::to_vec(&state).map_err(|error| wrong(error.to_string()))
    }

    fn restore(&mut self, state: &[u8]) -> Result<(), EnvironmentStateError> {
        let state: CartPoleState =
            serde_json::from_slice(state).map_err(|error| wrong(error.to_string()))?;
        let (expected, found) = (self.episodes.len(), state.episodes.len());
        if expected != found {
            return Err(wrong(format!("expected {expected} carts, found {found}")));
        }
        self.episodes = state.episodes;
        self.rng = Rng::restore(&state.rng);
        Ok(())
    }
}

fn wrong(reason: String) -> EnvironmentStateError {
    EnvironmentStateError { reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_equal_gymnasium() {
        // gymnasium.make("CartPole-v1") from state [0.01, -0.02, 0.03, 0.04], pushed right, right,
        // left.
        let mut episode = CartPoleEpisode { state: [0.01, -0.02, 0.03, 0.04], age: 0 };
        let mass = 1.1;
        for action in [1, 1, 0] {
            let [x, v, a, w] = episode.state;
            let force = if action == 1 { 10.0 } else { -10.0 };
            let temp = (force + 0.05 * w * w * a.sin()) / mass;
            let spin = (9.8 * a.sin() - a.cos() * temp)
                / (0.5 * (4.0 / 3.0 - 0.1 * a.cos() * a.cos() / mass));
            let push = temp - 0.05 * spin * a.cos() / mass;
            let expected = [x + 0.02 * v, v + 0.02 * push, a + 0.02 * w, w + 0.02 * spin];
            episode.push(action);
            for (found, expected) in episode.state.iter().zip(expected) {
                assert!((found - expected).abs() < 1e-12);
            }
        }
        assert!((episode.state[1] - 0.174).abs() < 2e-3, "{:?}", episode.state);
    }

    #[test]
    fn one_push_for_ever_ends_the_episode_within_a_dozen_steps() {
        let device = Device::flex();
        let mut carts = CartPole::new(3, &SeedStream::new(1), &device);
        let mut lengths = Vec::new();
        for step in 1..=12 {
            let next = carts.step(Tensor::ones([3], &device));
            let ended: Vec<f32> = next.terminated.try_into_vec_as().unwrap();
            lengths.extend(ended.iter().filter(|end| **end > 0.0).map(|_| step));
            let cut: Vec<f32> = next.truncated.try_into_vec_as().unwrap();
            assert_eq!(cut, [0.0; 3]);
        }
        assert_eq!(lengths.len(), 3);
        assert!(lengths.iter().all(|length| (8..=11).contains(length)), "{lengths:?}");
    }

    #[test]
    fn carts_go_on_from_a_state_as_they_would_have() {
        let device = Device::flex();
        let mut one = CartPole::new(4, &SeedStream::new(1), &device);
        let mut two = CartPole::new(4, &SeedStream::new(2), &device);
        two.restore(&one.state().unwrap()).unwrap();
        for step in 0..40_i32 {
            let action = Tensor::full([4], step % 2, &device);
            let (first, second) = (one.step(action.clone()), two.step(action));
            let values = |t: Transition| t.obs.try_into_vec_as::<f32>().unwrap();
            assert_eq!(values(first), values(second));
        }
        assert!(two.restore(b"{}").is_err());
    }
}
