//! Exported files as a source of bars and ticks.

use std::path::PathBuf;

use jiff::ToSpan;

use super::files::{Export, divides, find_files};
use super::rows::{BarRow, read_bars, read_ticks};
use crate::base::{Date, DateRange, Timestamp};
use crate::config::{FileContent, Mt5Source, QuotePrice};
use crate::connectors::local::{check_universe, read_all};
use crate::connectors::platforms::maker::{BarMaker, weekends};
use crate::connectors::platforms::{ServerClock, TickPart};
use crate::dataset::ticks::days_of_bar;
use crate::domain::{Bar, Calendar, CalendarError, CalendarName, Symbol, Timeframe};
use crate::ports::{BarSource, FetchRequest, Page, SourceError};

const NANOS: i64 = 1_000_000_000;

/// A folder of files that a MetaTrader 5 terminal exported, or one of them.
#[derive(Debug, Clone)]
pub struct Mt5Files {
    settings: Mt5Source,
    path: PathBuf,
    clock: ServerClock,
    calendar: Calendar,
}

impl Mt5Files {
    /// A source for `universe`.
    ///
    /// # Errors
    /// [`SourceError::Unsupported`] without a path, with an unknown zone, or if one file is to serve
    /// several symbols.
    pub fn try_new(
        settings: &Mt5Source,
        universe: &[Symbol],
        calendar: Calendar,
    ) -> Result<Self, SourceError> {
        let unsupported = |supported: &'static str, wanted: String| SourceError::Unsupported {
            source_name: "mt5",
            supported,
            wanted,
        };
        let path = settings.path.clone();
        let path = path.ok_or_else(|| unsupported("files under `path`", "no path".to_owned()))?;
        check_universe("mt5", &path, universe)?;
        check_price(settings)?;
        let clock = ServerClock::of_server(&settings.server_zone).ok_or_else(|| {
            unsupported("new_york_close and IANA zones", settings.server_zone.0.clone())
        })?;
        Ok(Self { settings: settings.clone(), path, clock, calendar })
    }

    /// The ticks of a symbol's files, a part for each, unchecked, whatever the days.
    ///
    /// # Errors
    /// [`SourceError`] with the file.
    pub fn read_ticks(
        &self,
        symbol: &Symbol,
        _range: DateRange,
    ) -> Result<Vec<TickPart>, SourceError> {
        let mut clock = self.clock.clone();
        self.tick_parts(symbol, &mut clock)
    }

    fn tick_parts(
        &self,
        symbol: &Symbol,
        clock: &mut ServerClock,
    ) -> Result<Vec<TickPart>, SourceError> {
        let mut parts = Vec::new();
        for export in self.find(symbol, Timeframe::Day, FileContent::Ticks)? {
            let ticks = read_ticks(&export.path, &read_all(&export.path)?, clock)?;
            parts.push(TickPart { origin: export.path.display().to_string(), ticks });
        }
        Ok(parts)
    }

    fn find(
        &self,
        symbol: &Symbol,
        timeframe: Timeframe,
        content: FileContent,
    ) -> Result<Vec<Export>, SourceError> {
        let name = format!("{symbol}{}", self.settings.suffix);
        find_files(&self.path, &name, content, (symbol, timeframe, self.calendar.name()))
    }

    /// Hands the bars of one file to the maker.
    fn add_bars(
        &self,
        export: &Export,
        request: &FetchRequest,
        rows: &[BarRow],
        maker: &mut BarMaker<'_>,
    ) -> Result<(), SourceError> {
        let length = export.length.or_else(|| spacing(rows)).unwrap_or(request.timeframe);
        if !divides(length, request.timeframe, self.calendar.name()) {
            return Err(SourceError::Unsupported {
                source_name: "mt5",
                supported: "bars that those of the file make up",
                wanted: format!(
                    "bars of {} from bars of {length} ({})",
                    request.timeframe,
                    export.path.display()
                ),
            });
        }
        let has_real = rows.iter().any(|row| row.real_volume > 0.0);
        for row in rows {
            let volume = if has_real { row.real_volume } else { row.tick_volume };
            let [open, high, low, close] = row.prices;
            let (open_time, available_at) = match length.seconds() {
                Some(seconds) => {
                    (row.time, row.time.saturating_add_nanos(i64::from(seconds) * NANOS))
                }
                None => long_span(row.date, length, &self.calendar)?,
            };
            let bar = Bar { open_time, available_at, open, high, low, close, volume };
            let is_long = length.seconds().is_none();
            if is_long && length == request.timeframe {
                maker.whole(bar);
            } else {
                maker.bar(&bar)?;
            }
        }
        Ok(())
    }

    fn make<'a>(
        &'a self,
        request: &'a FetchRequest,
        clock: &mut ServerClock,
    ) -> Result<BarMaker<'a>, SourceError> {
        if self.settings.content == FileContent::Ticks {
            let mut maker = BarMaker::of_ticks(request, self.settings.price, &self.calendar);
            for part in self.tick_parts(&request.symbol, clock)? {
                maker.ticks(part.ticks)?;
            }
            return Ok(maker);
        }
        let mut maker = BarMaker::of_bars(request, &self.calendar);
        for export in self.find(&request.symbol, request.timeframe, FileContent::Bars)? {
            let rows = read_bars(&export.path, &read_all(&export.path)?, clock)?;
            self.add_bars(&export, request, &rows, &mut maker)?;
        }
        Ok(maker)
    }
}

