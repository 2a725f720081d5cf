//! The binary as a user meets it, and the house it is built in.

mod architecture;
mod audit;
mod bad_input;
mod chain;
mod docs;
mod real_data;
mod resume;
mod sandbox;
