//! From the broker's bars and ticks to ours.

use ibapi::Error;
use ibapi::market_data::historical::{Bar as IbkrBar, BarTimestamp, TickBidAsk, TickLast};

use super::request::{NANOS, Piece, known_at, window};
use crate::base::{Date, DateRange, Timestamp};
use crate::config::IbkrSource;
use crate::connectors::vendors::bar_span::{BarSpan, period};
use crate::domain::{Bar, Calendar, CalendarError, Tick, TickFlags, Timeframe};

/// The broker writes numbers that it does not have as the largest one.
const UNSET: f64 = 1e300;

/// An instant as the library has it; whole seconds.
///
/// The library takes the time type of another crate, and its own reader makes one of a text; the
/// sign keeps it from reading a date.
pub(super) fn instant(time: Timestamp) -> Result<BarTimestamp, Error> {
    format!("{:+}", time.nanos().div_euclid(NANOS)).parse()
}

/// The way from the broker's bars to ours.
#[derive(Debug, Clone, Copy)]
pub(super) struct BarReader<'a> {
    /// Which hours and prices were asked for.
    pub(super) settings: &'a IbkrSource,
    /// The sessions.
    pub(super) calendar: &'a Calendar,
    /// The length of the bars.
    pub(super) timeframe: Timeframe,
    /// The days that are wanted.
    pub(super) range: DateRange,
    /// Bars that may still change by now are left out.
    pub(super) now: Timestamp,
}

impl BarReader<'_> {
    /// The settled bars of one answer that belong to a piece.
    ///
    /// The answer is a list of
    /// `{date: "1775136600", open: 254.20, high: 254.80, low: 250.65, close: 252.53,
    /// volume: "2829736", wap: "252.266", barCount: 13633}`, oldest first, where `date` is a number
    /// of seconds since 1970 in UTC for bars shorter than a day, and `YYYYMMDD` in the zone of the
    /// exchange for others. The date of a week or month is one of its days.
    pub(super) fn read(
        &self,
        answer: &[IbkrBar],
        piece: &Piece,
    ) -> Result<Vec<Bar>, CalendarError> {
        let mut bars = Vec::with_capacity(answer.len());
        for (index, bar) in answer.iter().enumerate() {
            let Some(span) = self.span(bar, answer.get(index + 1))? else { continue };
            let BarSpan { open_time, available_at } = span;
            let is_mine = piece.from <= open_time && open_time < piece.to;
            let is_wanted = self.range.contains(open_time.date_in(self.calendar.zone()));
            if is_mine && is_wanted && span.is_settled(self.timeframe, self.now) {
                bars.push(Bar {
                    open_time,
                    available_at,
                    open: known(bar.open),
                    high: known(bar.high),
                    low: known(bar.low),
                    close: known(bar.close),
                    // Prices without trades come with -1.
                    volume: known(bar.volume).max(0.0),
                });
            }
        }
        Ok(bars)
    }

    /// From when to when a bar goes; `None` without a date that can be one.
    fn span(
        &self,
        bar: &IbkrBar,
        next: Option<&IbkrBar>,
    ) -> Result<Option<BarSpan>, CalendarError> {
        let Timeframe::Seconds(step) = self.timeframe else {
            let zone = self.calendar.zone();
            let date = match bar.date {
                BarTimestamp::Date(_) => date(&bar.date),
                BarTimestamp::DateTime(_) => start(&bar.date).map(|time| time.date_in(zone)),
            };
            return date.map(|date| self.day_span(date)).transpose();
        };
        let Some(open_time) = start(&bar.date) else { return Ok(None) };
        let mut end = open_time.saturating_add_nanos(i64::from(step) * NANOS);
        // Hours are cut at the hour: the bar of 09:30 ends at 10:00, and says so by the next one.
        let after = next.and_then(|next| start(&next.date)).filter(|after| *after > open_time);
        end = after.map_or(end, |after| end.min(after));
        if let Some(session) = self.calendar.session(open_time.date_in(self.calendar.zone()))? {
            let (_, close) = window(self.settings, self.calendar, &session);
            if open_time < close {
                end = end.min(close);
            }
        }
        Ok(Some(BarSpan { open_time, available_at: end }))
    }

    /// A day without a session gives midnight to midnight; the lake refuses such bars.
    fn day_span(&self, date: Date) -> Result<BarSpan, CalendarError> {
        let mut span = BarSpan::of_sessions(date, self.timeframe, self.calendar)?;
        let sessions = self.calendar.sessions(period(date, self.timeframe))?;
        if let Some(last) = sessions.last() {
            span.available_at = known_at(self.settings, last);
        }
        Ok(span)
    }
}

fn start(time: &BarTimestamp) -> Option<Timestamp> {
    match time {
        BarTimestamp::DateTime(instant) => Some(Timestamp::from_seconds(instant.unix_timestamp())),
        BarTimestamp::Date(_) => None,
    }
}

fn date(time: &BarTimestamp) -> Option<Date> {
    let BarTimestamp::Date(date) = time else { return None };
    let (year, month) = (i16::try_from(date.year()).ok()?, u8::from(date.month()));
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(date.day()).ok()?).ok()
}

/// A number, or none if the broker has none; the lake sets such bars apart.
fn known(number: f64) -> f64 {
    if number.abs() < UNSET { number } else { f64::NAN }
}

/// A trade: `{time: 1704897000, tickAttribLast: {pastLimit: false, unreported: false},
/// price: 475.31, size: "100", exchange: "ARCA", specialConditions: " T  "}`.
///
/// The time is in whole seconds. A trade past the limits or not reported to the tape is doubtful.
pub(super) fn trade(tick: &TickLast) -> Tick {
    let marks = tick.tick_attribute_last;
    let flags = match marks.past_limit || marks.unreported {
        true => TickFlags::TRADE.with(TickFlags::SUSPICIOUS),
        false => TickFlags::TRADE,
    };
    Tick {
        time: Timestamp::from_seconds(tick.timestamp.unix_timestamp()),
        bid: f64::NAN,
        ask: f64::NAN,
        last: known(tick.price),
        volume: tick.size.map_or(0.0, known),
        flags,
    }
}

/// A quote: `{time: 1704897000, tickAttribBidAsk: {bidPastLow: false, askPastHigh: false},
/// priceBid: 475.30, priceAsk: 475.31, sizeBid: "300", sizeAsk: "700"}`.
pub(super) fn quote(tick: &TickBidAsk) -> Tick {
    Tick {
        time: Timestamp::from_seconds(tick.timestamp.unix_timestamp()),
        bid: known(tick.price_bid),
        ask: known(tick.price_ask),
        last: f64::NAN,
        volume: 0.0,
        flags: TickFlags::BID.with(TickFlags::ASK),
    }
}
