//! What the lake has, as a picture.

use std::path::Path;

use super::check::{count, summary};
use crate::base::{Date, DateRange, Timestamp};
use crate::commands::{Failure, FailureKind};
use crate::dataset::{FindingCode, SeriesCheck};
use crate::domain::{Calendar, CorporateActionKind};
use crate::plot::{CoverageChart, CoverageRow, Picture, Span, coverage};

/// The two forms of a picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Form {
    Svg,
    Png,
}

/// The form that a path asks for.
pub(super) fn form(path: &Path) -> Result<Form, Failure> {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("svg") => Ok(Form::Svg),
        Some("png") => Ok(Form::Png),
        _ => {
            let text = format!("a picture must end in .svg or .png, was {}", path.display());
            Err(Failure::new(FailureKind::Usage, text))
        }
    }
}

/// The picture as the file that a path asks for.
pub(super) fn bytes(path: &Path, checks: &[SeriesCheck]) -> Result<Vec<u8>, Failure> {
    let picture = draw(checks);
    match form(path)? {
        Form::Svg => Ok(picture.to_svg().into_bytes()),
        Form::Png => picture.to_png().map_err(|error| Failure::new(FailureKind::Bug, error)),
    }
}

/// A strip for each series.
pub(super) fn draw(checks: &[SeriesCheck]) -> Picture {
    let rows: Vec<CoverageRow> = checks.iter().map(row).collect();
    let note = summary(checks);
    coverage(&CoverageChart { title: "What the lake holds", note: &note, rows: &rows })
}

fn row(check: &SeriesCheck) -> CoverageRow {
    let name = check.key.to_string();
    let Some(series) = &check.series else {
        let note = "damaged".to_owned();
        return CoverageRow { name, note, is_lost: true, ..CoverageRow::default() };
    };
    let manifest = &series.manifest;
    let calendar = Calendar::new(manifest.calendar);
    let midnight = |date: Date| Timestamp::from_civil(date, 0, calendar.zone());
    let days = |first: Date, last: Date| -> Span {
        (midnight(first), midnight(last.tomorrow().unwrap_or(last)))
    };
    let range = |range: &DateRange| days(range.start(), range.end());
    let odd = check.findings.iter().filter(|finding| is_odd(finding.code));
    let actions = |is_wanted: fn(&CorporateActionKind) -> bool| -> Vec<Timestamp> {
        let wanted = series.actions.iter().filter(|action| is_wanted(&action.kind));
        wanted.map(|action| midnight(action.ex_date)).collect()
    };
    CoverageRow {
        name,
        note: format!("{} bars · {}", manifest.rows, count(check.findings.len())),
        is_lost: false,
        covered: manifest.covered.iter().map(range).collect(),
        gaps: manifest.gaps.iter().map(|gap| days(gap.first, gap.last)).collect(),
        odd: odd.filter_map(|f| f.time.map(|time| (time, f.until.unwrap_or(time)))).collect(),
        left_out: manifest.quarantined.iter().map(|row| row.time).collect(),
        splits: actions(|kind| matches!(kind, CorporateActionKind::Split { .. })),
        payouts: actions(|kind| !matches!(kind, CorporateActionKind::Split { .. })),
    }
}

/// Whether a finding speaks of a stored bar.
fn is_odd(code: FindingCode) -> bool {
    !matches!(code, FindingCode::Gap | FindingCode::Quarantined)
}
