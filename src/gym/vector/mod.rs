//! The environment as tensors: N accounts step together on one device.
//!
//! Everything is kept as a fraction of initial equity and every price as a change since the decision's
//! close, so that f32 carries returns, not price levels. Tensors lie asset-major, `[rows, N]`.

mod book;
mod env;
mod exits;
mod legality;
mod market;
mod orders;
mod reward;
mod starts;
mod state;

#[cfg(test)]
mod tests;

pub use env::{Step, VecEnv};
pub use legality::ILLEGAL_LOGIT;
pub use state::{EnvData, EnvError, EnvState};
