//! What answers: from features to logits, values or action values.

mod actor_critic;
mod q_values;

pub use actor_critic::Heads;
pub(super) use actor_critic::{ActorCriticHeads, head_specs};
pub(super) use q_values::QHead;
pub use q_values::{Atoms, Noise, QShape};
