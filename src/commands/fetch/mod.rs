//! `releat fetch`: bars into the lake.

mod command;
mod document;
mod ending;

pub use command::{FetchOptions, fetch};
