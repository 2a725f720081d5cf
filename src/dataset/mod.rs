//! The Parquet lake: raw bars with dated corporate actions, sealed by digests.
//!
//! Prices are stored as the source printed them; adjustment happens on reading, as a forward chain
//! that a later action never changes. Rows that fail a check stay out and are listed with the
//! reason. This module asks no vendor for anything and fills nothing.

mod corporate;
mod fingerprint;
mod lake;
mod panel;
mod pins;
mod quality;
mod tables;
pub mod ticks;

#[cfg(test)]
mod lake_tests;

pub use corporate::{
    Adjuster, SYMBOLS_FILE, SymbolMap, SymbolMapError, adjust_as_of, total_return_index,
};
pub use fingerprint::{fingerprint, series_digest};
pub use lake::{
    Changed, CommitReport, Gap, Incoming, Lake, LakeError, LakeWriter, Manifest, PendingFetch,
    SeriesKey, StoredSeries, YearFile, add_range, missing_ranges, source_folder,
};
pub use panel::{PanelRequest, Shortfall, build_panel, panel_shortfall};
pub use pins::{PINS_FILE, Pins, PinsError, SeriesPin};
pub use quality::{
    Defect, Finding, FindingCode, Quarantined, SeriesCheck, Suspect, SuspectKind, check_against,
    check_series, compare_series,
};
pub use tables::{BarTable, TableError, TimeColumn, read_bar_table, write_column_table};
