//! The state of N environments, and its exact copy on the host for a checkpoint.

use burn::tensor::{Device, Int, Tensor, TensorData, TensorReadError};
use serde::{Deserialize, Serialize};

use super::TensorEnv;
use super::book::Book;
use super::reward::{Moments, RecentReturns, RewardMemory};
use super::starts::TrainingState;
use crate::base::{Rng, RngState};
use crate::gym::slots::SlotRows;

/// Why environments cannot be made or brought back.
#[derive(Debug, thiserror::Error)]
pub enum EnvError {
    /// A decision needs a bar to be filled on.
    #[error("an environment needs at least {needed} rows of market, found {found}")]
    TooFewRows {
        /// The least number.
        needed: usize,
        /// What the tape has.
        found: usize,
    },
    /// The table of actions is for another universe.
    #[error("the action table must have {expected} assets (cash first), found {found}")]
    Assets {
        /// Cash and the symbols of the tape.
        expected: usize,
        /// What the table has.
        found: usize,
    },
    /// Table and settings are of different markets.
    #[error("the action table and the settings must have the same slots, they differ")]
    Slots,
    /// A longest hold needs a way out.
    #[error("`max_hold_bars` needs an action that closes the position (exposure 0), found none")]
    NoFlatAction,
    /// No segment has room for an episode.
    #[error(
        "an episode needs a segment of at least {needed} rows, the longest has {longest}; choose a \
         shorter `env.episode.length_bars`"
    )]
    ShortSegments {
        /// The rows of an episode.
        needed: usize,
        /// The rows of the longest segment.
        longest: usize,
    },
    /// A part of the range that grows has no gaps.
    #[error("`env.curriculum` needs training rows in one piece, found {found} segments")]
    CurriculumInParts {
        /// Segments.
        found: usize,
    },
    /// Nobody would step.
    #[error("the number of environments must be at least 1, was 0")]
    NoEnvs,
    /// A stored state does not fit.
    #[error("a stored state must have {expected} values of {what}, found {found}")]
    Shape {
        /// Which part.
        what: &'static str,
        /// Values expected.
        expected: usize,
        /// Values found.
        found: usize,
    },
    /// The device failed.
    #[error("the state of the environments could not be read from the device")]
    Read(#[from] TensorReadError),
}

/// Where N environments are in their episodes, as tensors.
#[derive(Debug, Clone)]
pub(in crate::gym) struct TensorState {
    /// Row of the tape: `[N]`.
    pub(super) rows: Tensor<1, Int>,
    /// Bars of the episode so far: `[N]`.
    pub(super) num_steps: Tensor<1, Int>,
    pub(super) book: Book,
    pub(super) memory: RewardMemory,
    /// Present in the `slots` market.
    pub(super) slots: Option<SlotRows>,
    /// Present if training episodes differ in more than their starts.
    pub(super) training: Option<TrainingState>,
    pub(super) rng: Rng,
}

/// A state on the host, exact to the bit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnvData {
    /// Row of the tape of each environment.
    pub rows: Vec<i32>,
    /// Bars of the episode so far.
    pub num_steps: Vec<i32>,
    /// Books and moments, and what slots and differing episodes remember, one row of N values after
    /// another.
    pub values: Vec<f32>,
    /// The window of recent returns, empty if the reward has none.
    pub ring: Vec<f32>,
    /// The row of the window that is written next.
    pub ring_row: usize,
    /// The stream of starts.
    pub rng: RngState,
}

impl TensorState {
    /// Copies the state to the host.
    ///
    /// # Errors
    /// [`EnvError::Read`] if the device fails.
    pub(in crate::gym) fn to_data(&self) -> Result<EnvData, EnvError> {
        let book = self.book.clone();
        let mut rows = vec![
            book.cash,
            book.values,
            book.gains,
            book.bars_held,
            book.equity,
            book.peak,
            book.num_trades,
        ];
        if let Some(moments) = self.memory.moments.clone() {
            rows.extend([moments.mean, moments.variance]);
        }
        rows.extend(self.extra_rows());
        let (ring, ring_row) = match &self.memory.recent {
            Some(recent) => (recent.ring.try_to_vec_as()?, recent.next_row),
            None => (Vec::new(), 0),
        };
        Ok(EnvData {
            rows: self.rows.try_to_vec_as()?,
            num_steps: self.num_steps.try_to_vec_as()?,
            values: Tensor::cat(rows, 0).try_into_vec_as()?,
            ring,
            ring_row,
            rng: self.rng.state(),
        })
    }

