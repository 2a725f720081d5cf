//! `releat data`: what the lake holds, whether it is sound, and copies of it elsewhere.

mod bars;
mod check;
mod export;
mod list;
mod mirror;
mod page;
mod picture;
mod select;
mod show;

pub use bars::{DataBarsOptions, data_bars};
pub use check::{CheckOutputs, DataCheckOptions, check_keys, data_check};
pub use export::{DataExportOptions, data_export};
pub use list::data_list;
pub use mirror::{MirrorOptions, data_mirror};
pub use select::SeriesFilter;
pub use show::{DataShowOptions, data_show};
