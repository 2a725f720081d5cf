//! `releat fetch`: bars into the lake.

mod command;
mod document;
mod ending;
mod ticks;

pub use command::{FetchOptions, fetch};
