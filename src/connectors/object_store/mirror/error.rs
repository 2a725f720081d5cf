//! What can go wrong between a lake and its mirror.

use crate::base::{Digest, FileError};
use crate::connectors::object_store::{Address, ObjectError};
use crate::dataset::LakeError;

/// A series could not be mirrored.
#[derive(Debug, thiserror::Error)]
pub enum MirrorError {
    /// The store did not deliver, or what it delivered is damaged.
    #[error(transparent)]
    Object(#[from] ObjectError),
    /// The lake is damaged, or another process writes to it.
    #[error(transparent)]
    Lake(#[from] LakeError),
    /// A file could not be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// Lake and mirror both have what the other lacks.
    #[error(
        "the lake or {address} must hold all of {series}, but {reason} (manifest SHA-256 {local} \
         here, {remote} there)"
    )]
    Conflict {
        /// The series.
        series: String,
        /// What differs.
        reason: Box<str>,
        /// The digest of the manifest here.
        local: Digest,
        /// The digest of the manifest there.
        remote: Digest,
        /// The mirror.
        address: Box<Address>,
    },
    /// A manifest is not one that this version can mirror.
    #[error("{place} must be {expected}, found {found}")]
    Manifest {
        /// The manifest.
        place: String,
        /// What was expected.
        expected: String,
        /// What is there.
        found: String,
    },
    /// The store takes puts whose condition does not hold.
    #[error(
        "{address} must refuse a put whose condition does not hold (If-None-Match, If-Match), it \
         took one: two writers would overwrite each other"
    )]
    Unconditional {
        /// The mirror.
        address: Address,
    },
    /// There is nothing to mirror.
    #[error("{place} must hold a series{filter}, found none")]
    Nothing {
        /// Where was looked.
        place: String,
        /// Which series were wanted.
        filter: String,
    },
    /// Other processes change the series all the time.
    #[error("{series} changed {tries} times while it was mirrored")]
    Moving {
        /// The series.
        series: String,
        /// How often it was tried.
        tries: usize,
    },
}

impl MirrorError {
    /// The exit code of a command that ends with this error.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Object(error) => error.exit_code(),
            Self::Lake(error) => error.exit_code(),
            Self::File(_)
            | Self::Conflict { .. }
            | Self::Manifest { .. }
            | Self::Nothing { .. } => 3,
            Self::Unconditional { .. } => 2,
            Self::Moving { .. } => 4,
        }
    }

    /// What the user can do.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Object(ObjectError::Damaged { .. } | ObjectError::Absent { .. }) => Some(
                "remove that object, then releat data push from a place that has the series"
                    .to_owned(),
            ),
            Self::Lake(error) => error.hint(),
            Self::Conflict { address, .. } => Some(format!(
                "compare after `releat data pull --from {address} --set store.lake_dir=data/other`, \
                 then move the side away that is not to stay"
            )),
            Self::Unconditional { .. } => {
                Some("use a store with conditional writes, such as Amazon S3".to_owned())
            }
            Self::Moving { .. } => Some("run the same command again".to_owned()),
            _ => None,
        }
    }
}
