//! Does the best trial of one half of time stay good on the other half?

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::splits::{BlockSums, SetSums, halves};
use crate::metrics::growth::finite;
use crate::metrics::mean;

/// Blocks that time is cut into where the series are long enough; 12,870 splits.
pub const PBO_BLOCKS: usize = 16;
/// Fewer blocks leave too few splits to speak of a probability: 4 give 6.
const BLOCKS_MIN: usize = 4;
/// Shorter blocks say little about a Sharpe ratio.
const BLOCK_BARS_MIN: usize = 5;

/// What combinatorially symmetric cross-validation found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pbo {
    /// Probability of backtest overfitting: the share of splits in which the trial that was best on one
    /// half does not beat the median on the other half.
    pub probability: f64,
    /// `ln(ω / (1 − ω))` of each split, `ω` the relative rank of that trial on the other half.
    pub logits: Vec<f64>,
    /// Its Sharpe ratio per bar on the half that chose it, split by split.
    pub in_sample: Vec<f64>,
    /// Its Sharpe ratio per bar on the other half.
    pub out_of_sample: Vec<f64>,
    /// Share of the splits in which it lost on the other half.
    pub loss_probability: f64,
    /// Slope of the Sharpe ratio on the other half over that on the half that chose: 1 keeps what was
    /// seen, 0 says nothing, below 0 the better it looked the worse it was.
    pub degradation_slope: Option<f64>,
    /// Blocks that time was cut into.
    pub blocks: usize,
    /// Trials that were compared.
    pub trials: usize,
}

/// How many blocks to cut that many bars into: an even number up to [`PBO_BLOCKS`] with at least five bars
/// in each; `None` below 20 bars.
#[must_use]
pub fn pbo_blocks(bars: usize) -> Option<usize> {
    let blocks = (bars / BLOCK_BARS_MIN).min(PBO_BLOCKS) / 2 * 2;
    (blocks >= BLOCKS_MIN).then_some(blocks)
}

/// The probability of backtest overfitting by combinatorially symmetric cross-validation.
///
/// Time is cut into `blocks` consecutive blocks (their lengths differ by one bar at most). For each of the
/// `C(blocks, blocks/2)` ways to choose half of them the best trial on that half by Sharpe ratio is ranked
/// on the other half. Equal values share their mean rank; of equally good trials the first is chosen; a
/// trial without dispersion has the ratio 0, as cash has.
///
/// `None` for fewer than two different series, unequal lengths, a value that is not finite, an odd number of
/// blocks, one outside 4..=16, or fewer than two bars in a block.
///
/// # Source
/// Bailey, Borwein, López de Prado and Zhu, "The Probability of Backtest Overfitting", Journal of
/// Computational Finance 20, 2017, sections 2 and 3. We deviate where `blocks` does not divide the number of
/// bars: no bar is dropped.
#[must_use]
pub fn pbo<S: AsRef<[f64]>>(series: &[S], blocks: usize) -> Option<Pbo> {
    let series: Vec<&[f64]> = series.iter().map(AsRef::as_ref).collect();
    let first = series.first()?;
    let fits = blocks.is_multiple_of(2)
        && (BLOCKS_MIN..=PBO_BLOCKS).contains(&blocks)
        && first.len() >= 2 * blocks;
    let is_alike = series.iter().all(|other| other == first);
    if !fits || is_alike || series.iter().any(|other| other.len() != first.len()) {
        return None;
    }
    let sums = BlockSums::try_new(&series, blocks)?;
    let all = (1_u32 << blocks) - 1;
    let pairs: Vec<[Split; 2]> = halves(blocks)
        .into_par_iter()
        .map_init(|| Room::new(&sums), |room, mask| room.both_ways(&sums, mask, all))
        .collect();
    let splits: Vec<Split> = pairs.into_iter().flatten().collect();
    summarize(&splits, blocks, series.len())
}

/// The trial that was best on one half.
#[derive(Debug, Clone, Copy)]
struct Split {
    in_sample: f64,
    out_of_sample: f64,
    logit: f64,
}

struct Room {
    sums: SetSums,
    one: Vec<f64>,
    other: Vec<f64>,
}

impl Room {
    fn new(sums: &BlockSums) -> Self {
        let sums = sums.room();
        let zeros = vec![0.0; sums.len()];
        Self { sums, one: zeros.clone(), other: zeros }
    }

    /// One choice of blocks and its complement, in this order.
    fn both_ways(&mut self, sums: &BlockSums, mask: u32, all: u32) -> [Split; 2] {
        sums.collect(mask, &mut self.sums);
        sums.sharpes(&self.sums, &mut self.one);
        sums.collect(all & !mask, &mut self.sums);
        sums.sharpes(&self.sums, &mut self.other);
        [split(&self.one, &self.other), split(&self.other, &self.one)]
    }
}

