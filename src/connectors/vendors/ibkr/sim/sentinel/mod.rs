//! Numbers that are none, put into messages one field at a time or into all of them.

mod bytes;
mod value;

pub(crate) use bytes::{Field, Kind, Wish, numeric, unset};
pub use value::Sentinel;
