//! Between bytes and messages.

use super::message::{Reply, Request};
use super::sentinel::Wish;

/// One way to write messages; made for the version that client and gateway agreed upon.
pub(crate) trait Codec: Send + Sync {
    /// What a client said; `body` is a frame without its length.
    ///
    /// # Errors
    /// [`Unreadable`] if the body is not what the protocol says.
    fn read(&self, body: &[u8]) -> Result<Request, Unreadable>;

    /// The bodies of the frames that say a reply, without their lengths: one as a rule, two for history with an end of its
    /// own, none for what this version does not have.
    fn write(&self, reply: &Reply) -> Vec<Vec<u8>>;

    /// A body with numbers replaced by what is none; as it was where fields have no names.
    fn unset(&self, body: Vec<u8>, _wish: Wish<'_>) -> Vec<u8> {
        body
    }
}

/// A message that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("message {number} cannot be read: {detail}")]
pub(crate) struct Unreadable {
    /// Number of the message; 0 if not even that can be read.
    pub number: i32,
    /// What was expected and what was found.
    pub detail: String,
}
