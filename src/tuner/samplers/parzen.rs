//! Densities from a few observations.

use super::normal::{log_density, mass};
use crate::base::Rng;

/// Draws before a value beyond the ends is moved to the nearest end.
const MOST_TRIES: usize = 100;

/// A mixture of normal distributions cut at the ends of a range, one for each observation and a wide one
/// for the range itself.
#[derive(Debug)]
pub(super) struct Mixture {
    low: f64,
    high: f64,
    kernels: Vec<Kernel>,
}

#[derive(Debug)]
struct Kernel {
    mean: f64,
    deviation: f64,
    /// Logarithm of its weight over the part of it between the ends.
    log_weight: f64,
}

impl Mixture {
    /// The mixture for observations between `low` and `high`.
    ///
    /// # Source
    /// Bergstra et al., "Algorithms for Hyper-Parameter Optimization", NIPS 2011, §4.2: each deviation
    /// is the larger distance to a neighbor. As in Optuna it is at least the range over
    /// min(100, observations + 2), and the outermost ones look inwards only.
    pub(super) fn new((low, high): (f64, f64), observations: &[f64]) -> Self {
        let mut means = observations.to_vec();
        means.sort_by(f64::total_cmp);
        let range = high - low;
        let least = range / (means.len() as f64 + 2.0).min(100.0);
        let last = means.len().saturating_sub(1);
        let weight = -((means.len() + 1) as f64).ln();
        let kernel = |mean: f64, deviation: f64| {
            let inside = mass((low - mean) / deviation, (high - mean) / deviation);
            Kernel { mean, deviation, log_weight: weight - inside.ln() }
        };
        let gap = |at: usize| {
            let left = if at == 0 { low } else { means[at - 1] };
            let right = if at == last { high } else { means[at + 1] };
            let (left, right) = (means[at] - left, right - means[at]);
            match at {
                _ if last == 0 => left.max(right),
                0 => right,
                at if at == last => left,
                _ => left.max(right),
            }
        };
        let own = (0..means.len()).map(|at| kernel(means[at], gap(at).clamp(least, range)));
        let kernels = own.chain([kernel(0.5 * (low + high), range)]).collect();
        Self { low, high, kernels }
    }

    /// A draw.
    pub(super) fn draw(&self, rng: &mut Rng) -> f64 {
        let kernel = &self.kernels[rng.below(self.kernels.len())];
        let mut draw = kernel.mean;
        for _ in 0..MOST_TRIES {
            draw = kernel.mean + kernel.deviation * rng.normal();
            if (self.low..=self.high).contains(&draw) {
                break;
            }
        }
        draw.clamp(self.low, self.high)
    }

    /// Logarithm of the density at a place.
    pub(super) fn log_density(&self, place: f64) -> f64 {
        log_sum(self.kernels.iter().map(|kernel| {
            let z = (place - kernel.mean) / kernel.deviation;
            kernel.log_weight + log_density(z) - kernel.deviation.ln()
        }))
    }

    /// Logarithm of the probability of a value between two places.
    pub(super) fn log_mass(&self, (low, high): (f64, f64)) -> f64 {
        log_sum(self.kernels.iter().map(|kernel| {
            let inside = mass(
                (low - kernel.mean) / kernel.deviation,
                (high - kernel.mean) / kernel.deviation,
            );
            kernel.log_weight + inside.ln()
        }))
    }
}

/// Logarithm of a sum of exponentials.
fn log_sum(terms: impl Iterator<Item = f64>) -> f64 {
    let terms: Vec<f64> = terms.collect();
    let most = terms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if most == f64::NEG_INFINITY {
        return most;
    }
    most + terms.iter().map(|term| (term - most).exp()).sum::<f64>().ln()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::SeedStream;

    /// A density has area 1, and so have the masses of cells.
    #[test]
    fn densities_sum_to_one() {
        for observations in [vec![], vec![0.5], vec![0.0, 0.0, 1.0], vec![0.1, 0.2, 0.21, 0.9]] {
            let mixture = Mixture::new((0.0, 1.0), &observations);
            let cells = 2000;
            let place = |cell: usize| (cell as f64 + 0.5) / cells as f64;
            let area: f64 = (0..cells).map(|cell| mixture.log_density(place(cell)).exp()).sum();
            assert!((area / cells as f64 - 1.0).abs() < 1e-4, "{observations:?} {area}");
            let cell = |cell: usize| (cell as f64 / 10.0, (cell as f64 + 1.0) / 10.0);
            let masses: f64 = (0..10).map(|index| mixture.log_mass(cell(index)).exp()).sum();
            assert!((masses - 1.0).abs() < 1e-5, "{observations:?} {masses}");
        }
    }

    #[test]
    fn draws_follow_the_observations() {
        let mixture = Mixture::new((0.0, 1.0), &[0.3; 50]);
        let mut rng = SeedStream::new(1).rng();
        let draws: Vec<f64> = (0..1000).map(|_| mixture.draw(&mut rng)).collect();
        assert!(draws.iter().all(|draw| (0.0..=1.0).contains(draw)));
        let near = draws.iter().filter(|draw| (**draw - 0.3).abs() < 0.1).count();
        assert!(near > 900, "{near}");
    }
}
