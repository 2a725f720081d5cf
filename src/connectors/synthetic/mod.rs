//! A seeded made-up market: regime-switching volatility, fat tails, one common factor, and, if
//! asked for, predictability whose best policy is known. It is not market data.
//!
//! Every series is generated from one fixed day on, so a longer range never changes earlier bars.
//! Prices that leave 10..1000 are brought back by dated splits, as companies do.

mod clock;
mod oracle;
mod path;
mod shared;
mod source;

#[cfg(test)]
mod tests;

pub use oracle::{OraclePolicy, PlantedOracle};
pub use source::SyntheticMarket;