fn split(chosen_on: &[f64], judged_on: &[f64]) -> Split {
    let mut best = 0;
    for (trial, value) in chosen_on.iter().enumerate() {
        if *value > chosen_on[best] {
            best = trial;
        }
    }
    let own = judged_on[best];
    let worse = judged_on.iter().filter(|&&value| value < own).count() as f64;
    let equal = judged_on.iter().filter(|&&value| value == own).count() as f64;
    let rank = worse + 0.5 * (equal + 1.0);
    let relative = rank / (judged_on.len() + 1) as f64;
    let logit = (relative / (1.0 - relative)).ln();
    Split { in_sample: chosen_on[best], out_of_sample: own, logit }
}

fn summarize(splits: &[Split], blocks: usize, trials: usize) -> Option<Pbo> {
    let share = |holds: fn(&Split) -> bool| {
        splits.iter().filter(|split| holds(split)).count() as f64 / splits.len() as f64
    };
    let column = |value: fn(&Split) -> f64| splits.iter().map(value).collect::<Vec<f64>>();
    let (in_sample, out_of_sample) = (column(|s| s.in_sample), column(|s| s.out_of_sample));
    Some(Pbo {
        probability: finite(share(|split| split.logit <= 0.0))?,
        logits: column(|split| split.logit),
        loss_probability: share(|split| split.out_of_sample < 0.0),
        degradation_slope: slope(&in_sample, &out_of_sample),
        in_sample,
        out_of_sample,
        blocks,
        trials,
    })
}

/// Least squares; `None` if all `x` are the same.
fn slope(x: &[f64], y: &[f64]) -> Option<f64> {
    let (center, level) = (mean(x)?, mean(y)?);
    let own: f64 = x.iter().map(|x| (x - center).powi(2)).sum();
    let shared: f64 = x.iter().zip(y).map(|(x, y)| (x - center) * (y - level)).sum();
    if own > 0.0 { finite(shared / own) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::SeedStream;

    fn noise(seed: u64, bars: usize, drift: f64) -> Vec<f64> {
        let mut rng = SeedStream::new(seed).rng();
        (0..bars).map(|_| 0.01 * (drift + rng.normal())).collect()
    }

    #[test]
    fn short_series_get_fewer_blocks() {
        for (bars, expected) in
            [(19, None), (20, Some(4)), (39, Some(6)), (80, Some(16)), (9_999, Some(16))]
        {
            assert_eq!(pbo_blocks(bars), expected, "{bars}");
        }
    }

    #[test]
    fn a_trial_that_is_better_everywhere_is_not_overfitted() {
        let trials: Vec<Vec<f64>> =
            (0..8).map(|n| noise(n, 160, if n == 3 { 1.5 } else { 0.0 })).collect();
        let found = pbo(&trials, 16).unwrap();
        assert_eq!((found.probability, found.loss_probability), (0.0, 0.0));
        assert_eq!((found.logits.len(), found.trials, found.blocks), (12_870, 8, 16));
        let best = 8.0_f64.ln();
        assert!(found.logits.iter().all(|logit| (logit - best).abs() < 1e-12));
    }

    #[test]
    fn what_is_good_in_one_half_only_is_overfitted() {
        // Each trial has its good block, so what won on some blocks loses on the others.
        let trial = |lucky: usize| -> Vec<f64> {
            let bar = |bar: usize| if bar / 10 == lucky { 0.02 } else { -0.002 };
            (0..40).map(|row| bar(row) + 0.0001 * (row % 2) as f64).collect()
        };
        let trials: Vec<Vec<f64>> = (0..4).map(trial).collect();
        let found = pbo(&trials, 4).unwrap();
        assert_eq!((found.probability, found.loss_probability), (1.0, 1.0));
        assert_eq!(found.logits.len(), 6);
    }

    #[test]
    fn equal_trials_share_their_rank() {
        let first = noise(1, 40, 0.0);
        let found = pbo(&[first.clone(), first.clone(), noise(2, 40, 0.0)], 4).unwrap();
        let allowed = [1.5_f64, 2.5, 3.0, 1.0].map(|rank| (rank / (4.0 - rank)).ln());
        for logit in &found.logits {
            assert!(allowed.iter().any(|other| (other - logit).abs() < 1e-12), "{logit}");
        }
    }

    #[test]
    fn nothing_to_compare_has_no_value() {
        let (first, second) = (noise(1, 40, 0.0), noise(2, 40, 0.0));
        assert_eq!(pbo::<Vec<f64>>(&[], 4), None);
        assert_eq!(pbo(&[&first], 4), None);
        assert_eq!(pbo(&[&first, &first], 4), None);
        assert_eq!(pbo(&[&first[..], &second[..39]], 4), None);
        assert_eq!(pbo(&[&first, &second], 5), None);
        assert_eq!(pbo(&[&first, &second], 2), None);
        assert_eq!(pbo(&[&first, &second], 18), None);
        assert_eq!(pbo(&[&first[..7], &second[..7]], 4), None);
        assert_eq!(pbo(&[first.clone(), vec![f64::NAN; 40]], 4), None);
        assert!(pbo(&[first, vec![0.0; 40]], 4).is_some());
    }
}
