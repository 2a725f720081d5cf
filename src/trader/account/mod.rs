//! The account as the venue's reports make it, and the last known prices.

mod portfolio;
mod prices;

pub(super) use portfolio::Portfolio;
pub(super) use prices::Prices;
