//! The adapter against the double, over TCP.

mod bench;
mod faults;
mod orders;
mod refusals;
mod streams;
