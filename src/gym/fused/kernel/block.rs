//! One step of the environments of some blocks.

use pulp::{Simd, WithSimd};

use super::account::{BarRows, Books, pass_bar};
use super::gather::Places;
use super::observation;
use super::reward::{Memory, reward};
use super::vector::{LANES, Row};
use crate::gym::fused::settings::Settings;
use crate::gym::fused::slices::Slices;
use crate::gym::fused::tables::{Given, Tables};

/// A step of some blocks of environments; gives how many episodes have ended.
///
/// Observations are those at the end of the bar, and no new episode is begun.
#[derive(Debug)]
pub(in crate::gym::fused) struct Blocks<'a> {
    pub(in crate::gym::fused) slices: Slices<'a>,
    /// The row of the window of returns that this step writes.
    pub(in crate::gym::fused) ring_row: usize,
    pub(in crate::gym::fused) given: Given<'a>,
}

impl WithSimd for Blocks<'_> {
    type Output = usize;

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) -> usize {
        let mut num_ended = 0;
        let mut block = 0;
        while block < self.slices.num_blocks() {
            num_ended += self.step_block(simd, block);
            block += 1;
        }
        num_ended
    }
}

impl Blocks<'_> {
    #[inline(always)]
    fn step_block<S: Simd>(&mut self, simd: S, block: usize) -> usize {
        let given = self.given;
        let Given { tables, settings } = given;
        let slices = &mut self.slices;
        let widths = slices.widths;
        let first = block * LANES;
        let last = (first + LANES).min(slices.rows.len());
        let places = places(slices, first, last, tables);
        let mut books = Books::new(
            &mut slices.books[block * widths.books..][..widths.books],
            settings.num_symbols,
        );
        let mut bar = BarRows::ZERO;
        pass_bar(simd, &mut books, &places, &mut bar, given);
        let mut memory = Memory {
            moments: &mut *books.moments,
            ring: &mut slices.ring[block * widths.ring..][..widths.ring],
            ring_row: self.ring_row,
        };
        let mut rewards = Row::ZERO;
        reward(simd, &settings.rewards, &bar, &mut memory, &mut rewards);
        copy(&rewards, &mut slices.reward[first..last]);
        copy(&bar.turnover, &mut slices.turnover[first..last]);
        copy(books.equity, &mut slices.equity[first..last]);
        let num_ended = Ends {
            rows: &mut slices.rows[first..last],
            num_steps: &mut slices.num_steps[first..last],
            terminated: &mut slices.terminated[first..last],
            truncated: &mut slices.truncated[first..last],
        }
        .mark(books.equity, settings);
        let obs = &mut slices.obs[first * widths.obs..last * widths.obs];
        let rows = &slices.rows[first..last];
        observation::write(simd, &books, &bar.drawdown, rows, obs, given);
        num_ended
    }
}

#[inline(always)]
fn copy(row: &Row, out: &mut [f32]) {
    out.copy_from_slice(&row.0[..out.len()]);
}

/// Where the environments' rows of the tables begin; places without an environment hold.
#[inline(always)]
fn places(slices: &Slices<'_>, first: usize, last: usize, tables: &Tables) -> Places {
    let mut places = Places { records: [0; LANES], orders: [tables.hold; LANES] };
    for (place, row) in places.records.iter_mut().zip(&slices.rows[first..last]) {
        *place = *row as usize * tables.record_width;
    }
    let width = tables.orders_width;
    slices.actions.offsets(first, width, &mut places.orders[..last - first]);
    places
}

/// What tells a block's episodes that are over.
struct Ends<'a> {
    rows: &'a mut [i32],
    num_steps: &'a mut [i32],
    terminated: &'a mut [u8],
    truncated: &'a mut [u8],
}

impl Ends<'_> {
    /// Counts the bar, marks what ends with it and gives how many episodes do.
    #[inline(always)]
    fn mark(self, equity: &Row, settings: &Settings) -> usize {
        let mut num_ended = 0;
        let mut lane = 0;
        while lane < self.rows.len() {
            let row = self.rows[lane] + 1;
            let num_steps = self.num_steps[lane] + 1;
            let is_ruined = equity.0[lane] < settings.ruin_frac;
            let is_cut = num_steps >= settings.length_bars || row >= settings.last_row;
            self.rows[lane] = row;
            self.num_steps[lane] = num_steps;
            self.terminated[lane] = u8::from(is_ruined);
            self.truncated[lane] = u8::from(is_cut && !is_ruined);
            num_ended += usize::from(is_cut || is_ruined);
            lane += 1;
        }
        num_ended
    }
}
