//! The state of N environments as the kernel keeps it: blocks of environments, rows of a block together.

use super::kernel::{LANES, Row};
use super::outputs::Outputs;
use super::settings::Settings;
use crate::base::Rng;
use crate::gym::EnvData;

/// Where N environments are in their episodes.
#[derive(Debug, Clone)]
pub(in crate::gym) struct FusedState {
    /// Row of the tape: `[N]`.
    pub(super) rows: Vec<i32>,
    /// Bars of the episode so far: `[N]`.
    pub(super) num_steps: Vec<i32>,
    /// Books and moments in the order of [`EnvData::values`], block by block.
    pub(super) books: Blocks,
    /// The window of recent returns, block by block.
    pub(super) ring: Blocks,
    /// The row of the window that is written next.
    pub(super) ring_row: usize,
    pub(super) rng: Rng,
    /// The values of the last steps, taken again when nobody reads them any more.
    pub(super) outputs: Outputs,
}

/// Rows of N values as blocks of [`LANES`] environments.
#[derive(Debug, Clone)]
pub(super) struct Blocks {
    pub(super) rows: Vec<Row>,
    /// Rows of a block.
    pub(super) height: usize,
}

/// How many rows the books of one block have.
pub(super) fn num_book_rows(settings: &Settings) -> usize {
    let num_moments = if settings.rewards.differential_sharpe.is_some() { 2 } else { 0 };
    4 + 3 * settings.num_symbols + num_moments
}

impl FusedState {
    /// The same state in the kernel's order; nothing if it is of another environment.
    pub(super) fn from_data(settings: &Settings, data: EnvData) -> Option<Self> {
        let EnvData { rows, num_steps, values, ring, ring_row, rng } = data;
        let num_envs = settings.num_envs;
        let window = settings.rewards.sharpe_blend.map_or(0, |part| part.window as usize);
        let fits = rows.len() == num_envs
            && num_steps.len() == num_envs
            && values.len() == num_book_rows(settings) * num_envs
            && ring.len() == window * num_envs;
        fits.then(|| Self {
            books: Blocks::new(&values, num_envs),
            ring: Blocks::new(&ring, num_envs),
            rows,
            num_steps,
            ring_row,
            rng: Rng::restore(&rng),
            outputs: Outputs::default(),
        })
    }

    /// Copies the state out.
    pub(in crate::gym) fn to_data(&self) -> EnvData {
        let num_envs = self.rows.len();
        EnvData {
            rows: self.rows.clone(),
            num_steps: self.num_steps.clone(),
            values: self.books.to_rows(num_envs),
            ring: self.ring.to_rows(num_envs),
            ring_row: self.ring_row,
            rng: self.rng.state(),
        }
    }
}

impl Blocks {
    /// From rows of N values; the places after the last environment are 0.
    fn new(values: &[f32], num_envs: usize) -> Self {
        let height = values.len() / num_envs;
        let num_blocks = num_envs.div_ceil(LANES);
        let mut rows = vec![Row::ZERO; height * num_blocks];
        for (row, values) in values.chunks_exact(num_envs).enumerate() {
            for (block, values) in values.chunks(LANES).enumerate() {
                rows[block * height + row].0[..values.len()].copy_from_slice(values);
            }
        }
        Self { rows, height }
    }

    /// Puts 0 in every row of one environment, 1 in the rows `ones`.
    pub(super) fn clear(&mut self, env: usize, ones: &[usize]) {
        let (block, lane) = (env / LANES, env % LANES);
        for row in &mut self.rows[block * self.height..][..self.height] {
            row.0[lane] = 0.0;
        }
        for row in ones {
            self.rows[block * self.height + row].0[lane] = 1.0;
        }
    }

    fn to_rows(&self, num_envs: usize) -> Vec<f32> {
        let mut values = vec![0.0; self.height * num_envs];
        for (row, values) in values.chunks_exact_mut(num_envs).enumerate() {
            for (block, values) in values.chunks_mut(LANES).enumerate() {
                values.copy_from_slice(&self.rows[block * self.height + row].0[..values.len()]);
            }
        }
        values
    }
}
