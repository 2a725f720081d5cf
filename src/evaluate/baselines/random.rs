//! Chance.

use crate::base::{Rng, SeedStream};
use crate::evaluate::trajectory::{Choice, Strategy, View};
use crate::gym::ActionTable;
use crate::learners::PolicyError;

const TRADE_PROBABILITY: f64 = 0.05;

/// With probability 0.05 a bar a random row of the action table, otherwise hold.
pub(super) struct Random {
    table: ActionTable,
    rng: Rng,
}

impl Random {
    pub(super) fn new(table: ActionTable, seed: &SeedStream) -> Self {
        Self { table, rng: seed.child("random_baseline").rng() }
    }
}

impl Strategy for Random {
    fn decide(&mut self, _: &View<'_>) -> Result<Choice, PolicyError> {
        // Both numbers are drawn every bar, so that the path does not depend on the first.
        let trades = self.rng.uniform() < TRADE_PROBABILITY;
        let action = self.rng.below(self.table.num_actions());
        Ok(if trades { Choice::action(action, &self.table) } else { Choice::hold() })
    }
}
