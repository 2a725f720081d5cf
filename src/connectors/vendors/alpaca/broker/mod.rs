//! Alpaca as a broker: orders and account over REST v2, news over two websockets.
//!
//! [`connect()`] opens an account, [`examine()`] looks at it first. Inside, [`rest`] knows whether a request may
//! have arrived, [`socket`] keeps the websockets, [`tracker`] turns words of the venue into events, each fact
//! told once, [`venue`] and [`stream`] are the two sides that the trader sees.
//!
//! It sizes nothing, decides nothing and sends nothing twice.

mod codes;
mod connect;
mod reference;
mod request;
mod rest;
mod socket;
mod stream;
mod tracker;
mod venue;
mod wire;

#[cfg(test)]
mod tests;

pub use codes::alpaca_codes_table;
pub use connect::{connect, examine};
