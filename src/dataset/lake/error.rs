//! What can go wrong with the lake.

use std::path::PathBuf;

use super::SeriesKey;
use crate::base::{DateRange, FileError, LockError};
use crate::domain::CalendarError;

/// A series could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum LakeError {
    /// Nothing was ever fetched for this series.
    #[error("no bars of `{}` {} from {} in the lake, expected {}", key.symbol, key.timeframe, key.source, path.display())]
    Missing {
        /// What was asked for.
        key: SeriesKey,
        /// Where its manifest should be.
        path: PathBuf,
    },
    /// The series exists but has no row in the range.
    #[error("no bars of `{}` {} in {range}: the lake has {} from {}", key.symbol, key.timeframe, show_range(*has), key.source)]
    NoRows {
        /// What was asked for.
        key: SeriesKey,
        /// The days asked for.
        range: DateRange,
        /// The days that are there.
        has: Option<DateRange>,
    },
    /// A file is not what the manifest says.
    #[error("{} is damaged: expected {expected}, found {found}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What the manifest or the format demands.
        expected: String,
        /// What is there.
        found: String,
    },
    /// A manifest belongs to something else.
    #[error("{what} must be {expected}, was {found} ({})", path.display())]
    Mismatch {
        /// The manifest.
        path: PathBuf,
        /// The field.
        what: &'static str,
        /// What was asked for.
        expected: String,
        /// What is there.
        found: String,
    },
    /// Another process writes to this source.
    #[error(transparent)]
    Locked(#[from] LockError),
    /// A file could not be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// A day lies outside the calendar.
    #[error(transparent)]
    Calendar(#[from] CalendarError),
    /// Bars could not be turned into Parquet.
    #[error("cannot encode {} as parquet: {reason}", path.display())]
    Encode {
        /// The file that was to be written.
        path: PathBuf,
        /// The encoder's reason.
        reason: String,
    },
}

impl LakeError {
    /// The exit code of a command that ends with this error.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Locked(LockError::Held { .. }) => 4,
            Self::Encode { .. } => 70,
            _ => 3,
        }
    }

    /// What the user can do.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Missing { .. } => Some("releat fetch with the same configuration".to_owned()),
            Self::NoRows { .. } => {
                Some("releat fetch, or choose a range that the source has".to_owned())
            }
            Self::Damaged { path, .. } | Self::Mismatch { path, .. } => {
                let folder = path.parent().unwrap_or(path);
                Some(format!("move {} away, then releat fetch again", folder.display()))
            }
            Self::Locked(LockError::Held { .. }) => {
                Some("wait until the other releat fetch has ended".to_owned())
            }
            _ => None,
        }
    }
}

fn show_range(range: Option<DateRange>) -> String {
    range.map_or_else(|| "none".to_owned(), |range| range.to_string())
}
