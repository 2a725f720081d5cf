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

pub use legality::ILLEGAL_LOGIT;
pub use state::{EnvData, EnvError};

pub(in crate::gym) use book::{BarResult, Book, Booking, MIN_ENTRY_VALUE};
pub(in crate::gym) use env::{GatheredObs, TensorEnv};
pub(in crate::gym) use market::{Bar, Layout};
pub(in crate::gym) use starts::ChanceTable;
pub(in crate::gym) use state::TensorState;
