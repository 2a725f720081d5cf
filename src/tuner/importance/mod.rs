//! Which settings matter.

mod forest;
mod ranking;

pub use ranking::importances;
