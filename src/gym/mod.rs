//! The trading environment: thousands of accounts as tensors, and the f64 account that defines them.
//!
//! [`Account`] is the definition of what an order does to an account; `evaluate` steps it.
//! [`VecEnv`] is the same arithmetic on tensors, and a parity test holds the two together; on the
//! processor a fused kernel does it in one pass, equal to the bit.
//! What is deliberately not here: policies, learning, and anything that reads a clock or a file.

mod actions;
mod environment;
mod fused;
mod observation;
mod params;
mod reference;
mod slots;
mod tape;
mod vector;

#[cfg(test)]
pub(crate) mod fixtures;
#[cfg(test)]
mod parity_tests;

pub use actions::{ActionError, ActionTable, WeightLimits, WeightRule};
pub use environment::{EnvState, LastObs, Step, VecEnv};
pub use observation::{
    PositionState, SlotState, num_position_values, num_slot_values, observation_rows,
    position_block, position_names, slot_block, slot_value_names,
};
pub use params::{EnvParams, cost_model};
pub use reference::{
    Account, AccountStep, Execution, ExecutionKind, Holdings, MIN_ORDER_FRAC, Order, Position,
    RewardInput, RewardState, Standing, order_quantities, protective_exit,
};
pub use slots::{SlotAction, SlotBook, SlotChange, SlotCounts, SlotRules};
pub use tape::{Quote, Tape, TapeError, quote_price};
pub use vector::{EnvData, EnvError, ILLEGAL_LOGIT};
