//! What a bundle keeps of the features, and the rows that trading makes of it.

mod document;
mod live;

#[cfg(test)]
mod tests;

pub use document::{DocumentError, FeatureDocument};
pub use live::FeaturePipeline;
