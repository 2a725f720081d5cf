//! The networks: an actor and a critic on one trunk, with or without memory.
//!
//! All parameters of a network live in one flat tensor; a [`Network`] is that tensor cut into the
//! matrices of one forward pass. A file of weights has PyTorch's names and layouts. Nothing here
//! samples, learns or knows what an observation means.

mod actor_critic;
mod architecture;
mod dense;
mod gru;
mod init;
mod layout;
mod mlp;
mod weights;

#[cfg(test)]
mod tests;

pub use actor_critic::{ActorCritic, Network, PassRecord, SequencePass, Step};
pub use architecture::{Architecture, GruShape, MlpShape};
pub use layout::ParameterLayout;
pub use weights::WeightsError;
