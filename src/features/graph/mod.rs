//! The columns of an agent: their names, their stream and their batch.

mod aggregator;
mod checks;
mod feature_graph;
mod frame;
mod names;
mod node;
mod periods;
mod stream;

#[cfg(test)]
mod tests;

pub use feature_graph::FeatureGraph;
pub use frame::{FeatureFrame, batch};
pub use stream::FeatureStream;
