//! What can go wrong with an object.

use crate::base::{Digest, FileError};
use crate::ports::RemoteError;

/// An object could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum ObjectError {
    /// The store did not deliver.
    #[error(transparent)]
    Remote(#[from] RemoteError),
    /// There is no such object.
    #[error("{key} must be in the object store, found nothing")]
    Absent {
        /// The object.
        key: String,
    },
    /// Its bytes are not those that were written.
    #[error("{key} is damaged: expected SHA-256 {expected}, found {found}")]
    Damaged {
        /// The object.
        key: String,
        /// The digest in its name, or the one it was written with.
        expected: Digest,
        /// The digest of what came.
        found: Digest,
    },
    /// A file of this machine could not be read or written.
    #[error(transparent)]
    File(#[from] FileError),
}

impl ObjectError {
    /// The exit code of a command that ends with this error.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Remote(error) => error.exit_code(),
            Self::Absent { .. } | Self::Damaged { .. } | Self::File(_) => 3,
        }
    }
}
