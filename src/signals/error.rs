//! Why no signal can be formed.

use crate::base::Timestamp;
use crate::features::{DocumentError, FeatureError};
use crate::learners::PolicyError;
use crate::learners::bundle::BundleError;

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
    /// Agents that cannot trade one account together.
    #[error(
        "agents trade together only with the same {what}: `{first}` has {expected}, `{other}` has {found}"
    )]
    Members {
        /// What differs.
        what: &'static str,
        /// The first agent.
        first: String,
        /// What it has.
        expected: String,
        /// The agent that differs from it.
        other: String,
        /// What that one has.
        found: String,
    },
    /// An ensemble of nobody, or of two agents with one name.
    #[error("an ensemble needs one agent or more, each with a name of its own, found {names:?}")]
    Names {
        /// The names given.
        names: Vec<String>,
    },
}
