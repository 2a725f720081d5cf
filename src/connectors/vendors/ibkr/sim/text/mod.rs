//! Messages as rows of text, each field closed by a zero byte: what gateways speak up to server version 200.
//!
//! Foreign clients of this age check the simulator from outside; the program itself speaks protobuf only.

mod codec;
mod fields;
mod read;
mod read_order;
mod row;
mod version;
mod write;
mod write_account;
mod write_market;
mod write_order;

#[cfg(test)]
mod tests;

pub(crate) use codec::TextCodec;
