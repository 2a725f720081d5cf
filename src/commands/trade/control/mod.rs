//! Commands to a session that runs, and what is known of one that does not.
//!
//! A session listens at a socket in its folder. A kill goes through the socket, else through the kill file, else by
//! signal; it needs neither the database nor room on the disk.

mod choose;
mod folder;
mod kills;
mod process;
mod send;
mod server;
mod status;
#[cfg(test)]
mod tests;
mod wire;

pub(crate) use folder::SessionFolder;
pub(crate) use kills::{Start, arm_released, check_kills, kills};
pub use send::{ControlOptions, flatten, kill, pause, resume};
pub(crate) use server::{ControlServer, SharedView};
pub use status::{StatusOptions, status};
