//! Rolling relations between the one-bar returns of two symbols.

use super::rolling::RollingMoments;
use crate::features::kernel::{Kernel, KernelInput};

/// Which relation is computed.
#[derive(Debug, Clone, Copy)]
pub(super) enum Relation {
    /// `cov(own, other)/√(var(own)·var(other))`, in −1..=1; 0 where either variance is 0.
    Correlation,
    /// `cov(own, other)/var(other)`, the slope of own returns on the other's; 0 where that
    /// variance is 0.
    Beta,
}

/// Correlation or beta of the last `window` pairs of simple one-bar returns of the closes.
///
/// A row on which the other symbol has no bar is skipped: the outputs stay as they were, and the
/// next pair of returns spans the gap for both. Warm-up `window + 1` rows with both bars.
///
/// # Source
/// TA-Lib `CORREL(own returns, other returns)`, which takes the columns as given, and
/// `BETA(other closes, own closes)`, which makes the returns itself and regresses its second
/// argument on its first. TA-Lib answers 0 for constant columns as well.
pub(super) struct Pair {
    relation: Relation,
    window: usize,
    last: Option<(f64, f64)>,
    moments: RollingMoments<2>,
}

impl Pair {
    pub(super) fn new(relation: Relation, window: usize) -> Self {
        Self { relation, window, last: None, moments: RollingMoments::new(window) }
    }

    fn value(&self) -> f64 {
        if !self.moments.is_full() {
            return f64::NAN;
        }
        let (own, other) = (self.moments.squares(0), self.moments.squares(1));
        let cross = self.moments.cross(0, 1);
        match self.relation {
            Relation::Correlation if own > 0.0 && other > 0.0 => {
                (cross / (own.sqrt() * other.sqrt())).clamp(-1.0, 1.0)
            }
            Relation::Beta if other > 0.0 => cross / other,
            Relation::Correlation | Relation::Beta => 0.0,
        }
    }
}

impl Kernel for Pair {
    fn num_outputs(&self) -> usize {
        1
    }

    fn warm_up(&self) -> usize {
        self.window + 1
    }

    fn update(&mut self, input: &KernelInput<'_>, out: &mut [f64]) {
        if let Some(other) = input.other {
            let closes = (input.bar.close, other.close);
            if let Some(last) = self.last.replace(closes) {
                let change = |close: f64, last: f64| (close - last) / last;
                self.moments.push([change(closes.0, last.0), change(closes.1, last.1)]);
            }
        }
        out[0] = self.value();
    }
}
