//! Parquet files as a source of bars.

use super::bar_times::{BarTimes, TIME_FORMATS, WrittenTime, bar_date, bar_times, parse_time};
use super::files::{check_universe, find_file};
use super::generic::{actions, no_volume};
use super::source::Gathered;
use crate::base::Timestamp;
use crate::config::ParquetSource;
use crate::dataset::{BarTable, TimeColumn, read_bar_table};
use crate::domain::{Bar, Calendar, Symbol};
use crate::ports::{BarSource, FetchRequest, Page, SourceError};

/// A folder of Parquet files, or one.
#[derive(Debug, Clone)]
pub struct ParquetFiles {
    settings: ParquetSource,
    calendar: Calendar,
}

impl ParquetFiles {
    /// A source for `universe`.
    ///
    /// # Errors
    /// [`SourceError::Unsupported`] if one file is to serve several symbols.
    pub fn try_new(
        settings: &ParquetSource,
        universe: &[Symbol],
        calendar: Calendar,
    ) -> Result<Self, SourceError> {
        check_universe("parquet", &settings.path, universe)?;
        Ok(Self { settings: settings.clone(), calendar })
    }
}

impl BarSource for ParquetFiles {
    fn origin(&self) -> String {
        self.settings.path.display().to_string()
    }

    fn fetch_page(
        &self,
        request: &FetchRequest,
        _cursor: Option<&str>,
    ) -> Result<Page, SourceError> {
        let path = find_file(&self.settings.path, &request.symbol, &["parquet"])?;
        let table = read_bar_table(&path, &self.settings.columns)?;
        let mut gathered = Gathered::default();
        if table.volume.is_none() {
            gathered.incoming.notes.push(no_volume(&path, &self.settings.columns.volume));
        }
        for row in 0..table.open.len() {
            let time = written_time(&table.time, row).map_err(|found| SourceError::Malformed {
                path: path.clone(),
                line: row as u64 + 1,
                what: format!("column `{}`", self.settings.columns.time),
                expected: TIME_FORMATS,
                found,
            })?;
            let date = bar_date(time, request.timeframe, &self.calendar);
            if gathered.sees(date, request) {
                let times = bar_times(time, request.timeframe, &self.calendar)?;
                gathered.incoming.bars.push(bar(&table, row, times));
                let at = |column: &Option<Vec<f64>>| column.as_ref().map(|values| values[row]);
                let actions = actions(date, at(&table.dividend), at(&table.split));
                gathered.incoming.actions.extend(actions);
            }
        }
        gathered.finish(&path, request).map(Page::last)
    }
}

fn bar(table: &BarTable, row: usize, times: BarTimes) -> Bar {
    Bar {
        open_time: times.open_time,
        available_at: times.available_at,
        open: table.open[row],
        high: table.high[row],
        low: table.low[row],
        close: table.close[row],
        volume: table.volume.as_ref().map_or(0.0, |volume| volume[row]),
    }
}

/// The time of a row, or what is there instead.
fn written_time(times: &TimeColumn, row: usize) -> Result<WrittenTime, String> {
    let nothing = || "nothing".to_owned();
    let at = Timestamp::from_nanos;
    match times {
        TimeColumn::Text(texts) => {
            let text = texts[row].as_ref().ok_or_else(nothing)?;
            parse_time(text).ok_or_else(|| text.clone())
        }
        TimeColumn::Utc(nanos) => {
            let instant = nanos[row].map(at).ok_or_else(nothing)?;
            Ok(WrittenTime::Instant(instant, instant.date_utc()))
        }
        TimeColumn::Wall(nanos) => {
            let wall = nanos[row].map(at).ok_or_else(nothing)?;
            Ok(WrittenTime::Wall(jiff::tz::TimeZone::UTC.to_datetime(wall.to_jiff())))
        }
        TimeColumn::Days(days) => {
            let days = i64::from(days[row].ok_or_else(nothing)?);
            Ok(WrittenTime::Date(Timestamp::from_seconds(days * 86_400).date_utc()))
        }
    }
}
