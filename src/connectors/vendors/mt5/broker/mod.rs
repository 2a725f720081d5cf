//! MetaTrader 5 as a broker, through the same REST bridge.
//!
//! | path | what |
//! |---|---|
//! | `POST /order` | a market order with a number (`magic`) and a comment of ours |
//! | `GET /account`, `/positions`, `/history/deals` | the account, what it holds, what traded |
//! | `GET /tick/{symbol}`, `/rates_range/{symbol}` | best prices and bars |
//!
//! The bridge sends market orders alone, has no stream and no clock, and answers 500 both for what the
//! server refused and for what nobody knows. An order is therefore found again by its magic number, which
//! is made of the session's name, and its comment, `releat-NUMBER`; nothing is sent twice. Quantities are
//! lots, and only instruments whose lot is one unit in the currency of the account are traded: the bridge
//! tells no contract sizes.

mod book;
mod connect;
mod desk;
mod names;
mod stream;
mod verdict;
mod wire;

#[cfg(test)]
mod tests;

pub use connect::{connect, examine};
pub use verdict::mt5_codes_table;
