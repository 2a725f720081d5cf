//! The database itself: its address, its connections, its schema, and one way to ask both kinds.

mod address;
mod link;
mod migrate;
mod pools;
mod value;

pub(super) use address::Address;
#[cfg(test)]
pub(super) use link::Dialect;
pub(super) use link::{Link, Record, decode};
#[cfg(test)]
pub(super) use migrate::{Migration, known, migrate};
pub(super) use pools::Pools;
pub(super) use value::{Value, values};
