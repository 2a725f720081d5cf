//! What comes before training: bars into the lake, and columns from them.

mod command;
mod document;
mod ending;
mod features;
mod ticks;

pub use command::{FetchOptions, fetch};
pub use features::{FeaturesOptions, features};
