//! The client and the mirror against a small store in this process, with faults on purpose.

mod client;
mod double;
mod faults;
mod mirrors;
mod ticks;
mod writers;
