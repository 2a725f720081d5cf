//! One connection's way of writing.

use super::super::codec::{Codec, Unreadable};
use super::super::message::{Reply, Request};
use super::fields::Fields;
use super::{read, version, write};

/// Text at one server version.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TextCodec {
    version: i32,
}

impl TextCodec {
    /// For a version from 100 to 200; `None` for others.
    pub(crate) fn new(version: i32) -> Option<Self> {
        (version::OLDEST..=version::NEWEST).contains(&version).then_some(Self { version })
    }
}

impl Codec for TextCodec {
    fn read(&self, body: &[u8]) -> Result<Request, Unreadable> {
        read::request(Fields::open(body, self.version)?)
    }

    fn write(&self, reply: &Reply) -> Vec<Vec<u8>> {
        write::reply(reply, self.version)
    }
}
