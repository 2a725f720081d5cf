//! `releat paper`: agents on the simulated venue.

mod attribution;
mod command;
mod decisions;
mod engine;
mod opening;
mod pace;
mod watching;

pub use command::{PaperOptions, PaperSpeed, ReplayOptions, paper, replay};
