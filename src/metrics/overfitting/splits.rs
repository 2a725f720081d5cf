//! Time cut into blocks, and the sums from which the Sharpe ratio of any set of blocks follows.

use crate::metrics::mean;

/// Below this share of the mean square a variance is rounding error, not risk.
const NO_DISPERSION_SHARE: f64 = 1e-12;
/// Below this variance returns are flat.
const NO_DISPERSION: f64 = 1e-24;

/// Block sums of several series over the same bars.
pub(super) struct BlockSums {
    /// Mean of each series; sums are taken around it, so that they keep their digits.
    centers: Vec<f64>,
    /// Bars of each block.
    counts: Vec<usize>,
    /// By block, then by series: sum and sum of squares around the center.
    sums: Vec<Vec<f64>>,
    squares: Vec<Vec<f64>>,
}

/// Room for the sums of one set of blocks.
#[derive(Clone)]
pub(super) struct SetSums {
    bars: usize,
    sums: Vec<f64>,
    squares: Vec<f64>,
}

impl SetSums {
    /// Number of series.
    pub(super) fn len(&self) -> usize {
        self.sums.len()
    }
}

impl BlockSums {
    /// Cuts series of equal length into consecutive blocks whose lengths differ by one bar at most.
    ///
    /// `None` if a value is not finite.
    pub(super) fn try_new(series: &[&[f64]], blocks: usize) -> Option<Self> {
        let bars = series.first()?.len();
        let edge = |block: usize| block * bars / blocks;
        let finite =
            |series: &&[f64]| mean(series).filter(|_| series.iter().all(|v| v.is_finite()));
        let centers: Vec<f64> = series.iter().map(finite).collect::<Option<_>>()?;
        let block_sum = |block: usize, power: i32| -> Vec<f64> {
            let own = series.iter().zip(&centers);
            own.map(|(series, center)| {
                let rows = &series[edge(block)..edge(block + 1)];
                rows.iter().map(|value| (value - center).powi(power)).sum()
            })
            .collect()
        };
        Some(Self {
            counts: (0..blocks).map(|block| edge(block + 1) - edge(block)).collect(),
            sums: (0..blocks).map(|block| block_sum(block, 1)).collect(),
            squares: (0..blocks).map(|block| block_sum(block, 2)).collect(),
            centers,
        })
    }

    /// Empty room for a set.
    pub(super) fn room(&self) -> SetSums {
        let zeros = vec![0.0; self.centers.len()];
        SetSums { bars: 0, sums: zeros.clone(), squares: zeros }
    }

    /// Adds up the blocks whose bits are set.
    pub(super) fn collect(&self, mask: u32, room: &mut SetSums) {
        room.bars = 0;
        room.sums.fill(0.0);
        room.squares.fill(0.0);
        for block in (0..self.counts.len()).filter(|block| mask & (1 << block) != 0) {
            room.bars += self.counts[block];
            add(&mut room.sums, &self.sums[block]);
            add(&mut room.squares, &self.squares[block]);
        }
    }

    /// The Sharpe ratio per bar of each series over a set; 0, as cash has, without dispersion.
    pub(super) fn sharpes(&self, set: &SetSums, out: &mut [f64]) {
        let count = set.bars as f64;
        let sums = set.sums.iter().zip(&set.squares).zip(&self.centers);
        for (out, ((&sum, &squares), &center)) in out.iter_mut().zip(sums) {
            let offset = sum / count;
            let variance = (squares - sum * offset) / (count - 1.0);
            let is_flat =
                variance < NO_DISPERSION || variance * count < NO_DISPERSION_SHARE * squares;
            *out = if is_flat { 0.0 } else { (center + offset) / variance.sqrt() };
        }
    }
}

fn add(total: &mut [f64], part: &[f64]) {
    for (total, part) in total.iter_mut().zip(part) {
        *total += part;
    }
}

/// Every choice of half of the blocks that has block 0, in ascending order of the bits.
///
/// With their complements they are all choices.
pub(super) fn halves(blocks: usize) -> Vec<u32> {
    let half = (blocks / 2) as u32;
    (0..1_u32 << blocks).filter(|mask| mask & 1 == 1 && mask.count_ones() == half).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::{BarClock, sharpe};

    #[test]
    fn all_choices_of_half_of_the_blocks() {
        assert_eq!(halves(2), [0b01]);
        assert_eq!(halves(4), [0b0011, 0b0101, 0b1001]);
        assert_eq!(halves(16).len() * 2, 12_870);
    }

    #[test]
    fn block_sums_give_the_sharpe_ratio_of_a_set() {
        let first = [0.01, -0.02, 0.03, 0.01, 0.0, 0.02, -0.01];
        let flat = [0.001; 7];
        let series = [&first[..], &flat[..]];
        let blocks = BlockSums::try_new(&series, 3).unwrap();
        let mut room = blocks.room();
        let mut found = [f64::NAN; 2];
        blocks.collect(0b101, &mut room);
        blocks.sharpes(&room, &mut found);
        // Blocks of 2, 2 and 3 bars.
        let chosen = [0.01, -0.02, 0.0, 0.02, -0.01];
        let expected = sharpe(&chosen, BarClock { bars_per_year: 1.0 }, 0.0).unwrap();
        assert!((found[0] - expected).abs() < 1e-14);
        assert_eq!(found[1], 0.0);
        assert!(BlockSums::try_new(&[&[0.0, f64::NAN][..]], 2).is_none());
    }

    #[test]
    fn a_pause_is_flat_whatever_came_before() {
        let mut paused = vec![0.01, -0.013, 0.017, 0.003];
        paused.extend([0.0; 4]);
        let blocks = BlockSums::try_new(&[&paused[..]], 2).unwrap();
        let (mut room, mut found) = (blocks.room(), [f64::NAN]);
        blocks.collect(0b10, &mut room);
        blocks.sharpes(&room, &mut found);
        assert_eq!(found, [0.0]);
    }
}
