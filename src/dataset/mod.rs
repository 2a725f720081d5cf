//! The Parquet lake: raw bars with dated corporate actions, sealed by digests.
//!
//! Prices are stored as the source printed them; adjustment happens on reading, as a forward chain
//! that a later action never changes. Rows that fail a check stay out and are listed with the
//! reason. This module asks no vendor for anything and fills nothing.

mod adjust;
mod columns;
mod fingerprint;
mod lake;
mod panel;
mod pins;
mod quality;
mod table;

#[cfg(test)]
mod lake_tests;

pub use adjust::Adjuster;
pub use columns::write_column_table;
pub use fingerprint::{fingerprint, series_digest};
pub use lake::{
    Changed, CommitReport, Gap, Incoming, Lake, LakeError, LakeWriter, Manifest, SeriesKey,
    StoredSeries, YearFile, missing_ranges, source_folder,
};
pub use panel::{PanelRequest, Shortfall, build_panel, panel_shortfall};
pub use pins::{PINS_FILE, Pins, PinsError, SeriesPin};
pub use quality::{Defect, Quarantined, Suspect, SuspectKind};
pub use table::{BarTable, TableError, TimeColumn, read_bar_table};
