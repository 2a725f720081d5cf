//! The environment's step on the processor in one pass over the environments.
//!
//! [`vector`](super::vector) defines what a step does, one tensor operation after another, each a pass
//! over memory. Here the same operations are done in the same order on plain slices, for a block of
//! environments that stays in the first-level cache. Every environment is computed by itself, so that
//! neither the number of threads nor the width of the vector unit changes a bit.
//!
//! Settings that the kernel does not know are left to the tensor body; `settings` names them.

mod env;
mod integers;
mod kernel;
mod last_obs;
mod outputs;
mod settings;
mod slices;
mod state;
mod tables;

#[cfg(test)]
mod tests;

pub(in crate::gym) use env::FusedEnv;
pub(in crate::gym) use last_obs::PatchedObs;
pub(in crate::gym) use state::FusedState;
