//! Settings near those of another trial.

use crate::base::Rng;
use crate::tuner::{Params, Space};

/// The settings of `parent`, each drawn anew with probability `resample` and else multiplied by 0.8 or
/// 1.25; a choice moves to its neighbor. Keys that come into force are drawn.
///
/// # Source
/// Jaderberg et al., "Population Based Training of Neural Networks", 2017, §4.1.1: perturb and
/// resample.
pub(in crate::tuner) fn perturb(
    space: &Space,
    parent: &Params,
    resample: f64,
    rng: &mut Rng,
) -> Params {
    space.fill(|parameter| match parent.get(&parameter.key) {
        Some(value) if rng.uniform() >= resample => {
            let factor = if rng.below(2) == 0 { 0.8 } else { 1.25 };
            parameter.range.near(value, factor)
        }
        _ => parameter.range.draw(rng),
    })
}
