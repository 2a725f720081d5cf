//! What all symbols of a made-up market share: regime, common factor, favorite.

use super::clock::{BarLength, Slot};
use crate::base::{Rng, SeedStream};
use crate::config::SyntheticSource;

/// Probability per session that calm turns into storm: twice or three times a year.
const CALM_TO_STORM: f64 = 0.01;
/// Probability per session that storm turns into calm: a month on average.
const STORM_TO_CALM: f64 = 0.05;

/// One bar of the whole market.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Step {
    pub(super) slot: Slot,
    /// Standard deviation of the log return.
    pub(super) volatility: f64,
    /// The common shock, variance 1.
    pub(super) factor: f64,
    /// 0 for cash, else the position of the symbol plus 1; seen in this bar's volume.
    pub(super) favorite: usize,
    /// The favorite of the bar before, which moves this bar's prices; `None` at the start.
    pub(super) favored: Option<usize>,
}

/// The shared part of a market, slot by slot.
pub(super) fn steps(
    market: &SyntheticSource,
    num_symbols: usize,
    length: &BarLength,
    slots: Vec<Slot>,
) -> Vec<Step> {
    let seeds = root(market);
    let [mut regimes, mut factors, mut chain] =
        ["regime", "factor", "favorite"].map(|purpose| seeds.child(purpose).rng());
    let calm = market.volatility_annual * length.years.sqrt();
    let mut is_storm = false;
    let mut favored = None;
    let step = |slot: Slot| {
        is_storm = next_regime(is_storm, length.sessions, &mut regimes);
        let favorite = market
            .planted
            .map_or(0, |planted| next_favorite(favored, planted.stay, num_symbols, &mut chain));
        let step = Step {
            slot,
            volatility: if is_storm { calm * market.stress_multiple } else { calm },
            factor: factors.student_t(market.tail_degrees),
            favorite,
            favored,
        };
        favored = Some(favorite);
        step
    };
    slots.into_iter().map(step).collect()
}

/// The seeds of a market.
pub(super) fn root(market: &SyntheticSource) -> SeedStream {
    SeedStream::new(market.seed).child("synthetic")
}

fn next_regime(is_storm: bool, sessions: f64, rng: &mut Rng) -> bool {
    let leave = if is_storm { STORM_TO_CALM } else { CALM_TO_STORM };
    (rng.uniform() < leave * sessions) != is_storm
}

/// Stays with probability `stay`, else goes to each of the others alike; begins anywhere.
fn next_favorite(current: Option<usize>, stay: f64, num_symbols: usize, rng: &mut Rng) -> usize {
    let Some(current) = current else { return rng.below(num_symbols + 1) };
    if rng.uniform() < stay || num_symbols == 0 {
        return current;
    }
    let other = rng.below(num_symbols);
    if other < current { other } else { other + 1 }
}
