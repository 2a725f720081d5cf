//! A double of TWS or IB Gateway: a small server that speaks its socket protocol.
//!
//! It does the handshake at server version 225, and sends contracts, the time, and bars and ticks
//! of a made-up market, with protobuf bodies. Faults are scripted; every request is written
//! down, and the broker's pacing rules are counted. It is a test double and knows no more of the real
//! gateway than its documents and recorded sessions say.

#![allow(
    dead_code,
    unreachable_pub,
    unused_imports,
    reason = "each user of the double needs a part of it"
)]

mod bars;
mod market;
mod pacing;
mod script;
mod server;
mod ticks;
pub mod wire;

pub use market::{Market, Session, at};
pub use pacing::Rules;
pub use script::{Fault, Handshake, Kind, Seen};
pub use server::{Double, error_frame};
pub use ticks::session_trades;
