//! The checks on hand-made rows, on clean series, and on series with faults put in.

mod clean;
mod injected;
pub(in crate::dataset::quality) mod market;
mod rows;
mod series;
