//! The rows of exported files.

use std::path::Path;

use super::columns::{Columns, as_utf8, separator};
use crate::base::{Date, Timestamp};
use crate::config::FileContent;
use crate::connectors::platforms::lines::{Line, Lines, clock_ms, digits};
use crate::connectors::platforms::wall::ServerClock;
use crate::dataset::ticks::TickTable;
use crate::domain::{Tick, TickFlags};
use crate::ports::SourceError;

/// The terminal's bit for a changed bid; 4 is the ask, 8 the last price, 16 its volume, 32 and 64 the
/// side of the trade.
const MT5_BID: i64 = 2;
const MT5_ASK: i64 = 4;
const MT5_TRADE: i64 = 8 | 16;

/// What the terminal's bits say in ours; a trade needs a last price.
pub(in crate::connectors) fn tick_flags(bits: i64, last: f64) -> TickFlags {
    let mut flags = TickFlags::default();
    let has_trade = bits & MT5_TRADE != 0 && last > 0.0;
    for (is_set, flag) in [
        (bits & MT5_BID != 0, TickFlags::BID),
        (bits & MT5_ASK != 0, TickFlags::ASK),
        (has_trade, TickFlags::TRADE),
    ] {
        if is_set {
            flags = flags.with(flag);
        }
    }
    flags
}

/// A bar as it is written, with both volumes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct BarRow {
    /// The day on the server's clock.
    pub(super) date: Date,
    pub(super) time: Timestamp,
    pub(super) prices: [f64; 4],
    pub(super) tick_volume: f64,
    pub(super) real_volume: f64,
}

/// Reads bars.
///
/// ```text
/// <DATE>  <TIME>  <OPEN>  <HIGH>  <LOW>  <CLOSE>  <TICKVOL>  <VOL>  <SPREAD>
/// 2019.01.02  00:00:00  1.14598  1.14612  1.14598  1.14605  41  0  8
/// ```
///
/// Days have no time; the header may be missing; tab, semicolon and comma separate.
pub(super) fn read_bars(
    path: &Path,
    bytes: &[u8],
    clock: &mut ServerClock,
) -> Result<Vec<BarRow>, SourceError> {
    let text = as_utf8(path, bytes)?;
    let cut = separator(&text);
    let columns = Columns::try_new(path, &text, cut, FileContent::Bars)?;
    let mut rows = Vec::new();
    for line in Lines::new(path, &text, cut).skip(usize::from(columns.has_header)) {
        let (date, ms) = written(&line, &columns)?;
        let price = |column: Option<usize>, name| cell(&line, column, name);
        rows.push(BarRow {
            date,
            time: clock.instant(date, ms),
            prices: [
                price(columns.open, "open")?,
                price(columns.high, "high")?,
                price(columns.low, "low")?,
                price(columns.close, "close")?,
            ],
            tick_volume: price(columns.tick_volume, "tick volume")?,
            real_volume: price(columns.real_volume, "volume")?,
        });
    }
    Ok(rows)
}

/// Reads ticks.
///
/// ```text
/// <DATE>      <TIME>        <BID>    <ASK>    <LAST>  <VOLUME>  <FLAGS>
/// 2022.11.10  15:00:00.017  0.86682  0.86712                    6
/// ```
///
/// An empty bid or ask is the one before; an empty last price or volume means that there was no
/// trade.
pub(super) fn read_ticks(
    path: &Path,
    bytes: &[u8],
    clock: &mut ServerClock,
) -> Result<TickTable, SourceError> {
    let text = as_utf8(path, bytes)?;
    let cut = separator(&text);
    let columns = Columns::try_new(path, &text, cut, FileContent::Ticks)?;
    let mut ticks = TickTable::default();
    let (mut bid, mut ask) = (f64::NAN, f64::NAN);
    for line in Lines::new(path, &text, cut).skip(usize::from(columns.has_header)) {
        let (date, ms) = written(&line, &columns)?;
        let written = [
            cell(&line, columns.bid, "bid")?,
            cell(&line, columns.ask, "ask")?,
            cell(&line, columns.last, "last")?,
            cell(&line, columns.volume, "volume")?,
        ];
        let bits = match columns.flags {
            Some(index) if !line.cell(index).is_empty() => line.integer(index, "flags")?,
            _ => changed_bits(written),
        };
        bid = if written[0].is_nan() { bid } else { written[0] };
        ask = if written[1].is_nan() { ask } else { written[1] };
        let flags = tick_flags(bits, written[2]);
        let (last, volume) = if flags.has(TickFlags::TRADE) {
            (written[2], if written[3].is_nan() { 0.0 } else { written[3] })
        } else {
            (f64::NAN, 0.0)
        };
        ticks.push(&Tick { time: clock.instant(date, ms), bid, ask, last, volume, flags });
    }
    Ok(ticks)
}

/// The bits of a file without flags: what is written has changed.
fn changed_bits(written: [f64; 4]) -> i64 {
    let bits = [MT5_BID, MT5_ASK, 8, 16];
    let set = written.iter().zip(bits).filter(|(value, _)| !value.is_nan());
    set.map(|(_, bit)| bit).sum()
}

fn cell(line: &Line<'_>, column: Option<usize>, name: &str) -> Result<f64, SourceError> {
    column.map_or(Ok(f64::NAN), |index| line.number(index, name))
}

/// Day and milliseconds on the server's clock.
fn written(line: &Line<'_>, columns: &Columns) -> Result<(Date, i64), SourceError> {
    const EXPECTED: &str = "YYYY.MM.DD or YYYY.MM.DD HH:MM:SS";
    let wrong = || line.malformed(columns.date, "date", EXPECTED);
    let text = line.cell(columns.date);
    let (date, rest) = text.split_at_checked(10).ok_or_else(wrong)?;
    let date = dotted_date(date).ok_or_else(wrong)?;
    let in_cell = rest.trim_ascii().strip_prefix(b"T").unwrap_or(rest.trim_ascii());
    let clock = columns.time.map_or(in_cell, |index| line.cell(index));
    if clock.is_empty() {
        return Ok((date, 0));
    }
    let ms = clock_ms(clock)
        .ok_or_else(|| line.malformed(columns.time.unwrap_or(columns.date), "time", "HH:MM:SS"))?;
    Ok((date, ms))
}

/// The day of `YYYY.MM.DD`, with points, dashes or slashes.
fn dotted_date(text: &[u8]) -> Option<Date> {
    let is_mark = |byte: u8| matches!(byte, b'.' | b'-' | b'/');
    if text.len() != 10 || !is_mark(text[4]) || !is_mark(text[7]) {
        return None;
    }
    let small = |text: &[u8]| digits(text).and_then(|number| i8::try_from(number).ok());
    let year = digits(&text[..4]).and_then(|number| i16::try_from(number).ok())?;
    Date::new(year, small(&text[5..7])?, small(&text[8..])?).ok()
}
