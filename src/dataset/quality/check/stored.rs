//! One stored series: its files, what its manifest has on record, and what its bars look like.

use super::compare::compare_series;
use super::{Finding, FindingCode};
use crate::base::{Date, Timestamp};
use crate::dataset::quality::{find_suspects, inspect_rows};
use crate::dataset::{Gap, Lake, LakeError, Manifest, SeriesKey, StoredSeries};
use crate::domain::{Calendar, CalendarError};

/// What a check saw of one series.
#[derive(Debug, Clone, PartialEq)]
pub struct SeriesCheck {
    /// Which series.
    pub key: SeriesKey,
    /// Its content, if it can be read.
    pub series: Option<StoredSeries>,
    /// What a person should look at, in order of time.
    pub findings: Vec<Finding>,
}

/// Checks a series against its digests, its calendar and itself.
///
/// # Errors
/// [`LakeError::Missing`] if there is no such series, [`LakeError::File`] if a file is there and
/// cannot be read; damage is a finding.
pub fn check_series(lake: &Lake, key: &SeriesKey) -> Result<SeriesCheck, LakeError> {
    let series = match lake.series(key) {
        Ok(series) => series,
        Err(error @ (LakeError::Damaged { .. } | LakeError::Mismatch { .. })) => {
            let damaged = Finding::whole(FindingCode::Damaged, error.to_string());
            return Ok(SeriesCheck { key: key.clone(), series: None, findings: vec![damaged] });
        }
        Err(error) => return Err(error),
    };
    let calendar = Calendar::new(series.manifest.calendar);
    let mut findings = on_record(&series.manifest, &calendar);
    findings.extend(in_the_bars(&series, &calendar)?);
    findings.sort();
    Ok(SeriesCheck { key: key.clone(), series: Some(series), findings })
}

/// Adds to a check how its series differs from another source of the same symbol.
///
/// # Errors
/// [`LakeError`] if the other series cannot be read.
pub fn check_against(
    check: &mut SeriesCheck,
    lake: &Lake,
    other: &SeriesKey,
) -> Result<(), LakeError> {
    let Some(series) = &check.series else { return Ok(()) };
    let there = lake.series(other)?;
    check.findings.extend(compare_series(series, &there, &other.source));
    check.findings.sort();
    Ok(())
}

/// What the manifest tells already.
fn on_record(manifest: &Manifest, calendar: &Calendar) -> Vec<Finding> {
    let mut findings: Vec<Finding> = manifest.gaps.iter().map(|g| gap(g, calendar)).collect();
    findings.extend(manifest.quarantined.iter().map(|row| {
        let reasons: Vec<String> = row.reasons.iter().map(ToString::to_string).collect();
        let text = format!("left out {}: {}", row.row, reasons.join(", "));
        Finding::at(row.time, FindingCode::Quarantined, text)
    }));
    findings.extend(manifest.changed.iter().map(|row| {
        let text = format!("stored {}, the source says {} now", row.stored, row.found);
        Finding::at(row.time, FindingCode::Changed, text)
    }));
    if let Some(days) = manifest.pending {
        let text = format!("the fetch of {days} has not ended; releat fetch goes on with it");
        findings.push(Finding::whole(FindingCode::Pending, text));
    }
    findings
}

fn gap(gap: &Gap, calendar: &Calendar) -> Finding {
    let opening = |date: Date| match calendar.session(date) {
        Ok(Some(session)) => session.open,
        _ => Timestamp::midnight_utc(date),
    };
    let Gap { first, last, sessions } = gap;
    let text = if first == last {
        format!("no bar on {first}; expected one, the calendar has a session")
    } else {
        format!("no bar in {first}..{last}; expected {sessions} sessions")
    };
    let until = (first != last).then(|| opening(*last));
    Finding { time: Some(opening(*first)), until, code: FindingCode::Gap, text }
}

/// What the stored rows look like today, whichever program stored them.
fn in_the_bars(series: &StoredSeries, calendar: &Calendar) -> Result<Vec<Finding>, CalendarError> {
    let StoredSeries { bars, actions, manifest } = series;
    let suspects = find_suspects(bars, actions, calendar.zone());
    let is_known = manifest.pending.is_some() || suspects == manifest.suspects;
    let mut findings: Vec<Finding> = suspects
        .into_iter()
        .map(|suspect| Finding {
            time: Some(suspect.time),
            until: suspect.until,
            code: FindingCode::Suspect(suspect.kind),
            text: suspect.detail,
        })
        .collect();
    if !is_known {
        let text = format!(
            "the manifest lists {} suspects, the bars have {}; expected the same, another version \
             wrote it; the next fetch that adds rows mends it",
            manifest.suspects.len(),
            findings.len()
        );
        findings.push(Finding::whole(FindingCode::StaleManifest, text));
    }
    for row in inspect_rows(bars, manifest.timeframe, calendar)?.quarantined {
        let reasons: Vec<String> = row.reasons.iter().map(ToString::to_string).collect();
        let Some(first) = row.reasons.first() else { continue };
        let text = format!("stored {}: {}", row.row, reasons.join(", "));
        findings.push(Finding::at(row.time, FindingCode::Defective(*first), text));
    }
    Ok(findings)
}
