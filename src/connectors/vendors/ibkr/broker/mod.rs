//! Trading at Interactive Brokers, through TWS or IB Gateway.
//!
//! What the broker sends goes into state machines without I/O: orders, market data, the standing of
//! the connection. Thin tasks around them listen, ask for the time, keep the pace, and connect
//! again after a loss; every loss is told, and everything is compared afterwards.
//!
//! It does not trade on delayed data unless allowed, touch orders of others, bind manual orders,
//! send fractions of a share, or send anything twice.

mod adapter;
mod codes;
mod connect;
mod data;
mod examine;
mod known;
mod link;
mod orders;
mod snapshot;
mod values;

#[cfg(test)]
mod known_tests;
#[cfg(test)]
mod tests;

pub use adapter::IbkrBroker;
pub use codes::ibkr_codes_table;
pub use connect::connect;
pub use data::IbkrStream;
pub use examine::examine;
