//! The report of a study on disk.

use std::path::{Path, PathBuf};

use super::charts::{StudyPicture, study_pictures};
use super::input::StudyReportInput;
use super::page::render_with;
use crate::base::{FileError, write_atomic};
use crate::plot::PlotError;

/// A study report could not be written.
#[derive(Debug, thiserror::Error)]
pub enum StudyReportError {
    /// A file could not be written.
    #[error("cannot write the study report")]
    File(#[from] FileError),
    /// A picture could not be made.
    #[error("cannot make a picture of the study")]
    Picture(#[from] PlotError),
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StudyFiles {
    /// The page.
    pub report: PathBuf,
    /// The pictures, an SVG and a PNG of each.
    pub pictures: Vec<PathBuf>,
}

/// Writes `report.html` and `pictures/NAME.svg`, `pictures/NAME.png` into a folder, over those of
/// before.
///
/// # Errors
/// [`StudyReportError`] if a file cannot be written or a picture cannot be made.
pub fn write_study_report(
    folder: &Path,
    input: &StudyReportInput,
) -> Result<StudyFiles, StudyReportError> {
    let drawn = study_pictures(input);
    let pictures = write_pictures(&folder.join("pictures"), &drawn)?;
    let report = folder.join("report.html");
    write_atomic(&report, render_with(input, &drawn).as_bytes())?;
    Ok(StudyFiles { report, pictures })
}

/// Writes `NAME.svg` and `NAME.png` of each picture into a folder, over those of before.
///
/// # Errors
/// [`StudyReportError`] if a file cannot be written or a picture cannot be made.
pub fn write_pictures(
    folder: &Path,
    pictures: &[StudyPicture],
) -> Result<Vec<PathBuf>, StudyReportError> {
    let mut paths = Vec::new();
    for StudyPicture { slug, picture, .. } in pictures {
        let svg = folder.join(format!("{slug}.svg"));
        let png = folder.join(format!("{slug}.png"));
        write_atomic(&svg, picture.to_svg().as_bytes())?;
        write_atomic(&png, &picture.to_png()?)?;
        paths.extend([svg, png]);
    }
    Ok(paths)
}
