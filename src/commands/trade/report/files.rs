//! The report of a session on disk.

use std::path::{Path, PathBuf};

use super::charts::paper_pictures;
use super::input::PaperReportInput;
use super::page::render_with;
use crate::base::{FileError, write_atomic};
use crate::plot::PlotError;

/// A report could not be written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PaperReportError {
    /// A file could not be written.
    #[error("cannot write the report of the session")]
    File(#[from] FileError),
    /// A picture could not be made.
    #[error("cannot make a picture of the session")]
    Picture(#[from] PlotError),
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PaperFiles {
    /// The page.
    pub report: PathBuf,
    /// The pictures, an SVG and a PNG of each.
    pub pictures: Vec<PathBuf>,
}

/// Writes `report.html` and `pictures/NAME.svg`, `pictures/NAME.png` into a folder, over those of before.
///
/// # Errors
/// [`PaperReportError`] if a file cannot be written or a picture cannot be made.
pub(crate) fn write_paper_report(
    folder: &Path,
    input: &PaperReportInput,
) -> Result<PaperFiles, PaperReportError> {
    let drawn = paper_pictures(input);
    let mut pictures = Vec::new();
    for picture in &drawn {
        let svg = folder.join("pictures").join(format!("{}.svg", picture.slug));
        let png = svg.with_extension("png");
        write_atomic(&svg, picture.picture.to_svg().as_bytes())?;
        write_atomic(&png, &picture.picture.to_png()?)?;
        pictures.extend([svg, png]);
    }
    let report = folder.join("report.html");
    write_atomic(&report, render_with(input, &drawn).as_bytes())?;
    Ok(PaperFiles { report, pictures })
}
