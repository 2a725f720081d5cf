//! The REST bridge of MetaTrader 5: PyPI's `mt5-bridge` 1.9, a server beside a terminal on Windows.
//!
//! What is asked, all with GET and answered with JSON:
//!
//! | path | query | answer |
//! |---|---|---|
//! | `/rates/{symbol}` | `timeframe=D1&count=5` | the newest bars, oldest first |
//! | `/rates_range/{symbol}` | `timeframe=M1&start=S&end=S` | the bars that open from start to end |
//! | `/ticks_range/{symbol}` | `start=S&end=S&flags=ALL` | ticks of those seconds |
//!
//! `S` are seconds since 1970. Timeframes are M1, M5, M15, M30, H1, H4, D1, W1 and MN1. Status 500 with
//! `{"detail":"Failed to get rates range for EURUSD"}` says that the terminal gave nothing, 422 that
//! the query is wrong.
//!
//! **Times.** The bridge calls its times UTC, but it only subtracts one number from the server's clock:
//! the hours that it guessed, from the newest tick, when it was started (0 if the market was closed
//! then, or with `--no-utc`). Times on the other side of a change of daylight saving are therefore an
//! hour wrong. Days of the terminal begin at midnight of the server, so the newest daily bars
//! tell that number; it is added again, and `server_zone` tells the instant.

mod broker;
mod request;
mod source;
mod wire;

#[cfg(test)]
mod tests;

pub use broker::{connect, examine, mt5_codes_table};
pub(in crate::connectors) use source::Mt5Bridge;
