//! The symbol that rose most.

use crate::domain::Weights;
use crate::evaluate::trajectory::{Choice, Strategy, View};
use crate::learners::PolicyError;

const LOOK_BACK_BARS: usize = 126;
const EVERY_BARS: usize = 21;

/// Everything in the symbol with the best return of the last 126 bars (or as many as there are),
/// chosen every 21 bars; cash if none rose.
pub(super) struct Momentum {
    bars_since: Option<usize>,
}

impl Momentum {
    pub(super) fn new() -> Self {
        Self { bars_since: None }
    }
}

impl Strategy for Momentum {
    fn decide(&mut self, view: &View<'_>) -> Result<Choice, PolicyError> {
        let bars = self.bars_since.map_or(EVERY_BARS, |bars| bars + 1);
        if bars < EVERY_BARS {
            self.bars_since = Some(bars);
            return Ok(Choice::hold());
        }
        self.bars_since = Some(0);
        let mut best = (0, 0.0);
        for asset in 1..view.num_assets() {
            let closes = view.closes(asset, LOOK_BACK_BARS + 1);
            let rise = match (closes.first(), closes.last()) {
                (Some(first), Some(last)) => last / first - 1.0,
                _ => 0.0,
            };
            if rise > best.1 {
                best = (asset, rise);
            }
        }
        let mut weights = vec![0.0; view.num_assets()];
        weights[best.0] = 1.0;
        Ok(Weights::try_new(weights).map_or_else(|_| Choice::hold(), Choice::weights))
    }
}
