//! The gate between what the trader wants and what a venue may see.
//!
//! Every order passes one list of checks and comes out as [`Approved`], a type that nothing else can
//! make, or as a [`Denial`] with the numbers that decided. What is not known denies. No I/O, no
//! clock, no memory of earlier orders.

mod approval;
mod book;
mod checks;
mod denial;
mod gate;

pub use approval::Approved;
pub use book::{Book, BookLine};
pub use denial::Denial;
pub use gate::{RiskError, RiskGate, Verdict};
