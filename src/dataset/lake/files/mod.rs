//! The files of a series: bars as Parquet, replacing several at once, pages of an unfinished fetch.

mod bar_file;
mod page_file;
mod pending;
mod staging;

pub(super) use bar_file::{decode, encode};
pub(super) use page_file::{PAGE_FILE, PageRecord, Record, append, read_records, write_records};
pub use pending::PendingFetch;
pub(super) use staging::{ACTIONS_FILE, read_sealed, recover, replace, year_file};
