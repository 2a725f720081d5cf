//! The two websockets: trade updates and market data.
//!
//! A [`Link`] is a task that keeps one of them: it connects, lets a [`Talk`] do the greeting, pings, and comes
//! back with growing pauses after any end. A socket that is open but silent is found by its missing pongs.

mod link;
mod pauses;
mod talk;

#[cfg(test)]
mod tests;

pub(super) use link::{Link, News, Timing};
pub(super) use talk::{DataTalk, Talk, TradingTalk};
