//! Starts of episodes that went badly, to be played again.

use burn::tensor::{Device, Tensor};

use super::chance::ChanceTable;
use super::training::EpisodeEnds;
use crate::base::{Rng, SeedStream};
use crate::config::HardStarts;

/// An empty place of the pool.
const EMPTY: f32 = -1.0;

/// The rules of the pool.
#[derive(Debug, Clone)]
pub(super) struct PoolRules {
    pub(super) triggers: HardStarts,
    depth: usize,
    num_envs: usize,
    coins: ChanceTable,
}

/// Hard starts: D places for each environment, filled and emptied row by row.
///
/// Each step works on one row of places, chosen by chance. Environment n writes its own place of that
/// row, and looks at the place of another, a random number of environments further on: so no place is
/// written or taken twice in a step, and which is does not depend on any order.
#[derive(Debug, Clone)]
pub(super) struct Pool {
    /// Row of the tape, or −1: `[D, N]`.
    pub(super) starts: Tensor<2>,
    /// Times that the start was repeated: `[D, N]`.
    pub(super) repeats: Tensor<2>,
    /// Times that the start of the running episode was repeated, this time included: `[1, N]`.
    pub(super) current: Tensor<2>,
}

impl PoolRules {
    pub(super) fn new(
        triggers: HardStarts,
        num_envs: usize,
        seeds: &SeedStream,
        device: &Device,
    ) -> Self {
        let depth = triggers.pool.div_ceil(num_envs).max(1);
        let coins = ChanceTable::uniform([1, num_envs], &seeds.child("coins"), device);
        Self { triggers, depth, num_envs, coins }
    }

    pub(super) fn empty(&self, device: &Device) -> Pool {
        let places = Tensor::zeros([self.depth, self.num_envs], device);
        Pool {
            starts: places.clone() + EMPTY,
            repeats: places,
            current: Tensor::zeros([1, self.num_envs], device),
        }
    }

    /// Puts the starts of hard episodes in, and takes out starts for the next ones.
    ///
    /// # Shapes
    /// `is_hard`: `[1, N]` 1 where an episode that has ended was hard; `ended`: `[1, N]` where it
    /// began; `fresh`: `[1, N]` where the next ones begin otherwise → the pool and `[1, N]` starts
    pub(super) fn exchange(
        &self,
        pool: Pool,
        ends: &EpisodeEnds<'_>,
        is_hard: Tensor<2>,
        (ended, fresh): (Tensor<2>, Tensor<2>),
        rng: &mut Rng,
    ) -> (Pool, Tensor<2>) {
        let most = self.triggers.max_repeats as f64;
        let is_kept =
            is_hard * ends.is_over.clone() * pool.current.clone().lower_elem(most).float();
        let into = rng.below(self.depth);
        let pool = pool.write(into, &is_kept, ended);

        let coin = self.coins.draw(rng).lower_elem(self.triggers.probability).float();
        let (from, shift) = (rng.below(self.depth), rng.below(self.num_envs));
        let row = |places: &Tensor<2>| places.clone().narrow(0, from, 1);
        let (starts, repeats) = (row(&pool.starts), row(&pool.repeats));
        let offered = rolled(starts.clone(), shift);
        let is_taken = coin * ends.is_over.clone() * offered.clone().greater_elem(-0.5).float();
        let is_left = is_taken.clone().neg() + 1.0;
        let current =
            pool.current * ends.goes_on.clone() + (rolled(repeats, shift) + 1.0) * is_taken.clone();
        let chosen = fresh * is_left + offered * is_taken.clone();
        let is_emptied = rolled(is_taken, (self.num_envs - shift) % self.num_envs);
        let starts = starts * (is_emptied.clone().neg() + 1.0) + is_emptied * EMPTY;
        let range = [from..from + 1, 0..self.num_envs];
        let starts = pool.starts.slice_assign(range, starts);
        (Pool { starts, repeats: pool.repeats, current }, chosen)
    }
}

impl Pool {
    /// Writes the starts of some environments into a row of places.
    fn write(self, row: usize, is_kept: &Tensor<2>, ended: Tensor<2>) -> Self {
        let [_, num_envs] = self.starts.dims();
        let range = || [row..row + 1, 0..num_envs];
        let others = is_kept.clone().neg() + 1.0;
        let mix = |places: &Tensor<2>, new: Tensor<2>| {
            places.clone().narrow(0, row, 1) * others.clone() + new * is_kept.clone()
        };
        let (starts, repeats) =
            (mix(&self.starts, ended), mix(&self.repeats, self.current.clone()));
        Self {
            starts: self.starts.slice_assign(range(), starts),
            repeats: self.repeats.slice_assign(range(), repeats),
            current: self.current,
        }
    }

    pub(super) fn rows(&self) -> Vec<Tensor<2>> {
        vec![self.starts.clone(), self.repeats.clone(), self.current.clone()]
    }

    pub(super) fn from_rows(rules: &PoolRules, mut take: impl FnMut(usize) -> Tensor<2>) -> Self {
        Self { starts: take(rules.depth), repeats: take(rules.depth), current: take(1) }
    }
}

/// Value n of the result is value n + `shift` of `row`, around the end.
fn rolled(row: Tensor<2>, shift: usize) -> Tensor<2> {
    let [_, width] = row.dims();
    if shift == 0 {
        return row;
    }
    let (head, tail) = (row.clone().narrow(1, 0, shift), row.narrow(1, shift, width - shift));
    Tensor::cat(vec![tail, head], 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_rolls_around_its_end() {
        let row = Tensor::<2>::from_floats([[1.0, 2.0, 3.0, 4.0]], &Device::flex());
        let values = |shift: usize| -> Vec<f32> {
            let there = rolled(row.clone(), shift);
            rolled(there, (4 - shift) % 4).try_into_vec_as().unwrap()
        };
        for shift in 0..4 {
            assert_eq!(values(shift), [1.0, 2.0, 3.0, 4.0]);
        }
        let once: Vec<f32> = rolled(row.clone(), 1).try_into_vec_as().unwrap();
        assert_eq!(once, [2.0, 3.0, 4.0, 1.0]);
    }
}
