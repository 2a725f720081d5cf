//! The pictures and the report of a study: plain data in, SVG, PNG and one HTML file out.
//!
//! Nothing is looked up and no statistic is computed here but ranks, means and words; the page needs
//! no network and no script.

mod charts;
mod files;
mod html;
mod input;
mod page;
mod tables;
mod verdict;

#[cfg(test)]
mod tests;

pub use charts::{StudyPicture, cost_sweep_pictures, study_pictures, walk_forward_pictures};
pub use files::{StudyFiles, StudyReportError, write_pictures, write_study_report};
pub use input::{
    CostSweep, OverfittingFigures, ParamRange, PboFigures, ReportFold, ReportJob, ReportParam,
    ReportTrial, StudyReportInput, TrialEnd, WalkForwardFigures,
};
pub use page::{overview_png, render};
