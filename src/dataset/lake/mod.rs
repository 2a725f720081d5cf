//! Folders of year files under a manifest: `<root>/<source>/<symbol>/<timeframe>/`.
//!
//! New files are staged beside the old ones, the manifest that names their digests is replaced,
//! then they take their names. The manifest is the commit point: a process that dies anywhere
//! leaves the old state or the new one, and a reader needs no lock.

mod bar_file;
mod commit;
mod coverage;
mod error;
mod key;
mod manifest;
mod merge;
mod staging;
mod store;

pub use commit::{CommitReport, Incoming, LakeWriter};
pub use coverage::missing_ranges;
pub use error::LakeError;
pub use key::{SeriesKey, source_folder};
pub use manifest::{Changed, Gap, Manifest, YearFile};
pub use store::{Lake, StoredSeries};
