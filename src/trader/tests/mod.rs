//! Whole sessions.

mod bench;
mod engine;
mod faults;
mod misses;
mod parity;
mod positions;
mod reports;
mod stage;
