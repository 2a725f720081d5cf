//! Tests of the ledger.

mod away;
mod by_hand;
mod fixtures;
mod killed;
mod recording;
mod replaying;
mod tables;
mod tampering;
