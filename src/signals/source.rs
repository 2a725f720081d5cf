//! Whoever forms signals.

use super::{Opinion, SignalError};
use crate::base::Timestamp;
use crate::domain::MarketRow;
use crate::gym::{ActionTable, PositionState, Standing};

/// What an account looks like when a decision is due.
#[derive(Debug, Clone, Copy)]
pub struct DecisionPoint<'a> {
    /// The time of the row that was seen last.
    pub time: Timestamp,
    /// What the policy may see of the account.
    pub position: &'a PositionState,
    /// What decides which actions are legal.
    pub standing: &'a Standing<'a>,
    /// Whether each symbol has a bar on this row.
    pub trading: &'a [bool],
}

impl DecisionPoint<'_> {
    /// One flag per action of a table: may it be taken now?
    ///
    /// # Panics
    /// If `trading` has not one flag per symbol.
    #[must_use]
    pub fn legal_actions(&self, actions: &ActionTable) -> Vec<bool> {
        self.standing.legal_actions(self.trading, actions)
    }
}

/// Forms signals for one account.
pub trait SignalSource {
    /// Takes in the next row of the market, whether or not a decision is due on it.
    fn observe(&mut self, row: &MarketRow);

    /// What there is to say at the row that was seen last.
    ///
    /// # Errors
    /// [`SignalError`] if a policy cannot decide.
    fn signal(&mut self, point: &DecisionPoint<'_>) -> Result<Opinion, SignalError>;
}
