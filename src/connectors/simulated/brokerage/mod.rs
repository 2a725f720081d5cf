//! The broker behind the simulated gateways: a made-up market, one account, and every order that was sent to it.
//!
//! It knows no protocol. All of it follows from the seed and from when what was asked.

mod booking;
mod event;
mod fees;
mod hours;
mod house;
mod matching;
mod noise;
mod order;
mod truth;
mod virtual_market;

#[cfg(test)]
mod tests;

pub use event::HouseEvent;
pub use fees::Fees;
pub use house::Brokerage;
pub use order::{HouseExecution, HouseOrder, HouseRecord, HouseStatus, Position};
pub use virtual_market::VirtualMarket;