impl BarSource for Mt5Files {
    fn origin(&self) -> String {
        self.path.display().to_string()
    }

    fn fetch_page(
        &self,
        request: &FetchRequest,
        _cursor: Option<&str>,
    ) -> Result<Page, SourceError> {
        let mut clock = self.clock.clone();
        let mut maker = self.make(request, &mut clock)?;
        maker.note(clock.note(&self.origin()));
        if self.calendar.name() == CalendarName::AlwaysOpen {
            maker.note(weekends());
        }
        maker.finish(&self.origin()).map(Page::last)
    }
}

/// Refuses a price that the terminal's bars have not.
pub(in crate::connectors) fn check_price(settings: &Mt5Source) -> Result<(), SourceError> {
    match (settings.content, settings.price) {
        (FileContent::Ticks, _) | (FileContent::Bars, QuotePrice::Bid) => Ok(()),
        (FileContent::Bars, price) => Err(SourceError::Unsupported {
            source_name: "mt5",
            supported: "the price `bid`; others with `content: ticks`",
            wanted: format!("`{price:?}` with bars").to_lowercase(),
        }),
    }
}

/// The span of a day, week or month of the server.
///
/// It counts as the sessions of the same dates, which for `24x7` end two or three hours later: never
/// before the bar is known. Weeks begin on a Sunday here; their Monday is the next day.
pub(in crate::connectors) fn long_span(
    date: Date,
    length: Timeframe,
    calendar: &Calendar,
) -> Result<(Timestamp, Timestamp), CalendarError> {
    let inside = if length == Timeframe::Week { date.saturating_add(1.day()) } else { date };
    let days = days_of_bar(inside, length);
    let sessions = calendar.sessions(days)?;
    let midnight = |date| Timestamp::from_civil(date, 0, calendar.zone());
    let after = days.end().saturating_add(1.day());
    let open_time = sessions.first().map_or_else(|| midnight(date), |first| first.open);
    let available_at = sessions.last().map_or_else(|| midnight(after), |last| last.close);
    Ok((open_time, available_at))
}

/// How long the bars of a file are, told by the least distance of neighbors: a file of days has no
/// time.
fn spacing(rows: &[BarRow]) -> Option<Timeframe> {
    let distance =
        |pair: &[BarRow]| pair[1].time.nanos().saturating_sub(pair[0].time.nanos()) / NANOS;
    let least = rows.windows(2).map(distance).filter(|&seconds| seconds > 0).min()?;
    match u32::try_from(least).ok()? {
        seconds if seconds < 82_800 => Some(Timeframe::Seconds(seconds)),
        seconds if seconds < 5 * 86_400 => Some(Timeframe::Day),
        seconds if seconds < 20 * 86_400 => Some(Timeframe::Week),
        _ => Some(Timeframe::Month),
    }
}
