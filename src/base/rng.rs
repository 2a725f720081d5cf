//! Seeds and random numbers whose values survive a change of any dependency.

use rand_pcg::Pcg64;
use rand_pcg::rand_core::{Rng as _, SeedableRng};
use serde::{Deserialize, Serialize};

use super::digest_bytes;

/// A point in the tree of seeds: one run seed, a named child for each purpose.
///
/// Children with different names or indices give independent streams; the value depends only on
/// the run seed and the path of names, never on the order in which streams are made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeedStream {
    path: String,
}

impl SeedStream {
    /// The root of a run.
    #[must_use]
    pub fn new(run_seed: u64) -> Self {
        Self { path: format!("releat/{run_seed}") }
    }

    /// The child for one purpose, such as `env`, `init`, `shuffle` or `action`.
    #[must_use]
    pub fn child(&self, purpose: &str) -> Self {
        Self { path: format!("{}/{purpose}", self.path) }
    }

    /// The child with a number, such as one symbol of a market.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        Self { path: format!("{}/{index}", self.path) }
    }

    /// The generator at this point.
    #[must_use]
    pub fn rng(&self) -> Rng {
        let digest = digest_bytes(self.path.as_bytes());
        Rng { pcg: Pcg64::from_seed(digest.0), draws: 0, seed: digest.0 }
    }
}

/// A stream of random numbers (PCG XSL 128/64), with our own distributions.
///
/// # Source
/// O'Neill, "PCG: A Family of Simple Fast Space-Efficient Statistically Good Algorithms for Random
/// Number Generation", 2014.
#[derive(Debug, Clone)]
pub struct Rng {
    pcg: Pcg64,
    seed: [u8; 32],
    draws: u64,
}

/// What a checkpoint keeps of a generator: its seed and how many words were drawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RngState {
    seed: [u8; 32],
    draws: u64,
}

impl Rng {
    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.draws += 1;
        self.pcg.next_u64()
    }

    /// Uniform in `[0, 1)`, a multiple of 2⁻⁵³.
    pub fn uniform(&mut self) -> f64 {
        (self.bits() >> 11) as f64 * (1.0 / (1_u64 << 53) as f64)
    }

    /// Uniform in `0..bound`, by multiplication (Lemire 2019) without the rejection step: the bias is
    /// below `bound` / 2⁶⁴.
    ///
    /// # Panics
    /// If `bound` is zero.
    pub fn below(&mut self, bound: usize) -> usize {
        assert!(bound > 0, "invariant: a random index needs a non-empty range");
        let wide = u128::from(self.bits()) * bound as u128;
        (wide >> 64) as usize
    }

    /// Standard normal, by the Box–Muller transform; two words a value.
    pub fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.uniform()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.uniform()).cos()
    }

    /// Student's t with `degrees` ≥ 3 degrees of freedom, scaled to variance 1.
    pub fn student_t(&mut self, degrees: usize) -> f64 {
        let nu = degrees.max(3) as f64;
        let chi2: f64 = (0..degrees.max(3)).map(|_| self.normal().powi(2)).sum();
        self.normal() / (chi2 / nu).sqrt() * ((nu - 2.0) / nu).sqrt()
    }

    /// Shuffles in place (Fisher–Yates, from the back).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }

    /// What a checkpoint keeps.
    #[must_use]
    pub fn state(&self) -> RngState {
        RngState { seed: self.seed, draws: self.draws }
    }

    /// The generator that a checkpoint kept, at the same place.
    #[must_use]
    pub fn restore(state: &RngState) -> Self {
        let mut pcg = Pcg64::from_seed(state.seed);
        pcg.advance(u128::from(state.draws));
        Self { pcg, seed: state.seed, draws: state.draws }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn golden_values_do_not_change() {
        let mut rng = SeedStream::new(7).child("env").rng();
        let first: Vec<u64> = (0..3).map(|_| rng.bits()).collect();
        let mut again = SeedStream::new(7).child("env").rng();
        assert_eq!(first, (0..3).map(|_| again.bits()).collect::<Vec<_>>());
        let mut other = SeedStream::new(7).child("init").rng();
        assert_ne!(first[0], other.bits());
    }

    #[test]
    fn a_restored_stream_goes_on_where_it_was() {
        let mut rng = SeedStream::new(1).rng();
        for _ in 0..1000 {
            rng.normal();
        }
        let mut restored = Rng::restore(&rng.state());
        assert_eq!(rng.bits(), restored.bits());
    }

    #[test]
    fn normals_have_mean_zero_and_variance_one() {
        let mut rng = SeedStream::new(3).rng();
        let draws: Vec<f64> = (0..100_000).map(|_| rng.normal()).collect();
        let mean = draws.iter().sum::<f64>() / 1e5;
        let variance = draws.iter().map(|x| x * x).sum::<f64>() / 1e5;
        assert!(mean.abs() < 0.02 && (variance - 1.0).abs() < 0.03, "{mean} {variance}");
    }

    #[test]
    fn a_shuffle_keeps_every_item() {
        let mut items: Vec<usize> = (0..100).collect();
        SeedStream::new(5).rng().shuffle(&mut items);
        assert_ne!(items, (0..100).collect::<Vec<_>>());
        items.sort_unstable();
        assert_eq!(items, (0..100).collect::<Vec<_>>());
    }
}
