//! N trading environments: the tensor body on every device, the fused kernel where there is one.

use std::ops::Range;
use std::sync::Arc;

use burn::tensor::{Bool, Device, Int, Tensor};

use super::fused::{FusedEnv, FusedState, PatchedObs};
use super::vector::{EnvData, EnvError, GatheredObs, TensorEnv, TensorState};
use super::{ActionTable, EnvParams, Tape};
use crate::base::SeedStream;
use crate::config::Env;

/// What one step of N environments gives.
#[derive(Debug, Clone)]
pub struct Step {
    /// `[N, O]` observations to act on next: of a new episode where one has ended.
    pub obs: Tensor<2>,
    /// `[N, K]` added to the logits of the next action: 0, or `ILLEGAL_LOGIT` where it is illegal.
    pub mask: Tensor<2>,
    /// `[N]`
    pub reward: Tensor<1>,
    /// `[N]` whether the account was ruined: no future, nothing to bootstrap from.
    pub terminated: Tensor<1, Bool>,
    /// `[N]` whether the episode was cut by its length or the end of data: bootstrap from
    /// [`Step::last_obs`].
    pub truncated: Tensor<1, Bool>,
    /// `[N]` equity at the end of the bar as a fraction of initial equity, before any new episode.
    pub equity: Tensor<1>,
    /// `[N]` traded notional over equity before.
    pub turnover: Tensor<1>,
    /// The observations at the end of the bar, before any new episode: equal to `obs` where no
    /// episode has ended.
    pub last_obs: LastObs,
}

/// Last observations of a step's environments, made when they are asked for.
#[derive(Debug, Clone)]
pub struct LastObs(LastRows);

#[derive(Debug, Clone)]
enum LastRows {
    /// Gathered from the tape on the device.
    Gathered(Box<GatheredObs>),
    /// The step's observations with the rows of ended episodes put back.
    Patched(PatchedObs),
}

impl From<GatheredObs> for LastObs {
    fn from(obs: GatheredObs) -> Self {
        Self(LastRows::Gathered(Box::new(obs)))
    }
}

impl From<PatchedObs> for LastObs {
    fn from(obs: PatchedObs) -> Self {
        Self(LastRows::Patched(obs))
    }
}

impl LastObs {
    /// Those of every environment.
    ///
    /// # Shapes
    /// → `[N, O]`
    #[must_use]
    pub fn all(&self) -> Tensor<2> {
        match &self.0 {
            LastRows::Gathered(obs) => obs.all(),
            LastRows::Patched(obs) => obs.all(),
        }
    }

    /// Those of some environments.
    ///
    /// # Shapes
    /// `envs`: `[M]` → `[M, O]`
    #[must_use]
    pub fn rows(&self, envs: Tensor<1, Int>) -> Tensor<2> {
        match &self.0 {
            LastRows::Gathered(obs) => obs.rows(envs),
            LastRows::Patched(obs) => obs.rows(envs),
        }
    }
}

/// Where N environments are in their episodes. Opaque; [`EnvState::to_data`] copies it out.
#[derive(Debug, Clone)]
pub struct EnvState(Held);

#[derive(Debug, Clone)]
enum Held {
    Tensors(Box<TensorState>),
    Fused(Box<FusedState>),
}

impl EnvState {
    /// Copies the state to the host.
    ///
    /// # Errors
    /// [`EnvError::Read`] if the device fails.
    pub fn to_data(&self) -> Result<EnvData, EnvError> {
        match &self.0 {
            Held::Tensors(state) => state.to_data(),
            Held::Fused(state) => Ok(state.to_data()),
        }
    }
}

/// N trading environments on one device; state in, state out.
///
/// The tensor body defines what a step does and serves every device and every setting. On the
/// processor a fused kernel does the same arithmetic in the same order where it knows the settings;
/// results are equal to the bit, but for the sign of a zero.
#[derive(Debug, Clone)]
pub struct VecEnv {
    tensors: TensorEnv,
    fused: Option<Arc<FusedEnv>>,
}

impl VecEnv {
    /// Uploads the tape and makes `env.num_envs` environments. `seeds` is the `env` stream of the run.
    ///
    /// # Errors
    /// [`EnvError`] if tape, table and rules do not fit together.
    pub fn try_new(
        tape: &Tape,
        table: &ActionTable,
        env: &Env,
        device: &Device,
        seeds: &SeedStream,
    ) -> Result<Self, EnvError> {
        let whole = 0..tape.len();
        Self::try_new_in((tape, std::slice::from_ref(&whole)), table, env, device, seeds)
    }

