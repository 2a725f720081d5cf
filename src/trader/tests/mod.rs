//! Whole sessions.

mod engine;
mod faults;
mod parity;
mod stage;
