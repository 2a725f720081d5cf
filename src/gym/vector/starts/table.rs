//! Where episodes begin, drawn without a host copy.

use burn::tensor::{Device, Int, Tensor, TensorData};

use crate::base::{Rng, SeedStream};

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
    /// The table over starts `0..num_starts`.
    pub(in crate::gym::vector) fn new(
        num_starts: usize,
        num_envs: usize,
        seeds: &SeedStream,
        device: &Device,
    ) -> Self {
        let period = MIN_TABLE_LEN.div_ceil(num_starts) * num_starts;
        let mut rows: Vec<i32> = (0..period).map(|index| (index % num_starts) as i32).collect();
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn starts_are_balanced_and_in_range() {
        let seeds = SeedStream::new(1);
        let table = StartTable::new(7, 100, &seeds, &Device::flex());
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
