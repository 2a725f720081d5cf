//! The two ways in: requests and websockets.

mod http;
mod sockets;

pub(super) use http::{Request, Response, read, write};
pub(super) use sockets::converse;
