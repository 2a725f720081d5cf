//! What the user typed: arguments, dispatch, exit codes.

mod arguments;
mod broker;
mod data;
mod dispatch;
mod errors;
mod global;
mod mirror;
mod trade;
mod tune;

pub use arguments::{Arguments, Command};
pub use dispatch::main;
pub use global::Global;
