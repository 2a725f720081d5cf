//! The step of all environments: threads, the kernel, and new episodes.

use burn::tensor::{Bool, Int, Tensor};
use burn_flex::{Flex, FlexTensor};
use pulp::Arch;

use super::integers::Integers;
use super::kernel::{Blocks, LANES, write_mask};
use super::last_obs::PatchedObs;
use super::outputs::float;
use super::settings::Settings;
use super::slices::{Slices, Widths};
use super::state::{FusedState, num_book_rows};
use super::tables::{Given, Tables};
use crate::gym::vector::{TensorEnv, TensorState};
use crate::gym::{ActionTable, Step};

/// Blocks that one thread steps without asking for help: below, waking a thread costs more than it
/// brings.
const MIN_BLOCKS: usize = 8;

/// The fused step of N environments on the processor.
#[derive(Debug)]
pub(in crate::gym) struct FusedEnv {
    /// The vector unit of this processor.
    pub(super) arch: Arch,
    settings: Settings,
    tables: Tables,
    /// `[N, K]` the mask that forbids nothing.
    open_mask: Tensor<2>,
}

impl FusedEnv {
    /// The fused step of a tensor environment; nothing if the kernel does not know its device, its
    /// settings or actions that are weights.
    pub(in crate::gym) fn over(env: &TensorEnv, table: &ActionTable) -> Option<Self> {
        env.market.features.clone().try_into_primitive::<Flex>().ok()?;
        if env.weights.is_some() {
            return None;
        }
        let settings = Settings::of(env)?;
        let tables = Tables::of(env, table, &settings)?;
        let device = env.market.features.device();
        let open_mask = Tensor::zeros([settings.num_envs, settings.num_actions], &device);
        Some(Self { arch: Arch::new(), settings, tables, open_mask })
    }

    /// A state in the kernel's order; nothing if it cannot be read.
    pub(in crate::gym) fn state(&self, state: &TensorState) -> Option<FusedState> {
        FusedState::from_data(&self.settings, state.to_data().ok()?)
    }

    /// Takes one action in every environment and begins a new episode where one ends.
    pub(in crate::gym) fn step(&self, state: &mut FusedState, actions: Tensor<1, Int>) -> Step {
        let num_envs = self.settings.num_envs;
        let actions = Integers::new(actions);
        let outputs = &mut state.outputs;
        let mut obs = outputs.obs.floats([num_envs, self.tables.features_width]);
        let mut reward = outputs.reward.floats([num_envs]);
        let mut equity = outputs.equity.floats([num_envs]);
        let mut turnover = outputs.turnover.floats([num_envs]);
        let mut terminated = outputs.terminated.flags(num_envs);
        let mut truncated = outputs.truncated.flags(num_envs);
        let slices = Slices {
            actions: actions.slice(),
            rows: &mut state.rows,
            num_steps: &mut state.num_steps,
            books: &mut state.books.rows,
            ring: &mut state.ring.rows,
            obs: obs.storage_mut(),
            reward: reward.storage_mut(),
            equity: equity.storage_mut(),
            turnover: turnover.storage_mut(),
            terminated: terminated.storage_mut(),
            truncated: truncated.storage_mut(),
            widths: self.widths(),
        };
        let job = Blocks { slices, ring_row: state.ring_row, given: self.given() };
        let num_ended = run(job, self.arch);
        if state.ring.height > 0 {
            state.ring_row = (state.ring_row + 1) % state.ring.height;
        }
        let offset = state.rng.below(self.tables.num_offsets);
        let (ended, values) = if num_ended > 0 {
            let flags = (terminated.storage(), truncated.storage());
            let ended = ended(flags, num_ended);
            let values = self.begin_anew(state, &ended, offset, obs.storage_mut());
            (ended, values)
        } else {
            (Vec::new(), Vec::new())
        };
        let mask = self.mask(state);
        let outputs = &mut state.outputs;
        let obs = outputs.obs.hand_out(obs);
        Step {
            obs: float(obs.clone()),
            mask,
            reward: float(outputs.reward.hand_out(reward)),
            terminated: flags(outputs.terminated.hand_out(terminated)),
            truncated: flags(outputs.truncated.hand_out(truncated)),
            equity: float(outputs.equity.hand_out(equity)),
            turnover: float(outputs.turnover.hand_out(turnover)),
            last_obs: PatchedObs { obs, ended, values }.into(),
        }
    }

    fn given(&self) -> Given<'_> {
        Given { tables: &self.tables, settings: &self.settings }
    }

    fn widths(&self) -> Widths {
        Widths {
            books: num_book_rows(&self.settings),
            ring: self.settings.rewards.sharpe_blend.map_or(0, |part| part.window as usize),
            obs: self.tables.features_width,
        }
    }

    /// Begins new episodes and gives the last observations of the ended ones.
    fn begin_anew(
        &self,
        state: &mut FusedState,
        ended: &[usize],
        offset: usize,
        obs: &mut [f32],
    ) -> Vec<f32> {
        let width = self.tables.features_width;
        let num_features = self.settings.num_features;
        let mut last = Vec::with_capacity(ended.len() * width);
        for &env in ended {
            let row = self.tables.starts[offset + env];
            state.rows[env] = row;
            state.num_steps[env] = 0;
            state.books.clear(env, &self.ones());
            state.ring.clear(env, &[]);
            let obs = &mut obs[env * width..][..width];
            last.extend_from_slice(obs);
            obs.copy_from_slice(&self.tables.features[row as usize * width..][..width]);
            obs[num_features] = 1.0;
        }
        last
    }

    /// The rows of a book that are 1 when an episode begins: cash, equity and its peak.
    fn ones(&self) -> [usize; 3] {
        let equity = 1 + 3 * self.settings.num_symbols;
        [0, equity, equity + 1]
    }

    fn mask(&self, state: &mut FusedState) -> Tensor<2> {
        if !self.tables.has_masks {
            return self.open_mask.clone();
        }
        let num_actions = self.settings.num_actions;
        let mut mask = state.outputs.mask.floats([self.settings.num_envs, num_actions]);
        let height = state.books.height;
        let masks = mask.storage_mut::<f32>().chunks_mut(LANES * num_actions);
        let blocks = state.books.rows.chunks_exact_mut(height).zip(state.rows.chunks(LANES));
        for ((block, rows), mask) in blocks.zip(masks) {
            write_mask(block, rows, mask, self.given());
        }
        float(state.outputs.mask.hand_out(mask))
    }
}

/// Steps the blocks on the threads of the pool.
fn run(job: Blocks<'_>, arch: Arch) -> usize {
    let num_blocks = job.slices.num_blocks();
    if num_blocks <= MIN_BLOCKS {
        return arch.dispatch(job);
    }
    let Blocks { slices, ring_row, given } = job;
    let (left, right) = slices.split_at(num_blocks / 2);
    let half = |slices| Blocks { slices, ring_row, given };
    let (left, right) = rayon::join(|| run(half(left), arch), || run(half(right), arch));
    left + right
}

/// Environments whose episode has ended, in order.
fn ended((terminated, truncated): (&[u8], &[u8]), count: usize) -> Vec<usize> {
    let mut ended = Vec::with_capacity(count);
    let flags = terminated.iter().zip(truncated).enumerate();
    ended.extend(flags.filter(|(_, (a, b))| **a | **b != 0).map(|(env, _)| env));
    ended
}

fn flags(tensor: FlexTensor) -> Tensor<1, Bool> {
    Tensor::from_primitive::<Flex>(tensor)
}
