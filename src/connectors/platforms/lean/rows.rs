//! The rows of LEAN's files.

use super::layout::{Instrument, Kind, Resolution, Side};
use crate::base::Timestamp;
use crate::config::QuotePrice;
use crate::connectors::platforms::lines::{Line, Lines, clock_ms, compact_date};
use crate::connectors::platforms::wall::WallDay;
use crate::dataset::ticks::TickTable;
use crate::domain::{Bar, Tick, TickFlags};
use crate::ports::SourceError;

/// Sale conditions under which a price does not tell what the instrument is worth at that moment:
/// cash, next day, seller (1, 2, 3), derivatively priced (9), out of sequence (14), option trade
/// (18), average price (20), price variation (22), prior reference price (25).
const OFF_MARKET: i64 =
    1 << 1 | 1 << 2 | 1 << 3 | 1 << 9 | 1 << 14 | 1 << 18 | 1 << 20 | 1 << 22 | 1 << 25;

const QUOTE: TickFlags = TickFlags::BID.with(TickFlags::ASK);

/// Reads the ticks of one day.
///
/// ```text
/// equity trade   14400464,1674100,100,P,20002000,0     ms,price,size,exchange,conditions,suspicious
/// equity quote   14400464,1674100,2,1675500,1,P,0,0    ms,bid,size,ask,size,exchange,…,suspicious
/// crypto trade   77,33001.5,0.02,0                     ms,price,size,suspicious
/// forex quote    50451815,1.38700,1.38790              ms,bid,ask
/// ```
pub(super) fn read_ticks(
    lines: Lines<'_>,
    day: &WallDay,
    instrument: &Instrument,
    side: Side,
) -> Result<TickTable, SourceError> {
    let mut ticks = TickTable::default();
    for line in lines {
        let time = day.at(line.integer(0, "milliseconds")?);
        ticks.push(&match (side, instrument.kind) {
            (Side::Trade, kind) => trade(&line, time, kind, instrument.unit)?,
            (Side::Quote, kind) => quote(&line, time, kind, instrument.unit)?,
        });
    }
    Ok(ticks)
}

fn trade(line: &Line<'_>, time: Timestamp, kind: Kind, unit: f64) -> Result<Tick, SourceError> {
    let mut flags = TickFlags::TRADE;
    let suspicious = if kind == Kind::Equity { 5 } else { 3 };
    if is_suspicious(line, suspicious) {
        flags = flags.with(TickFlags::SUSPICIOUS);
    }
    if kind == Kind::Equity && conditions(line, 4)? & OFF_MARKET != 0 {
        flags = flags.with(TickFlags::OFF_MARKET);
    }
    let last = line.number(1, "price")? / unit;
    let volume = line.number(2, "size")?;
    Ok(Tick { time, bid: f64::NAN, ask: f64::NAN, last, volume, flags })
}

fn quote(line: &Line<'_>, time: Timestamp, kind: Kind, unit: f64) -> Result<Tick, SourceError> {
    let (ask, suspicious) = match kind {
        Kind::Forex => (2, 3),
        Kind::Equity => (3, 7),
        Kind::Crypto => (3, 5),
    };
    // A side without a quote is written as 0.
    let price = |index: usize, name: &str| {
        let price = line.number(index, name)? / unit;
        Ok::<f64, SourceError>(if price == 0.0 { f64::NAN } else { price })
    };
    let flags =
        if is_suspicious(line, suspicious) { QUOTE.with(TickFlags::SUSPICIOUS) } else { QUOTE };
    let (bid, ask) = (price(1, "bid")?, price(ask, "ask")?);
    Ok(Tick { time, bid, ask, last: f64::NAN, volume: 0.0, flags })
}

fn is_suspicious(line: &Line<'_>, index: usize) -> bool {
    matches!(line.cell(index), b"1" | b"true" | b"True")
}

/// The bits of a hexadecimal cell; none if it is empty.
fn conditions(line: &Line<'_>, index: usize) -> Result<i64, SourceError> {
    let cell = line.cell(index);
    if cell.is_empty() {
        return Ok(0);
    }
    let text = std::str::from_utf8(cell).ok();
    text.and_then(|text| i64::from_str_radix(text, 16).ok())
        .ok_or_else(|| line.malformed(index, "sale conditions", "a hexadecimal number"))
}

/// When the rows of a file begin.
pub(super) enum RowTimes<'a> {
    /// Milliseconds since midnight of this day.
    Day(&'a WallDay),
    /// `YYYYMMDD HH:MM` in the zone of the instrument.
    Written(&'a Instrument),
}

impl RowTimes<'_> {
    fn of(&self, line: &Line<'_>) -> Result<Timestamp, SourceError> {
        match self {
            Self::Day(day) => Ok(day.at(line.integer(0, "milliseconds")?)),
            Self::Written(instrument) => {
                let wrong = || line.malformed(0, "time", "YYYYMMDD HH:MM");
                let (date, clock) = line.cell(0).split_at_checked(8).ok_or_else(wrong)?;
                let date = compact_date(date).ok_or_else(wrong)?;
                let ms = clock_ms(clock.trim_ascii()).ok_or_else(wrong)?;
                Ok(WallDay::new(date, &instrument.zone).at(ms))
            }
        }
    }
}

/// Reads bars and hands them on in order.
///
/// ```text
/// trade   34200000,1674300,1675200,1674100,1674400,816453
/// quote   34200000,1.38727,1.38729,1.38723,1.38724,0,1.38729,1.38730,1.38727,1.38727,0
/// ```
///
/// The middle of quotes is that of each of the four prices; a high between both sides is not known.
pub(super) fn read_bars(
    lines: Lines<'_>,
    times: &RowTimes<'_>,
    length: Resolution,
    price: QuotePrice,
    unit: f64,
    mut take: impl FnMut(&Bar) -> Result<(), SourceError>,
) -> Result<(), SourceError> {
    let nanos = i64::from(length.seconds().unwrap_or(86_400)) * 1_000_000_000;
    for line in lines {
        let open_time = times.of(&line)?;
        let [open, high, low, close] = match price {
            QuotePrice::Last | QuotePrice::Bid => four(&line, 1, unit)?,
            QuotePrice::Ask => four(&line, 6, unit)?,
            QuotePrice::Mid => {
                let (bid, ask) = (four(&line, 1, unit)?, four(&line, 6, unit)?);
                std::array::from_fn(|index| f64::midpoint(bid[index], ask[index]))
            }
        };
        let volume = if price == QuotePrice::Last { line.number(5, "volume")? } else { 0.0 };
        let available_at = open_time.saturating_add_nanos(nanos);
        take(&Bar { open_time, available_at, open, high, low, close, volume })?;
    }
    Ok(())
}

fn four(line: &Line<'_>, first: usize, unit: f64) -> Result<[f64; 4], SourceError> {
    let mut prices = [0.0; 4];
    for (index, (price, name)) in
        prices.iter_mut().zip(["open", "high", "low", "close"]).enumerate()
    {
        *price = line.number(first + index, name)? / unit;
    }
    Ok(prices)
}
