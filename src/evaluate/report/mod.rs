//! The report of an evaluation: one HTML file that needs no network.
//!
//! It shows what it is given and computes nothing but ranks and words. The verdict comes first.

mod check;
mod html;
mod input;
mod overfitting;
mod page;
mod pictures;
mod sheet;
mod tables;
mod verdict;

#[cfg(test)]
mod tests;

pub use check::ReportError;
pub use html::escape;
pub use input::{
    ActionCount, Bound, GateCheck, NamedRun, PriceHistory, ReportInput, WeightHistory,
};
pub use page::{overview_png, render};
pub use sheet::{data_block, figure, provenance, section, sheet};
