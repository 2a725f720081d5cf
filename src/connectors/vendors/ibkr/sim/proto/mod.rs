//! Messages with protobuf bodies: what gateways speak from server version 213 on.
//!
//! The tags are those of the protocol; only the fields that the simulator reads or writes are here, and all others are
//! skipped. Decimal numbers are texts on the wire.

mod account;
mod codec;
mod contract;
mod define;
mod market;
mod order;
mod read;
mod table;
mod write;
mod write_order;

#[cfg(test)]
mod tests;

pub(crate) use codec::ProtoCodec;
pub(crate) use table::MESSAGES;

#[cfg(test)]
pub(crate) use table::numeric_fields;
