//! The trading environment: thousands of accounts as tensors, and the f64 account that defines them.
//!
//! [`Account`] is the definition of what an order does to an account; `evaluate` steps it.
//! [`VecEnv`] is the same arithmetic on tensors, and a parity test holds the two together.
//! What is deliberately not here: policies, learning, and anything that reads a clock or a file.

mod actions;
mod observation;
mod params;
mod reference;
mod tape;
mod vector;

#[cfg(test)]
pub(crate) mod fixtures;
#[cfg(test)]
mod parity_tests;

pub use actions::{ActionError, ActionTable};
pub use observation::{
    PositionState, num_position_values, observation_rows, position_block, position_names,
};
pub use params::{EnvParams, cost_model};
pub use reference::{
    Account, AccountStep, Execution, ExecutionKind, Holdings, MIN_ORDER_FRAC, Order, Position,
    RewardInput, RewardState, Standing, order_quantities, protective_exit,
};
pub use tape::{Quote, Tape, TapeError};
pub use vector::{EnvData, EnvError, EnvState, ILLEGAL_LOGIT, Step, VecEnv};
