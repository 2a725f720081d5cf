//! Signals and files that ask a process to stop or to cancel its orders.

mod kill;
mod kill_file;
mod stop;

pub use kill::KillSignal;
pub use kill_file::{KillFile, KillState};
pub use stop::{Interrupt, StopSignal};
