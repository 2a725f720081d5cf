//! The desk of the gateway: what a request does at the house, and what is said about it.
//!
//! It knows messages and nothing of bytes, sockets or faults of the wire.

mod account;
mod book;
mod contract;
mod front;
mod history;
mod lists;
mod live;
mod news;
mod place;
mod span;

pub(crate) use front::{DataRights, Desk, DeskOptions, Line};
