//! The best policy of a planted market, and what it is worth.

use std::collections::BTreeMap;

use super::clock::{BarLength, slots};
use super::path::drift_log;
use super::shared::steps;
use crate::base::Date;
use crate::config::{Planted, SyntheticSource};
use crate::domain::{Calendar, Symbol, Timeframe};
use crate::ports::SourceError;

/// Values that move less than this in an iteration have settled.
const SETTLED: f64 = 1e-13;
const MAX_ITERATIONS: usize = 100_000;

/// Who knows the favorite of each day.
///
/// Assets are numbered as in an account: 0 is cash, 1 the first symbol of the universe.
#[derive(Debug, Clone, PartialEq)]
pub struct PlantedOracle {
    planted: Planted,
    /// Expected log return of a bar without favorites, cash first.
    drifts: Vec<f64>,
    favorites: BTreeMap<Date, usize>,
}

/// What to hold, given the favorite and what is held; always all in one asset, never short.
#[derive(Debug, Clone, PartialEq)]
pub struct OraclePolicy {
    num_assets: usize,
    /// By favorite, then by held asset.
    targets: Vec<usize>,
    growth_per_bar: f64,
}

impl PlantedOracle {
    /// The oracle of a market of daily bars up to `last`; `None` if nothing is planted in it.
    ///
    /// # Errors
    /// [`SourceError::Calendar`] if `last` lies outside the calendar.
    pub fn try_new(
        market: &SyntheticSource,
        universe: &[Symbol],
        calendar: &Calendar,
        last: Date,
    ) -> Result<Option<Self>, SourceError> {
        let Some(planted) = market.planted else { return Ok(None) };
        let length = BarLength::try_new(Timeframe::Day, calendar)?;
        let slots = slots(&length, last, calendar)?;
        let steps = steps(market, universe.len(), &length, slots);
        let risky = universe.iter().map(|symbol| drift_log(market, symbol, &length));
        Ok(Some(Self {
            planted,
            drifts: std::iter::once(0.0).chain(risky).collect(),
            favorites: steps.iter().map(|step| (step.slot.date, step.favorite)).collect(),
        }))
    }

    /// The favorite that the volume of the session of `date` shows.
    #[must_use]
    pub fn favorite(&self, date: Date) -> Option<usize> {
        self.favorites.get(&date).copied()
    }

    /// The policy with the greatest long-run growth when each traded unit of notional costs
    /// `cost_fraction` of it, by value iteration over (favorite, held).
    ///
    /// # Units
    /// Log return per bar, after costs. Cash earns nothing.
    ///
    /// # Source
    /// Puterman, "Markov Decision Processes", 1994, §8.5 (relative value iteration), with the
    /// aperiodicity transformation of §8.5.4 at 1/2.
    #[must_use]
    pub fn best_policy(&self, cost_fraction: f64) -> OraclePolicy {
        let n = self.drifts.len();
        let mut values = vec![0.0; n * n];
        let mut growth = 0.0;
        for _ in 0..MAX_ITERATIONS {
            let next = self.improve(&values, cost_fraction).map(|(value, _)| value);
            let changes: Vec<f64> = next.zip(&values).map(|(new, old)| new - old).collect();
            let (least, greatest) = changes
                .iter()
                .fold((f64::INFINITY, f64::NEG_INFINITY), |(l, g), &c| (l.min(c), g.max(c)));
            growth = 0.5 * (least + greatest);
            let reference = values[0] + 0.5 * changes[0];
            for (value, change) in values.iter_mut().zip(&changes) {
                *value += 0.5 * change - reference;
            }
            if greatest - least < SETTLED {
                break;
            }
        }
        let targets = self.improve(&values, cost_fraction).map(|(_, target)| target).collect();
        OraclePolicy { num_assets: n, targets, growth_per_bar: growth }
    }

    /// The best value and target of each (favorite, held), looking one bar ahead.
    fn improve<'a>(
        &'a self,
        values: &'a [f64],
        cost_fraction: f64,
    ) -> impl Iterator<Item = (f64, usize)> + 'a {
        let n = self.drifts.len();
        (0..n).flat_map(move |favorite| {
            let ahead: Vec<f64> = (0..n)
                .map(|asset| {
                    self.log_return(favorite, asset) + self.expect(values, favorite, asset)
                })
                .collect();
            (0..n).map(move |held| {
                let value = |target: usize| ahead[target] + switch(held, target, cost_fraction);
                // Holding on wins a tie.
                let first = (value(held), held);
                (0..n).fold(first, |best, target| {
                    if value(target) > best.0 { (value(target), target) } else { best }
                })
            })
        })
    }

    fn log_return(&self, favorite: usize, asset: usize) -> f64 {
        let edge = self.planted.edge_bps * 1e-4;
        let planted = match asset {
            0 => 0.0,
            _ if asset == favorite => edge,
            // What the favorite gains the others lose together, so that no symbol drifts for ever.
            _ => -edge / (self.drifts.len() - 1) as f64,
        };
        self.drifts[asset] + planted
    }

    /// The value after the favorite has moved on, with `asset` held.
    fn expect(&self, values: &[f64], favorite: usize, asset: usize) -> f64 {
        let n = self.drifts.len();
        let stays = values[favorite * n + asset];
        if n == 1 {
            return stays;
        }
        let all: f64 = (0..n).map(|next| values[next * n + asset]).sum();
        self.planted.stay * stays + (1.0 - self.planted.stay) * (all - stays) / (n - 1) as f64
    }
}

/// The log of what is left of equity after going from one asset to another; cash trades free.
fn switch(held: usize, target: usize, cost_fraction: f64) -> f64 {
    if held == target {
        return 0.0;
    }
    let legs = f64::from(u8::from(held != 0) + u8::from(target != 0));
    (-legs * cost_fraction).ln_1p()
}

impl OraclePolicy {
    /// The asset to hold next.
    ///
    /// # Panics
    /// If either number is no asset of the market.
    #[must_use]
    pub fn target(&self, favorite: usize, held: usize) -> usize {
        assert!(favorite < self.num_assets && held < self.num_assets, "invariant: known assets");
        self.targets[favorite * self.num_assets + held]
    }

    /// Expected log return per bar in the long run, after costs.
    #[must_use]
    pub const fn growth_per_bar(&self) -> f64 {
        self.growth_per_bar
    }
}
