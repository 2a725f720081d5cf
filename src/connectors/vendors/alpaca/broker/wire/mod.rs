//! What Alpaca's trading service and its streams send, as they send it.

mod account;
mod data;
mod order;
mod quantity;
mod update;

pub(super) use account::{Account, Asset, Clock, Day, Position, Refusal};
pub(super) use data::{BarPage, DataMessage, LatestQuotes, WireBar};
pub(super) use order::{Activity, Standing, WireOrder, side, standing};
pub(super) use quantity::Quantity;
pub(super) use update::{TradingMessage, Update};

#[cfg(test)]
mod tests;
