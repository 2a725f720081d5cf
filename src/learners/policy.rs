//! A trained policy for one account at a time, in plain numbers.

use burn::tensor::{Device, Tensor, TensorData};

use super::bundle::{Bundle, BundleError};
use crate::models::{Heads, Model, Network};

/// A policy that acts greedily and remembers its episode.
pub struct Policy {
    network: Network,
    heads: Heads,
    start: Tensor<2>,
    state: Tensor<2>,
    num_observations: usize,
    num_actions: usize,
}

/// One decision, with everything that led to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// The chosen row of the action table.
    pub action: usize,
    /// What the network gave, before illegal actions were left out: logits of a policy, or the value
    /// of each action.
    pub logits: Vec<f32>,
    /// Probabilities; 0 for an action that is not legal. A network that values actions is certain of
    /// the best one.
    pub probabilities: Vec<f32>,
    /// The network's estimate of the discounted reward to come; that of the chosen action if it
    /// values actions.
    pub value: f32,
}

/// A decision could not be made.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    /// An observation of another length.
    #[error("an observation must have {expected} values, had {found}")]
    Observation {
        /// The network's width.
        expected: usize,
        /// The length given.
        found: usize,
    },
    /// Legal flags of another length.
    #[error("expected a legal flag for each of {expected} actions, found {found}")]
    Legal {
        /// The network's actions.
        expected: usize,
        /// The length given.
        found: usize,
    },
    /// Nothing may be done.
    #[error("at least one action must be legal, none was")]
    NothingLegal,
    /// The observation is infinite or not a number.
    #[error("an observation must be finite, was {value} at index {index}")]
    NotFinite {
        /// Position in the observation.
        index: usize,
        /// The value.
        value: f32,
    },
    /// The network's answer is infinite or not a number, or cannot be read.
    #[error("expected a finite answer of the network, found {found}")]
    Answer {
        /// What came instead.
        found: String,
    },
}

impl Policy {
    /// The policy of a network, on the CPU.
    #[must_use]
    pub fn new(model: &Model) -> Self {
        let cpu = Device::flex();
        let model = model.with_parameters(model.parameters().clone().to_device(&cpu));
        let start = model.initial_state(1);
        Self {
            network: model.inference(),
            heads: model.architecture().heads.clone(),
            state: start.clone(),
            start,
            num_observations: model.architecture().num_observations(),
            num_actions: model.architecture().num_actions(),
        }
    }

    /// The policy of a bundle.
    ///
    /// # Errors
    /// [`BundleError`] if its weights do not fit its architecture.
    pub fn from_bundle(bundle: &Bundle) -> Result<Self, BundleError> {
        Ok(Self::new(&bundle.net(&Device::flex())?))
    }

    /// Values in an observation.
    #[must_use]
    pub const fn num_observations(&self) -> usize {
        self.num_observations
    }

    /// Actions to choose from.
    #[must_use]
    pub const fn num_actions(&self) -> usize {
        self.num_actions
    }

    /// Forgets the episode.
    pub fn reset(&mut self) {
        self.state = self.start.clone();
    }

    /// Chooses the most probable legal action, the first of equals, and remembers the observation.
    ///
    /// # Errors
    /// [`PolicyError`] for an observation that does not fit; the memory is then unchanged.
    pub fn decide(&mut self, observation: &[f32], legal: &[bool]) -> Result<Decision, PolicyError> {
        let (decision, state) = self.think(observation, legal)?;
        self.state = state;
        Ok(decision)
    }

    /// What [`Self::decide`] would choose now; the memory is unchanged.
    ///
    /// # Errors
    /// [`PolicyError`] for an observation that does not fit.
    pub fn peek(&self, observation: &[f32], legal: &[bool]) -> Result<Decision, PolicyError> {
        self.think(observation, legal).map(|(decision, _)| decision)
    }

    /// The decision and the memory after it.
    fn think(
        &self,
        observation: &[f32],
        legal: &[bool],
    ) -> Result<(Decision, Tensor<2>), PolicyError> {
        self.check(observation, legal)?;
        let obs = TensorData::new(observation.to_vec(), [1, self.num_observations]);
        let obs = Tensor::from_data(obs, &Device::flex());
        let (features, state) = self.network.trunk_step(obs, self.state.clone());
        let (logits, value) = self.answer(features)?;
        let action = best_legal(&logits, legal).ok_or(PolicyError::NothingLegal)?;
        let (probabilities, value) = match value {
            Some(value) => (probabilities(&logits, legal, logits[action]), value),
            None => (certain(action, logits.len()), logits[action]),
        };
        Ok((Decision { action, logits, probabilities, value }, state))
    }

    /// Logits and the value of the state, or values of actions alone; all finite.
    fn answer(&self, features: Tensor<2>) -> Result<(Vec<f32>, Option<f32>), PolicyError> {
        let answers = match &self.heads {
            Heads::ActorCritic { .. } => {
                let (logits, value) = self.network.actor_critic(features);
                (host(logits)?, host(value)?.first().copied())
            }
            Heads::QValues(shape) => {
                (host(shape.means(self.network.q_values(features, None)))?, None)
            }
        };
        match answers.0.iter().chain(&answers.1).find(|value| !value.is_finite()) {
            Some(wrong) => Err(PolicyError::Answer { found: wrong.to_string() }),
            None => Ok(answers),
        }
    }

