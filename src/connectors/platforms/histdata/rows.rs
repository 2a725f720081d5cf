//! The rows of HistData's files.

use std::path::Path;

use crate::base::{Date, Timestamp};
use crate::connectors::platforms::lines::{Line, Lines, clock_ms, compact_date};
use crate::connectors::platforms::wall::{WallDay, eastern_standard};
use crate::dataset::ticks::TickTable;
use crate::domain::{Bar, Tick, TickFlags};
use crate::ports::SourceError;

const MINUTE: i64 = 60_000_000_000;
const BAR_TIME: &str = "YYYYMMDD HHMMSS or YYYY.MM.DD,HH:MM";

/// The clock of the files: UTC-05 all year.
struct Clock {
    day: Option<WallDay>,
}

impl Clock {
    fn instant(&mut self, date: Date, ms: i64) -> Timestamp {
        let known = self.day.take().filter(|day| day.date() == date);
        let day = self.day.insert(known.unwrap_or_else(|| WallDay::new(date, &eastern_standard())));
        day.at(ms)
    }
}

/// Reads one-minute bars of bids and hands them on in order.
///
/// ```text
/// ASCII, NinjaTrader   20120201 000000;1.306600;1.306600;1.306560;1.306560;0
/// MetaTrader           2012.02.01,00:00,1.306600,1.306600,1.306560,1.306560,0
/// ```
pub(super) fn read_bars(
    path: &Path,
    text: &[u8],
    mut take: impl FnMut(&Bar) -> Result<(), SourceError>,
) -> Result<(), SourceError> {
    let mut clock = Clock { day: None };
    let separator = if first_line(text).contains(&b';') { b';' } else { b',' };
    for line in Lines::new(path, text, separator) {
        let (date, ms, first) = bar_time(&line)?;
        let open_time = clock.instant(date, ms);
        let bar = Bar {
            open_time,
            available_at: open_time.saturating_add_nanos(MINUTE),
            open: line.number(first, "open")?,
            high: line.number(first + 1, "high")?,
            low: line.number(first + 2, "low")?,
            close: line.number(first + 3, "close")?,
            volume: line.number(first + 4, "volume")?,
        };
        take(&bar)?;
    }
    Ok(())
}

/// Day, milliseconds, and where the prices begin.
fn bar_time(line: &Line<'_>) -> Result<(Date, i64, usize), SourceError> {
    let wrong = || line.malformed(0, "time", BAR_TIME);
    let cell = line.cell(0);
    if let Some((date, clock)) = cell.split_at_checked(8).filter(|_| cell.len() == 15) {
        let date = compact_date(date).ok_or_else(wrong)?;
        return Ok((date, clock_ms(clock.trim_ascii()).ok_or_else(wrong)?, 1));
    }
    let digits: Vec<u8> = cell.iter().copied().filter(|&byte| byte != b'.').collect();
    let date = compact_date(&digits).filter(|_| cell.len() == 10).ok_or_else(wrong)?;
    let ms = clock_ms(line.cell(1)).ok_or_else(|| line.malformed(1, "time", "HH:MM"))?;
    Ok((date, ms, 2))
}

/// Reads ticks: `20200101 170000065,1.121200,1.121720,0`.
pub(super) fn read_ticks(path: &Path, text: &[u8]) -> Result<TickTable, SourceError> {
    let mut clock = Clock { day: None };
    let mut ticks = TickTable::default();
    for line in Lines::new(path, text, b',') {
        let wrong = || line.malformed(0, "time", "YYYYMMDD HHMMSSmmm");
        let (date, time) = line.cell(0).split_at_checked(8).ok_or_else(wrong)?;
        let ms = clock_ms(time.trim_ascii()).ok_or_else(wrong)?;
        ticks.push(&Tick {
            time: clock.instant(compact_date(date).ok_or_else(wrong)?, ms),
            bid: line.number(1, "bid")?,
            ask: line.number(2, "ask")?,
            last: f64::NAN,
            volume: 0.0,
            flags: TickFlags::BID.with(TickFlags::ASK),
        });
    }
    Ok(ticks)
}

fn first_line(text: &[u8]) -> &[u8] {
    text.split(|&byte| byte == b'\n').next().unwrap_or_default()
}
