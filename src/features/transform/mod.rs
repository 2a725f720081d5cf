//! The fitted chain over every column: clip, power, standardize, squash.
//!
//! A fit knows the days it was made on and refuses to be judged there.

mod fit;
mod fitted;
mod minimize;
mod percentile;
mod step;
mod yeo_johnson;

#[cfg(test)]
mod tests;

pub use fitted::{FittedColumn, FittedTransforms};
pub use step::FittedStep;
