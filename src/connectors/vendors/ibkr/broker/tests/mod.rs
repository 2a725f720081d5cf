//! End to end over TCP, against the simulated gateway.

mod data;
mod faults;
mod orders;
mod proxy;
mod refusals;
mod stage;
