//! The report of a session on paper: plain data in, pictures and one HTML file out.
//!
//! The page needs no network and no script. Nothing is decided here; shares and sums are all that is computed.

mod charts;
mod files;
mod html;
mod input;
mod page;
mod recorder;
mod tables;
#[cfg(test)]
mod tests;

pub(crate) use files::write_paper_report;
pub(crate) use input::{AttributionRow, PaperReportInput};
pub(crate) use recorder::PaperRecorder;
