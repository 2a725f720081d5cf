//! Whoever forms signals.

use super::Signal;
use crate::base::Timestamp;
use crate::domain::MarketRow;
use crate::features::{DocumentError, FeatureError};
use crate::gym::PositionState;
use crate::learners::PolicyError;
use crate::learners::bundle::BundleError;

/// What an account looks like when a decision is due.
#[derive(Debug, Clone, Copy)]
pub struct DecisionPoint<'a> {
    /// The time of the row that was seen last.
    pub time: Timestamp,
    /// What the policy may see of the account.
    pub position: &'a PositionState,
    /// One flag per action.
    pub legal: &'a [bool],
}

/// Forms signals for one account.
pub trait SignalSource {
    /// Takes in the next row of the market, whether or not a decision is due on it.
    fn observe(&mut self, row: &MarketRow);

    /// The wish at the row that was seen last; `None` while it is too early to have one.
    ///
    /// # Errors
    /// [`SignalError`] if the policy cannot decide.
    fn signal(&mut self, point: &DecisionPoint<'_>) -> Result<Option<Signal>, SignalError>;
}

/// No signal could be formed.
#[derive(Debug, thiserror::Error)]
pub enum SignalError {
    /// The bundle cannot be used.
    #[error("the agent bundle cannot give signals")]
    Bundle {
        /// What is wrong with it.
        source: BundleError,
    },
    /// The features of the bundle cannot be computed.
    #[error("the features of the agent bundle cannot be computed")]
    Features {
        /// Why.
        source: FeatureError,
    },
    /// The feature document of the bundle cannot be read.
    #[error("the feature document of the agent bundle cannot be read")]
    Document {
        /// Why.
        source: DocumentError,
    },
    /// The action table of the bundle cannot be read.
    #[error("the action table of the agent bundle cannot be read")]
    Actions {
        /// Why.
        source: serde_json::Error,
    },
    /// The parts of the bundle do not belong together.
    #[error("the agent bundle does not fit together: {what} must be {expected}, was {found}")]
    Mismatch {
        /// What was counted.
        what: &'static str,
        /// By the other parts of the bundle.
        expected: usize,
        /// By this part.
        found: usize,
    },
    /// The policy cannot decide.
    #[error("the policy cannot decide at {time}")]
    Policy {
        /// The decision time.
        time: Timestamp,
        /// Why.
        source: PolicyError,
    },
    /// The policy chose a row that the table does not have.
    #[error("an action must be in 0..{num_actions}, was {action} at {time}")]
    Action {
        /// The decision time.
        time: Timestamp,
        /// What was chosen.
        action: usize,
        /// Rows of the table.
        num_actions: usize,
    },
}
