//! Problems of a configuration: what was expected, what was found, and where.

mod render;
mod report;
mod sources;
mod words;

pub use report::{ConfigErrors, Location, Problem};

pub(crate) use sources::{Source, Sources};
pub(crate) use words::{listed, nearest};