    /// The position block: `[P, N]`.
    pub(super) fn position_block(&self) -> Tensor<2> {
        match &self.slots {
            Some(slots) => slots.position_block(&self.book),
            None => self.book.position_block(),
        }
    }

    /// What only some settings need, in rows of N values.
    fn extra_rows(&self) -> Vec<Tensor<2>> {
        let [num_envs] = self.rows.dims();
        let mut rows: Vec<Tensor<2>> = self.book.lead.iter().cloned().collect();
        rows.extend(self.memory.episode.rows());
        rows.extend(self.slots.iter().flat_map(SlotRows::rows));
        rows.extend(self.training.iter().flat_map(|training| training.rows(num_envs)));
        rows
    }

    fn num_extra_rows(&self) -> usize {
        self.extra_rows().iter().map(|rows| rows.dims()[0]).sum()
    }

    /// Puts a state back on the device; `blank` is a fresh state of the same environment.
    pub(super) fn from_data(
        env: &TensorEnv,
        blank: &Self,
        data: &EnvData,
    ) -> Result<Self, EnvError> {
        let device = blank.rows.device();
        let [num_symbols, num_envs] = blank.book.values.dims();
        check("rows", data.rows.len(), num_envs)?;
        check("steps", data.num_steps.len(), num_envs)?;
        let has_moments = blank.memory.moments.is_some();
        let num_moments = if has_moments { 2 } else { 0 };
        let num_rows = 4 + 3 * num_symbols + num_moments + blank.num_extra_rows();
        check("the books", data.values.len(), num_rows * num_envs)?;
        let window = blank.memory.recent.as_ref().map_or(0, |recent| recent.ring.dims()[0]);
        check("recent returns", data.ring.len(), window * num_envs)?;
        let mut values = Rows { values: &data.values, num_envs, device: &device };
        let mut book = Book {
            cash: values.take(1),
            values: values.take(num_symbols),
            gains: values.take(num_symbols),
            bars_held: values.take(num_symbols),
            equity: values.take(1),
            peak: values.take(1),
            num_trades: values.take(1),
            lead: None,
        };
        let moments =
            has_moments.then(|| Moments { mean: values.take(1), variance: values.take(1) });
        book.lead = blank.book.lead.as_ref().map(|_| values.take(num_symbols));
        let episode = blank.memory.episode.filled(|rows| values.take(rows));
        let slots = env.slots.as_ref().map(|slots| slots.assembled(|rows| values.take(rows)));
        let training =
            env.training.as_ref().map(|training| training.assembled(|rows| values.take(rows)));
        let mut ring = Rows { values: &data.ring, num_envs, device: &device };
        let recent = (window > 0)
            .then(|| RecentReturns { ring: ring.take(window), next_row: data.ring_row % window });
        Ok(Self {
            rows: integers(&data.rows, &device),
            num_steps: integers(&data.num_steps, &device),
            book,
            memory: RewardMemory { recent, moments, episode },
            slots,
            training,
            rng: Rng::restore(&data.rng),
        })
    }
}

/// Hands out the rows of a host copy in order.
struct Rows<'a> {
    values: &'a [f32],
    num_envs: usize,
    device: &'a Device,
}

impl Rows<'_> {
    fn take(&mut self, num_rows: usize) -> Tensor<2> {
        let (head, rest) = self.values.split_at(num_rows * self.num_envs);
        self.values = rest;
        let data = TensorData::new(head.to_vec(), [num_rows, self.num_envs]);
        Tensor::from_data(data, self.device)
    }
}

fn integers(values: &[i32], device: &Device) -> Tensor<1, Int> {
    Tensor::from_data(TensorData::new(values.to_vec(), [values.len()]), device)
}

fn check(what: &'static str, found: usize, expected: usize) -> Result<(), EnvError> {
    if found == expected { Ok(()) } else { Err(EnvError::Shape { what, expected, found }) }
}
