//! End to end over TCP, against the simulated gateway.

mod ambiguous;
mod data;
mod faults;
mod gate;
mod kill;
mod night;
mod orders;
mod proxy;
mod refusals;
mod reports;
mod sentinels;
mod stage;
mod storm;
mod switch;
mod tap;
mod wire;
