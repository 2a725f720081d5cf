//! End to end over TCP, against the simulated gateway.

mod ambiguous;
mod data;
mod faults;
mod orders;
mod proxy;
mod refusals;
mod stage;
mod storm;
