//! Random numbers on the device, drawn without a host copy.

use burn::tensor::{Device, Tensor, TensorData};

use super::table::MIN_TABLE_LEN;
use crate::base::{Rng, SeedStream};

/// A table of random numbers; each draw takes a slice of it at a random offset.
#[derive(Debug, Clone)]
pub(in crate::gym) struct ChanceTable {
    values: Tensor<1>,
    period: usize,
    shape: [usize; 2],
}

impl ChanceTable {
    /// Numbers between 0 and 1, both left out, every part of the range equally often.
    pub(in crate::gym) fn uniform(shape: [usize; 2], seeds: &SeedStream, device: &Device) -> Self {
        let period = MIN_TABLE_LEN;
        let mut values: Vec<f32> =
            (0..period).map(|index| ((index as f64 + 0.5) / period as f64) as f32).collect();
        seeds.child("uniform").rng().shuffle(&mut values);
        Self::wrapped(&values, shape, device)
    }

    /// Standard normal numbers times `deviation`.
    pub(in crate::gym) fn normal(
        deviation: f64,
        shape: [usize; 2],
        seeds: &SeedStream,
        device: &Device,
    ) -> Self {
        let mut rng = seeds.child("normal").rng();
        let values: Vec<f32> =
            (0..MIN_TABLE_LEN).map(|_| (deviation * rng.normal()) as f32).collect();
        Self::wrapped(&values, shape, device)
    }

    fn wrapped(values: &[f32], shape: [usize; 2], device: &Device) -> Self {
        let period = values.len();
        let total = period + shape[0] * shape[1];
        let wrapped: Vec<f32> = values.iter().copied().cycle().take(total).collect();
        let values = Tensor::from_data(TensorData::new(wrapped, [total]), device);
        Self { values, period, shape }
    }

    /// Fresh numbers of the table's shape.
    pub(in crate::gym) fn draw(&self, rng: &mut Rng) -> Tensor<2> {
        let offset = rng.below(self.period);
        let [rows, columns] = self.shape;
        self.values.clone().narrow(0, offset, rows * columns).reshape(self.shape)
    }
}
