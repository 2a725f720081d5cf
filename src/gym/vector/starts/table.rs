//! Where episodes begin, drawn without a host copy.

use std::ops::Range;

use burn::tensor::{Device, Int, Tensor, TensorData};

use crate::base::{Rng, SeedStream};
use crate::config::Episode;

/// Entries of the table at the least: enough that a slice of it looks like fresh draws.
pub(super) const MIN_TABLE_LEN: usize = 1 << 16;

/// A shuffled table in which every legal start appears equally often.
///
/// Each step draws one random offset on the host; environment n takes the entry n places further on.
/// So the stream of random numbers does not depend on which episodes end, and nothing is read back
/// from the device.
#[derive(Debug, Clone)]
pub(in crate::gym) struct StartTable {
    pub(in crate::gym) rows: Tensor<1, Int>,
    pub(in crate::gym) period: usize,
    num_envs: usize,
}

impl StartTable {
    /// The table over some rows of the tape, at least one.
    pub(in crate::gym::vector) fn new(
        starts: &[i32],
        num_envs: usize,
        seeds: &SeedStream,
        device: &Device,
    ) -> Self {
        let period = MIN_TABLE_LEN.div_ceil(starts.len()) * starts.len();
        let mut rows: Vec<i32> = starts.iter().copied().cycle().take(period).collect();
        seeds.child("starts").rng().shuffle(&mut rows);
        let wrapped: Vec<i32> = rows.iter().copied().cycle().take(period + num_envs).collect();
        let data = TensorData::new(wrapped, [period + num_envs]);
        Self { rows: Tensor::from_data(data, device), period, num_envs }
    }

    /// A start for every environment: `[N]`.
    pub(in crate::gym::vector) fn draw(&self, rng: &mut Rng) -> Tensor<1, Int> {
        let offset = rng.below(self.period);
        self.rows.clone().narrow(0, offset, self.num_envs)
    }
}

/// The rows on which an episode may begin, so that it has its full length inside one segment. With a
/// single segment that is too short for that, its first row alone; the episode then ends with the tape.
///
/// Where starts are not random, the first row of each segment and those within `offset`.
///
/// # Shapes
/// `segments`: rows of the tape, ascending and apart; a segment's last row is only lived through
pub(in crate::gym::vector) fn legal_starts(
    segments: &[Range<usize>],
    episode: Episode,
    offset: usize,
) -> Vec<i32> {
    let is_alone = segments.len() == 1;
    let starts = segments.iter().flat_map(|segment| {
        let last_row = segment.end.saturating_sub(1);
        let full = (last_row + 1).saturating_sub(episode.length_bars).max(segment.start);
        let end = match (episode.random_start, is_alone) {
            (true, true) => full.max(segment.start + 1),
            (true, false) => full,
            (false, true) => last_row.min(segment.start + offset + 1),
            (false, false) => full.min(segment.start + offset + 1),
        };
        segment.start..end
    });
    starts.map(|row| row as i32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_episode_lies_inside_one_segment() {
        let random = |length_bars| Episode { length_bars, random_start: true };
        let fixed = |length_bars| Episode { length_bars, random_start: false };
        let whole = 0..10;
        let whole = std::slice::from_ref(&whole);
        assert_eq!(legal_starts(whole, random(4), 0), [0, 1, 2, 3, 4, 5]);
        assert_eq!(legal_starts(whole, random(9), 0), [0]);
        assert_eq!(legal_starts(whole, random(50), 0), [0]);
        assert_eq!(legal_starts(whole, fixed(50), 2), [0, 1, 2]);
        // Rows 12..18 hold five bars: one start for five, two for four; 3..6 holds none of them.
        let parts = [3..6, 12..18, 20..26];
        assert_eq!(legal_starts(&parts, random(5), 0), [12, 20]);
        assert_eq!(legal_starts(&parts, random(4), 0), [12, 13, 20, 21]);
        assert_eq!(legal_starts(&parts, fixed(2), 1), [3, 12, 13, 20, 21]);
        assert!(legal_starts(&parts, random(6), 0).is_empty());
    }

    #[test]
    fn starts_are_balanced_and_in_range() {
        let seeds = SeedStream::new(1);
        let table = StartTable::new(&[0, 1, 2, 3, 4, 5, 6], 100, &seeds, &Device::flex());
        let mut rng = seeds.rng();
        let mut counts = [0_usize; 7];
        for _ in 0..200 {
            let rows: Vec<i32> = table.draw(&mut rng).try_to_vec_as().unwrap();
            assert_eq!(rows.len(), 100);
            rows.iter().for_each(|&row| counts[row as usize] += 1);
        }
        let expected = 20_000.0 / 7.0;
        assert!(
            counts.iter().all(|&count| (count as f64 - expected).abs() < 0.1 * expected),
            "{counts:?}"
        );
    }
}
