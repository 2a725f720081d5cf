//! `releat data export`: bars as a text file.

use std::fmt::Write as _;
use std::path::PathBuf;

use super::select::SeriesFilter;
use super::show::shown_time;
use crate::base::{Date, DateRange, write_atomic};
use crate::commands::{Failure, FailureKind, SessionOptions};
use crate::config::Adjust;
use crate::dataset::{Lake, LakeError, SeriesKey, StoredSeries, adjust_as_of};
use crate::domain::{Bar, Calendar, Timeframe};

/// The first line of the file.
pub(super) const HEADER: &str = "time,open,high,low,close,volume\n";

/// Options of `data export`.
#[derive(Debug, Clone)]
pub struct DataExportOptions {
    /// Which series.
    pub series: SeriesFilter,
    /// Which days; all if absent.
    pub range: Option<DateRange>,
    /// Which actions the prices are adjusted for.
    pub adjust: Adjust,
    /// The day whose prices are raw; the last day of the range if absent.
    pub as_of: Option<Date>,
    /// The file; `-` is standard output.
    pub output: PathBuf,
}

/// Writes the bars of a series as CSV, adjusted as of a day.
///
/// # Errors
/// [`FailureKind::Usage`] if several series fit or the day lies inside the range,
/// [`FailureKind::Data`] if there is nothing to write.
pub fn data_export(options: &SessionOptions, command: &DataExportOptions) -> Result<(), Failure> {
    let lake = Lake::new(options.place()?.store.lake_dir);
    let key = command.series.one(&lake)?;
    let series = lake.series(&key)?;
    let last_known = series.manifest.range.map(DateRange::end);
    let (text, rows) = export(&key, &series, command)?;
    if let (Some(as_of), Some(last)) = (command.as_of, last_known)
        && last < as_of
        && command.adjust != Adjust::None
    {
        options.console.say(&format!(
            "warning: the lake knows {key} up to {last}; actions up to {as_of} may be missing"
        ));
    }
    if command.output.as_os_str() == "-" {
        return options.console.data(&text);
    }
    write_atomic(&command.output, text.as_bytes())
        .map_err(|error| Failure::new(FailureKind::Data, error))?;
    let path = command.output.display();
    options.console.say(&format!("wrote {rows} bars of {key} to {path}"));
    Ok(())
}

/// The file and its number of rows.
fn export(
    key: &SeriesKey,
    series: &StoredSeries,
    command: &DataExportOptions,
) -> Result<(String, usize), Failure> {
    let has = series.manifest.range;
    let Some(range) = command.range.or(has) else {
        let text = format!("{key} has no bars");
        return Err(Failure::new(FailureKind::Data, text));
    };
    let as_of = command.as_of.unwrap_or(range.end());
    if as_of < range.end() {
        let text = format!(
            "--as-of must not lie before the end of the range, was {as_of} with {range}: bars \
             after it were not known then"
        );
        let start = range.start();
        return Err(
            Failure::new(FailureKind::Usage, text).hint(format!("--range {start}..{as_of}"))
        );
    }
    let calendar = Calendar::new(series.manifest.calendar);
    let zone = calendar.zone();
    let mut bars = adjust_as_of(&series.bars, &series.actions, command.adjust, as_of, zone);
    bars.retain(|bar| range.contains(bar.open_time.date_in(zone)));
    if bars.is_empty() {
        return Err(LakeError::NoRows { key: key.clone(), range, has }.into());
    }
    Ok((csv(&bars, key.timeframe, &calendar), bars.len()))
}

/// Numbers in the shortest form that reads back bit for bit.
fn csv(bars: &[Bar], timeframe: Timeframe, calendar: &Calendar) -> String {
    let mut text = String::with_capacity(HEADER.len() + bars.len() * 64);
    text += HEADER;
    write_rows(&mut text, bars, timeframe, calendar);
    text
}

/// One line a bar.
pub(super) fn write_rows(
    text: &mut String,
    bars: &[Bar],
    timeframe: Timeframe,
    calendar: &Calendar,
) {
    for bar in bars {
        let time = shown_time(bar.open_time, timeframe, calendar);
        let Bar { open, high, low, close, volume, .. } = bar;
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{time},{open},{high},{low},{close},{volume}");
    }
}
