//! The pictures of a study, one subject a file.

mod history;
mod overfitting;
mod parameters;
mod reach;
mod sweep;
mod timeline;
mod walk;

pub(super) use parameters::{short_names, shown_value};

use super::input::{CostSweep, StudyReportInput, WalkForwardFigures};
use crate::plot::Picture;

/// A picture, the name of its files and what it tells.
#[derive(Debug)]
pub struct StudyPicture {
    /// File name without ending, such as `history`.
    pub slug: &'static str,
    /// How to read it, in a sentence or two.
    pub about: &'static str,
    /// The picture.
    pub picture: Picture,
}

impl StudyPicture {
    fn new(slug: &'static str, about: &'static str, picture: Picture) -> Self {
        Self { slug, about, picture }
    }
}

/// Draws every picture of a study; those of parts that the input has nothing of are left out.
#[must_use]
pub fn study_pictures(input: &StudyReportInput) -> Vec<StudyPicture> {
    let mut pictures = vec![
        StudyPicture::new("history", HISTORY, history::history(input)),
        StudyPicture::new("intermediate", INTERMEDIATE, history::intermediate(input)),
        StudyPicture::new("importances", IMPORTANCES, parameters::importances(input)),
        StudyPicture::new("slice", SLICE, parameters::slice(input)),
        StudyPicture::new("parallel", PARALLEL, parameters::parallel_coordinates(input)),
    ];
    if let Some(picture) = timeline::jobs(input) {
        pictures.push(StudyPicture::new("timeline", TIMELINE, picture));
    }
    pictures.extend(overfitting::pictures(&input.overfitting));
    if let Some(walk) = &input.walk_forward {
        pictures.extend(walk_forward_pictures(walk));
    }
    if let Some(sweep) = &input.cost_sweep {
        pictures.extend(cost_sweep_pictures(sweep));
    }
    pictures
}

/// Draws a walk-forward analysis: stitched equity, validation against test, paths.
#[must_use]
pub fn walk_forward_pictures(walk: &WalkForwardFigures) -> Vec<StudyPicture> {
    walk::pictures(walk)
}

/// Draws the Sharpe ratio against costs, and against delays if there are any.
#[must_use]
pub fn cost_sweep_pictures(sweep: &CostSweep) -> Vec<StudyPicture> {
    sweep::pictures(sweep)
}

/// The two pictures that say most, one above the other.
pub(super) fn overview(input: &StudyReportInput) -> Picture {
    let parts = vec![history::history(input), history::intermediate(input)];
    Picture::joined(&format!("Study {}", input.name), parts)
}

const HISTORY: &str = "Each dot is a trial in the order of its number; the line is the best value so \
    far. A line that still climbs at the end asks for more trials.";
const INTERMEDIATE: &str = "Each line is a trial as its training goes on. Trials that were stopped \
    early are pale; where good and bad ones cross late, the first rung is too short.";
const IMPORTANCES: &str = "How much of the differences between trials goes back to each parameter. \
    What has no bar to speak of need not be searched again.";
const SLICE: &str = "Value against each parameter, one dot a trial. Good dots at the edge of a range \
    ask for a wider one.";
const PARALLEL: &str = "Each line is a trial across all its settings; the strongest color is the best \
    value.";
const TIMELINE: &str = "Who worked on what, and when. Paper between the bars is time in which a \
    worker waited.";
