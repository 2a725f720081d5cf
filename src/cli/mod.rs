//! What the user typed: arguments, dispatch, exit codes.

mod arguments;
mod dispatch;
mod errors;
mod global;

pub use arguments::{Arguments, Command};
pub use dispatch::main;
pub use global::Global;