    fn check(&self, observation: &[f32], legal: &[bool]) -> Result<(), PolicyError> {
        let (expected, found) = (self.num_observations, observation.len());
        if expected != found {
            return Err(PolicyError::Observation { expected, found });
        }
        let (expected, found) = (self.num_actions, legal.len());
        if expected != found {
            return Err(PolicyError::Legal { expected, found });
        }
        match observation.iter().position(|value| !value.is_finite()) {
            Some(index) => Err(PolicyError::NotFinite { index, value: observation[index] }),
            None => Ok(()),
        }
    }
}

fn host<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>, PolicyError> {
    tensor.try_into_vec_as().map_err(|error| PolicyError::Answer { found: error.to_string() })
}

fn certain(action: usize, num_actions: usize) -> Vec<f32> {
    (0..num_actions).map(|at| f32::from(at == action)).collect()
}

fn best_legal(logits: &[f32], legal: &[bool]) -> Option<usize> {
    let mut best: Option<usize> = None;
    for action in (0..logits.len()).filter(|action| legal[*action]) {
        if best.is_none_or(|best| logits[action] > logits[best]) {
            best = Some(action);
        }
    }
    best
}

/// Softmax over the legal actions, in f64 inside.
fn probabilities(logits: &[f32], legal: &[bool], largest: f32) -> Vec<f32> {
    let weight = |(logit, legal): (&f32, &bool)| {
        if *legal { (f64::from(*logit) - f64::from(largest)).exp() } else { 0.0 }
    };
    let weights: Vec<f64> = logits.iter().zip(legal).map(weight).collect();
    let total: f64 = weights.iter().sum();
    weights.iter().map(|weight| (weight / total) as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::SeedStream;
    use crate::config::{Gru, Model as Settings};
    use crate::models::{Architecture, Atoms, QShape};

    fn policy() -> Policy {
        of(Architecture::actor_critic(&settings(), 2, 3))
    }

    fn settings() -> Settings {
        Settings::Gru(Gru { encoder: 6, hidden: 5, layers: 1 })
    }

    fn of(architecture: Architecture) -> Policy {
        let mut rng = SeedStream::new(2).child("init").rng();
        Policy::new(&Model::init(architecture, &mut rng, &Device::flex()))
    }

    #[test]
    fn a_network_that_values_actions_is_certain_of_the_best_legal_one() {
        let atoms = Some(Atoms { count: 5, min: -1.0, max: 1.0 });
        for atoms in [None, atoms] {
            let shape = QShape { num_actions: 3, dueling: true, atoms, noisy: true };
            let mut policy = of(Architecture::q_values(&settings(), 2, shape));
            let best = policy.decide(&[0.5, 0.5], &[true; 3]).unwrap();
            let (largest, chosen) =
                (best.logits.iter().copied().fold(f32::MIN, f32::max), best.action);
            assert_eq!((best.value, best.logits[chosen]), (largest, largest));
            assert_eq!(best.probabilities.iter().sum::<f32>(), best.probabilities[chosen]);
            policy.reset();
            let legal: Vec<bool> = (0..3).map(|action| action != chosen).collect();
            let second = policy.decide(&[0.5, 0.5], &legal).unwrap();
            assert_ne!(second.action, chosen);
            assert_eq!(second.value, second.logits[second.action]);
        }
    }

    #[test]
    fn it_remembers_and_forgets() {
        let mut policy = policy();
        let all = [true; 3];
        let first = policy.decide(&[1.0, -1.0], &all).unwrap();
        let second = policy.decide(&[1.0, -1.0], &all).unwrap();
        assert_ne!(first.logits, second.logits);
        policy.reset();
        assert_eq!(policy.decide(&[1.0, -1.0], &all).unwrap(), first);
        let sum: f32 = first.probabilities.iter().sum();
        assert!((sum - 1.0).abs() < 1e-6);
    }

    #[test]
    fn a_peek_is_the_next_decision_and_is_forgotten() {
        let mut policy = policy();
        let all = [true; 3];
        policy.decide(&[0.5, 0.25], &all).unwrap();
        let peeked = policy.peek(&[1.0, -1.0], &all).unwrap();
        policy.peek(&[-3.0, 2.0], &all).unwrap();
        assert_eq!(policy.decide(&[1.0, -1.0], &all).unwrap(), peeked);
    }

    #[test]
    fn an_illegal_action_is_never_chosen() {
        let mut policy = policy();
        let best = policy.decide(&[0.5, 0.5], &[true; 3]).unwrap().action;
        policy.reset();
        let legal: Vec<bool> = (0..3).map(|action| action != best).collect();
        let decision = policy.decide(&[0.5, 0.5], &legal).unwrap();
        assert_ne!(decision.action, best);
        assert_eq!(decision.probabilities[best], 0.0);
    }

    fn check_refused(observation: &[f32], legal: &[bool], expected: &str) {
        let error = policy().decide(observation, legal).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn observations_that_do_not_fit_are_refused() {
        let all = [true; 3];
        check_refused(&[1.0], &all, "an observation must have 2 values, had 1");
        check_refused(&[1.0, 2.0], &[true], "expected a legal flag for each of 3 actions, found 1");
        check_refused(&[1.0, 2.0], &[false; 3], "at least one action must be legal, none was");
        let text = "an observation must be finite, was NaN at index 1";
        check_refused(&[1.0, f32::NAN], &all, text);
    }
}
