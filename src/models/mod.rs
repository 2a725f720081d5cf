//! The networks: a trunk that sees and remembers, and heads that answer.
//!
//! All parameters of a [`Model`] live in one flat tensor; a [`Network`] is that tensor cut into the
//! matrices of one pass. What takes the time is in `ops`. A file of weights has PyTorch's names and
//! layouts. Nothing here learns or knows what an observation means.

mod architecture;
mod dense;
mod heads;
mod model;
mod network;
mod ops;
mod parameters;
mod shape_check;
mod trunks;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod trunk_tests;

pub use architecture::{Architecture, Trunk};
pub use heads::{Atoms, Heads, Noise, QShape};
pub use model::Model;
pub use network::{Network, Step};
pub use ops::{Adam, log_prob_and_entropy, sample_actions};
pub use parameters::{ParameterLayout, WeightsError};
pub use shape_check::ArchitectureError;
pub use trunks::{CnnLstmShape, GatedResidualShape, GruShape, MlpShape};
