//! A frozen agent under hardship: dearer trading, late orders, worse markets.
//!
//! Each hardship gives the same few figures as the run without any. The agent never learns from it,
//! and features are computed anew from the changed bars by the one kernel that there is.

mod changes;
mod costs;
mod delay;
mod held;
mod outcome;
mod scenarios;
mod stand;

#[cfg(test)]
mod tests;

pub use costs::{BreakEven, scaled_costs};
pub use delay::Delayed;
pub use outcome::{CostPoint, DelayPoint, Scenario, ScenarioRun, StressOutcome, stress};
pub use stand::{MakeStrategy, Stand, StressError};
