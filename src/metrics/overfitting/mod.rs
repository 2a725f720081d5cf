//! How much of a chosen agent's performance is the luck of having tried many.
//!
//! Every trial counts: the best of many worthless agents looks good on the bars it was chosen on. These
//! statistics say how good, from the returns of all trials. They know nothing of trials that nobody
//! recorded, of luck that all trials share, such as a rising market, and of the future.

mod assessment;
mod clusters;
mod deflated;
mod linkage;
mod pbo;
mod splits;
mod track_record;

#[cfg(test)]
mod oracle_tests;
#[cfg(test)]
mod study_tests;

pub use assessment::{Overfitting, TrialReturns};
pub use clusters::{Clusters, effective_trials};
pub use deflated::{
    DeflatedInput, DeflatedSharpe, deflated_sharpe, expected_max_sharpe, min_backtest_years,
};
pub use pbo::{PBO_BLOCKS, Pbo, pbo, pbo_blocks};
pub use track_record::{
    CHANCE_CONFIDENCE, TrackRecord, min_track_record_bars, probabilistic_sharpe,
};
