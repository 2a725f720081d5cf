//! Strategies without learning, traded in the same engine at the same costs.
//!
//! They see what an agent may see: closes of past rows. They know nothing of fills or costs to come.

mod momentum;
mod oracle;
mod random;
mod rebalanced;
mod roster;
mod sma_cross;
mod variance;

pub(super) use roster::{NamedStrategy, roster};