    /// As [`Self::try_new`], with every episode inside one of several segments of the tape: rows in
    /// ascending order, apart from each other.
    ///
    /// # Errors
    /// [`EnvError`] if tape, segments, table and rules do not fit together.
    pub fn try_new_in(
        (tape, segments): (&Tape, &[Range<usize>]),
        table: &ActionTable,
        env: &Env,
        device: &Device,
        seeds: &SeedStream,
    ) -> Result<Self, EnvError> {
        let tensors = TensorEnv::try_new((tape, segments), table, env, device, seeds)?;
        let fused = FusedEnv::over(&tensors, table).map(Arc::new);
        Ok(Self { tensors, fused })
    }

    /// As [`Self::try_new`], but always stepped by the tensor body.
    ///
    /// # Errors
    /// [`EnvError`] if tape, table and rules do not fit together.
    pub fn try_new_plain(
        tape: &Tape,
        table: &ActionTable,
        env: &Env,
        device: &Device,
        seeds: &SeedStream,
    ) -> Result<Self, EnvError> {
        Ok(Self::try_new(tape, table, env, device, seeds)?.without_kernel())
    }

    /// The same environments, always stepped by the tensor body.
    #[must_use]
    pub fn without_kernel(self) -> Self {
        Self { fused: None, ..self }
    }

    /// Begins an episode in every environment: the state, observations `[N, O]` and mask `[N, K]`.
    #[must_use]
    pub fn reset(&self) -> (EnvState, Tensor<2>, Tensor<2>) {
        let (state, obs, mask) = self.tensors.reset();
        (self.hold(state), obs, mask)
    }

    /// Takes one action in every environment and begins a new episode where one ends.
    ///
    /// # Shapes
    /// `actions`: `[N]`, legal ones: what the mask forbids is not checked again.
    ///
    /// # Panics
    /// If there is not one action per environment, or one is not in the table.
    #[must_use]
    pub fn step(&self, state: EnvState, actions: Tensor<1, Int>) -> (EnvState, Step) {
        assert_eq!(actions.dims(), [self.num_envs()], "invariant: one action per environment");
        match (&self.fused, state.0) {
            (Some(fused), Held::Fused(mut state)) => {
                let step = fused.step(&mut state, actions);
                (EnvState(Held::Fused(state)), step)
            }
            (_, held) => {
                let (state, step) = self.tensors.step(self.unfused(held), actions);
                (EnvState(Held::Tensors(Box::new(state))), step)
            }
        }
    }

    /// As [`Self::step`], with what a policy gives as numbers in place of actions.
    ///
    /// # Shapes
    /// `raw`: `[N, M]`, M = [`WeightRule::num_outputs`](super::WeightRule::num_outputs)
    ///
    /// # Panics
    /// If the market is not one of continuous weights.
    #[must_use]
    pub fn step_weights(&self, state: EnvState, raw: Tensor<2>) -> (EnvState, Step) {
        let (state, step) = self.tensors.step_weights(self.unfused(state.0), raw);
        (self.hold(state), step)
    }

    /// Observations `[N, O]` and mask `[N, K]` of a state, for going on after a restart.
    #[must_use]
    pub fn observe(&self, state: &EnvState) -> (Tensor<2>, Tensor<2>) {
        self.tensors.observe(&self.unfused(state.0.clone()))
    }

    /// Brings back a state that [`EnvState::to_data`] copied out.
    ///
    /// # Errors
    /// [`EnvError::Shape`] if it is of another environment.
    pub fn state_from_data(&self, data: &EnvData) -> Result<EnvState, EnvError> {
        Ok(self.hold(self.tensors.state_from_data(data)?))
    }

    /// Whether the fused kernel steps these environments.
    #[must_use]
    pub fn is_fused(&self) -> bool {
        self.fused.is_some()
    }

    /// How many environments step together.
    #[must_use]
    pub fn num_envs(&self) -> usize {
        self.tensors.num_envs
    }

    /// How many actions there are.
    #[must_use]
    pub fn num_actions(&self) -> usize {
        self.tensors.num_actions
    }

    /// Values of an observation: features and position block.
    #[must_use]
    pub fn obs_width(&self) -> usize {
        self.tensors.obs_width()
    }

    /// Whether any action can ever be illegal; otherwise every mask is 0.
    #[must_use]
    pub fn has_masks(&self) -> bool {
        self.tensors.has_masks()
    }

    /// The numbers that the accounts run on.
    #[must_use]
    pub fn params(&self) -> &EnvParams {
        &self.tensors.params
    }

    fn hold(&self, state: TensorState) -> EnvState {
        let fused = self.fused.as_ref().and_then(|fused| fused.state(&state));
        EnvState(match fused {
            Some(fused) => Held::Fused(Box::new(fused)),
            None => Held::Tensors(Box::new(state)),
        })
    }

    fn unfused(&self, held: Held) -> TensorState {
        match held {
            Held::Tensors(state) => *state,
            Held::Fused(state) => match self.tensors.state_from_data(&state.to_data()) {
                Ok(state) => state,
                Err(error) => unreachable!("invariant: a state is of its environment: {error}"),
            },
        }
    }
}
