//! Folders of year files under a manifest: `<root>/<source>/<symbol>/<timeframe>/`.
//!
//! New files are staged beside the old ones, the manifest that names their digests is replaced,
//! then they take their names. The manifest is the commit point: a process that dies anywhere
//! leaves the old state or the new one, and a reader needs no lock. Pages of a fetch that has not
//! ended lie in a file of their own until their request is answered.

mod commit;
mod coverage;
mod draft;
mod error;
mod files;
mod key;
mod manifest;
mod merge;
mod store;

pub use commit::{CommitReport, Incoming, LakeWriter};
pub use coverage::{add_range, missing_ranges};
pub use error::LakeError;
pub use files::PendingFetch;
pub use key::{SeriesKey, source_folder};
pub use manifest::{Changed, Gap, Manifest, YearFile};
pub use store::{Lake, StoredSeries};
