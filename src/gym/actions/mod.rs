//! What the actions of a policy mean, and the limits on the weights that they ask for.

mod limits;
mod table;
mod weights;

pub use limits::WeightLimits;
pub use table::{ActionError, ActionTable};
pub use weights::WeightRule;
