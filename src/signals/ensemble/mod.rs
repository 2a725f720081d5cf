//! Several agents that trade one account together.
//!
//! Each member is asked on its own, a failing one is left out and named, and what the others say becomes one
//! wish. Nothing here is random or depends on the number of threads.

mod debate;
mod joint;
mod member;
mod record;
mod room;
mod score;
mod stance;
mod votes;

#[cfg(test)]
mod tests;

pub use joint::Ensemble;
