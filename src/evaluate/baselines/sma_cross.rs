//! Each symbol while its fast average is above its slow one.

use crate::domain::Weights;
use crate::evaluate::trajectory::{Choice, Strategy, View};
use crate::learners::PolicyError;

const FAST_BARS: usize = 20;
const SLOW_BARS: usize = 50;

/// Equal shares of equity for the symbols whose 20-bar average is above their 50-bar average; a
/// symbol's share is in cash while it is not. Trades only when a cross changes.
pub(super) struct SmaCross {
    held: Option<Vec<bool>>,
}

impl SmaCross {
    pub(super) fn new() -> Self {
        Self { held: None }
    }
}

impl Strategy for SmaCross {
    fn decide(&mut self, view: &View<'_>) -> Result<Choice, PolicyError> {
        let wanted: Vec<bool> = (1..view.num_assets())
            .map(|asset| {
                let closes = view.closes(asset, SLOW_BARS);
                closes.len() == SLOW_BARS && mean(&closes[SLOW_BARS - FAST_BARS..]) > mean(&closes)
            })
            .collect();
        if self.held.as_ref() == Some(&wanted) {
            return Ok(Choice::hold());
        }
        let share = 1.0 / wanted.len() as f64;
        let mut weights = vec![0.0; wanted.len() + 1];
        for (weight, _) in weights[1..].iter_mut().zip(&wanted).filter(|(_, wanted)| **wanted) {
            *weight = share;
        }
        weights[0] = 1.0 - weights[1..].iter().sum::<f64>();
        self.held = Some(wanted);
        Ok(Weights::try_new(weights).map_or_else(|_| Choice::hold(), Choice::weights))
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}
