//! Costs and fill prices that differ between training episodes.

use burn::tensor::{Device, Tensor};

use super::chance::ChanceTable;
use super::training::EpisodeEnds;
use crate::base::{Rng, SeedStream};
use crate::config::{Randomize, Span};
use crate::gym::vector::market::{Bar, CostFactors};

/// Draws what differs.
#[derive(Debug, Clone)]
pub(super) struct Randomizer {
    settings: Randomize,
    uniform: ChanceTable,
    noise: Option<ChanceTable>,
}

/// What was drawn.
#[derive(Debug, Clone)]
pub(super) struct Luck {
    /// For the episode: `[1, N]` each.
    pub(super) factors: CostFactors,
    /// For the next bar: the fraction by which each fill price is off, `[R, N]`.
    pub(super) noise: Option<Tensor<2>>,
}

impl Randomizer {
    pub(super) fn new(
        settings: Randomize,
        [num_symbols, num_envs]: [usize; 2],
        seeds: &SeedStream,
        device: &Device,
    ) -> Self {
        let deviation = settings.fill_noise_bps * 1e-4;
        let noise = (deviation > 0.0)
            .then(|| ChanceTable::normal(deviation, [num_symbols, num_envs], seeds, device));
        Self { settings, uniform: ChanceTable::uniform([1, num_envs], seeds, device), noise }
    }

    /// Rows of noise.
    pub(super) fn noise_rows(&self, num_symbols: usize) -> usize {
        if self.noise.is_some() { num_symbols } else { 0 }
    }

    pub(super) fn first(&self, rng: &mut Rng) -> Luck {
        let mut factor = |span: Span| self.uniform.draw(rng) * (span.to - span.from) + span.from;
        let factors = CostFactors {
            cost: factor(self.settings.cost_factor),
            slippage: factor(self.settings.slippage_factor),
        };
        Luck { factors, noise: self.noise.as_ref().map(|table| table.draw(rng)) }
    }

    /// The luck of the next bar: new factors where an episode has ended.
    pub(super) fn next(&self, luck: Luck, ends: &EpisodeEnds<'_>, rng: &mut Rng) -> Luck {
        let fresh = self.first(rng);
        let choose = |old: Tensor<2>, new: Tensor<2>| {
            old * ends.goes_on.clone() + new * ends.is_over.clone()
        };
        let factors = CostFactors {
            cost: choose(luck.factors.cost, fresh.factors.cost),
            slippage: choose(luck.factors.slippage, fresh.factors.slippage),
        };
        Luck { factors, noise: fresh.noise }
    }
}

impl Luck {
    /// The bar as this episode meets it.
    pub(super) fn apply(&self, bar: Bar) -> Bar {
        let fill = match &self.noise {
            Some(noise) => (bar.fill.clone() + 1.0) * noise.clone() + bar.fill,
            None => bar.fill,
        };
        Bar { fill, factors: Some(self.factors.clone()), ..bar }
    }
}
