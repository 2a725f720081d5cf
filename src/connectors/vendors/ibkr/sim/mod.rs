//! A gateway of the broker inside this program: the socket protocol, a made-up market and account behind it, and faults by
//! script.

mod codec;
mod fault_port;
mod message;
