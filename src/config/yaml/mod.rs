//! YAML with places: every node knows where it stands, so that every problem can point at it.
//!
//! A settings file needs no anchors, aliases, merge keys, tags or several documents, so they are
//! refused; numbers and booleans are read in one strict way.

mod node;
mod parse;
mod path;
mod scalar;
mod write;

pub(crate) use node::{Entry, Node, Span, Value};
pub(crate) use parse::parse;
pub(crate) use path::{Path, Step, joined};
pub(crate) use write::{block, flow};
