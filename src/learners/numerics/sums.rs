//! Sums whose bits do not depend on threads.

use burn::tensor::Tensor;

/// Values that one sum takes. Above some millions the CPU device splits a sum among threads in an
/// order that is not fixed.
const BLOCK: usize = 1 << 20;

/// The sum of all values, `[1]`, the same bits on any number of threads.
pub(super) fn total(values: Tensor<1>) -> Tensor<1> {
    let [count] = values.dims();
    if count <= BLOCK {
        return values.sum();
    }
    let blocks = values.split(BLOCK, 0).into_iter().map(Tensor::sum).collect();
    Tensor::cat(blocks, 0).sum()
}

/// Mean and variance of all values, each `[1]`; the variance divides by the number of values.
pub(in crate::learners) fn mean_and_variance(values: Tensor<1>) -> (Tensor<1>, Tensor<1>) {
    let [count] = values.dims();
    let mean = total(values.clone()) / count as f32;
    let centered = values - mean.clone();
    (mean, total(centered.clone() * centered) / count as f32)
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;

    #[test]
    fn sums_in_blocks_and_moments() {
        let ones = Tensor::<1>::ones([BLOCK + 5], &Device::flex());
        let found: Vec<f32> = total(ones).try_into_vec_as().unwrap();
        assert_eq!(found, [(BLOCK + 5) as f32]);
        let (mean, variance) =
            mean_and_variance(Tensor::from_floats([1.0, 2.0, 3.0, 6.0], &Device::flex()));
        assert_eq!(mean.try_into_vec_as::<f32>().unwrap(), [3.0]);
        assert_eq!(variance.try_into_vec_as::<f32>().unwrap(), [3.5]);
    }
}
