//! Bars of one symbol: the past ones, then the one that grows.

use ibapi::market_data::historical::{Bar as IbkrBar, BarTimestamp};

use super::super::super::request::known_at;
use super::super::values;
use crate::base::{Date, Timestamp};
use crate::config::IbkrSource;
use crate::connectors::vendors::bar_span::{BarSpan, period};
use crate::domain::{Bar, Calendar, Timeframe};

const NANOS: i64 = 1_000_000_000;
/// The last change of a bar comes so late at most, nanoseconds.
const SEALS: i64 = 5 * NANOS;
const HOUR: u32 = 3600;

/// How bars lie in time.
#[derive(Debug, Clone)]
pub(in super::super) struct Span {
    pub(in super::super) calendar: Calendar,
    pub(in super::super) timeframe: Timeframe,
    /// Bars that end before are not wanted.
    pub(in super::super) since: Timestamp,
}

/// The bars of one symbol.
///
/// A bar that grows says where it stands and never that it is whole; once the next one has begun,
/// or its time has been over for a while, it is told once more, whole.
#[derive(Debug, Clone, Default)]
pub(in super::super) struct BarLine {
    growing: Option<Growing>,
}

#[derive(Debug, Clone, Copy)]
struct Growing {
    bar: Bar,
    end: Timestamp,
    is_sealed: bool,
}

impl BarLine {
    /// The answer to a subscription: bars of the past, oldest first, the last of which may grow.
    pub(in super::super) fn batch(
        &mut self,
        span: &Span,
        rows: &[IbkrBar],
        now: Timestamp,
    ) -> Vec<Bar> {
        let mut bars = Vec::with_capacity(rows.len());
        let known = self.last();
        for (index, row) in rows.iter().enumerate() {
            let next = rows.get(index + 1);
            let Some((bar, end)) = span.read(row, next) else { continue };
            // After a gap, what was told whole before is not told again.
            if end < span.since || known.is_some_and(|known| bar.open_time < known) {
                continue;
            }
            let is_sealed = next.is_some() || now >= end.saturating_add_nanos(SEALS);
            self.growing = Some(Growing { bar, end, is_sealed });
            bars.extend(self.growing.map(|growing| growing.told(now)));
        }
        bars
    }

    /// A change of the last bar, or the first of a new one.
    pub(in super::super) fn update(
        &mut self,
        span: &Span,
        row: &IbkrBar,
        now: Timestamp,
    ) -> Vec<Bar> {
        let Some((bar, end)) = span.read(row, None) else { return Vec::new() };
        let mut bars = Vec::new();
        if let Some(last) = self.growing {
            if bar.open_time < last.bar.open_time {
                let late = Growing { bar, end, is_sealed: true };
                return vec![late.told(now)];
            }
            if bar.open_time > last.bar.open_time && !last.is_sealed {
                let end = last.end.min(bar.open_time);
                bars.push(Growing { end, is_sealed: true, ..last }.told(now));
            }
        }
        let was_sealed =
            self.growing.is_some_and(|last| last.is_sealed && last.bar.open_time == bar.open_time);
        let growing = Growing { bar, end, is_sealed: was_sealed };
        self.growing = Some(growing);
        bars.push(growing.told(now));
        bars
    }

    /// When the last bar began.
    pub(in super::super) fn last(&self) -> Option<Timestamp> {
        self.growing.map(|growing| growing.bar.open_time)
    }

    /// The bar whose time is over, once.
    pub(in super::super) fn tick(&mut self, now: Timestamp) -> Option<Bar> {
        let growing = self.growing.as_mut()?;
        if growing.is_sealed || now < growing.end.saturating_add_nanos(SEALS) {
            return None;
        }
        growing.is_sealed = true;
        Some(growing.told(now))
    }
}

impl Growing {
    fn told(&self, now: Timestamp) -> Bar {
        let before_end = self.end.saturating_add_nanos(-1);
        let stands = now.clamp(self.bar.open_time, before_end.max(self.bar.open_time));
        Bar { available_at: if self.is_sealed { self.end } else { stands }, ..self.bar }
    }
}

impl Span {
    /// A bar and its end; none for a row without a date, or with prices that are none.
    fn read(&self, row: &IbkrBar, next: Option<&IbkrBar>) -> Option<(Bar, Timestamp)> {
        let BarSpan { open_time, available_at } = self.of(&row.date, next.map(|row| &row.date))?;
        let bar = Bar {
            open_time,
            available_at,
            open: values::price(row.open)?,
            high: values::price(row.high)?,
            low: values::price(row.low)?,
            close: values::price(row.close)?,
            // Prices without trades come with -1.
            volume: values::quantity(row.volume).unwrap_or(0.0),
        };
        Some((bar, available_at))
    }

    fn of(&self, date: &BarTimestamp, next: Option<&BarTimestamp>) -> Option<BarSpan> {
        let Timeframe::Seconds(step) = self.timeframe else {
            let day = match date {
                BarTimestamp::Date(_) => self.date(date),
                BarTimestamp::DateTime(_) => {
                    start(date).map(|time| time.date_in(self.calendar.zone()))
                }
            };
            return self.days(day?);
        };
        let open_time = start(date)?;
        let mut span = BarSpan::of_seconds(open_time, step);
        if step == HOUR {
            // Hours are cut at the hour: the bar of 09:30 ends at 10:00.
            let over = open_time.nanos().rem_euclid(i64::from(HOUR) * NANOS);
            span.available_at = span.available_at.saturating_add_nanos(-over);
        }
        let after = next.and_then(start).filter(|after| *after > open_time);
        span.available_at = after.map_or(span.available_at, |after| after.min(span.available_at));
        let date = open_time.date_in(self.calendar.zone());
        if let Ok(Some(session)) = self.calendar.session(date)
            && open_time < session.close
        {
            span.available_at = span.available_at.min(session.close);
        }
        Some(span)
    }

    fn days(&self, day: Date) -> Option<BarSpan> {
        let mut span = BarSpan::of_sessions(day, self.timeframe, &self.calendar).ok()?;
        let sessions = self.calendar.sessions(period(day, self.timeframe)).ok()?;
        if let Some(last) = sessions.last() {
            span.available_at = known_at(&IbkrSource::default(), last);
        }
        Some(span)
    }

    fn date(&self, time: &BarTimestamp) -> Option<Date> {
        let BarTimestamp::Date(date) = time else { return None };
        let (year, month) = (i16::try_from(date.year()).ok()?, u8::from(date.month()));
        Date::new(year, i8::try_from(month).ok()?, i8::try_from(date.day()).ok()?).ok()
    }
}

fn start(time: &BarTimestamp) -> Option<Timestamp> {
    match time {
        BarTimestamp::DateTime(instant) => Some(Timestamp::from_seconds(instant.unix_timestamp())),
        BarTimestamp::Date(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::CalendarName;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn span(timeframe: &str) -> Span {
        Span {
            calendar: Calendar::new(CalendarName::Xnys),
            timeframe: timeframe.parse().unwrap(),
            since: Timestamp::MIN,
        }
    }

    fn row(date: &str, close: f64) -> IbkrBar {
        // A sign keeps a number of seconds from being read as a date.
        let date = match date.contains('T') {
            true => format!("{:+}", at(date).nanos() / NANOS),
            false => date.to_owned(),
        };
        let date = date.parse().unwrap();
        let (open, high, low, volume) = (100.0, 101.0, 99.0, 5.0);
        IbkrBar { date, open, high, low, close, volume, wap: 0.0, count: 1 }
    }

    fn told(bars: &[Bar]) -> Vec<(String, f64)> {
        bars.iter().map(|bar| (bar.available_at.to_string(), bar.close)).collect()
    }

    #[test]
    fn a_bar_grows_and_is_told_whole_once_the_next_begins() {
        let (span, mut line) = (span("1min"), BarLine::default());
        let rows = [row("2026-01-05T14:30:00Z", 100.0), row("2026-01-05T14:31:00Z", 100.5)];
        let found = line.batch(&span, &rows, at("2026-01-05T14:31:20Z"));
        let expected = [
            ("2026-01-05T14:31:00Z".to_owned(), 100.0),
            ("2026-01-05T14:31:20Z".to_owned(), 100.5),
        ];
        assert_eq!(told(&found), expected);
        let grown =
            line.update(&span, &row("2026-01-05T14:31:00Z", 100.7), at("2026-01-05T14:32:01Z"));
        assert_eq!(told(&grown), [("2026-01-05T14:31:59.999999999Z".to_owned(), 100.7)]);
        let next =
            line.update(&span, &row("2026-01-05T14:32:00Z", 100.8), at("2026-01-05T14:32:02Z"));
        let expected = [
            ("2026-01-05T14:32:00Z".to_owned(), 100.7),
            ("2026-01-05T14:32:02Z".to_owned(), 100.8),
        ];
        assert_eq!(told(&next), expected);
    }

    #[test]
    fn the_last_bar_of_a_session_is_told_whole_by_the_clock() {
        let (span, mut line) = (span("1min"), BarLine::default());
        line.update(&span, &row("2026-01-05T20:59:00Z", 100.0), at("2026-01-05T20:59:30Z"));
        assert_eq!(line.tick(at("2026-01-05T21:00:04Z")), None);
        let whole = line.tick(at("2026-01-05T21:00:05Z")).unwrap();
        assert_eq!(whole.available_at, at("2026-01-05T21:00:00Z"));
        assert_eq!(line.tick(at("2026-01-05T21:00:09Z")), None, "once");
        let late =
            line.update(&span, &row("2026-01-05T20:59:00Z", 100.1), at("2026-01-05T21:00:09Z"));
        assert_eq!(told(&late), [("2026-01-05T21:00:00Z".to_owned(), 100.1)], "a correction");
    }

    #[test]
    fn days_and_hours_end_with_the_session() {
        let (day, mut line) = (span("1d"), BarLine::default());
        let found = line.batch(&day, &[row("20260105", 100.0)], at("2026-01-06T00:00:00Z"));
        assert_eq!(found[0].open_time, at("2026-01-05T14:30:00Z"));
        assert_eq!(found[0].available_at, at("2026-01-05T21:00:00Z"));
        let (hour, mut line) = (span("1h"), BarLine::default());
        let rows = [row("2026-01-05T14:30:00Z", 1.0), row("2026-01-05T20:00:00Z", 2.0)];
        let found = line.batch(&hour, &rows, at("2026-01-06T00:00:00Z"));
        assert_eq!(found[0].available_at, at("2026-01-05T15:00:00Z"));
        assert_eq!(found[1].available_at, at("2026-01-05T21:00:00Z"));
    }

    // fault: data_unset
    #[test]
    fn guard_sentinels_make_no_bars() {
        for bad in [f64::MAX, f64::NAN, f64::INFINITY, 0.0, -1.0] {
            let mut line = BarLine::default();
            let rows = [row("2026-01-05T14:30:00Z", bad)];
            assert!(line.batch(&span("1min"), &rows, at("2026-01-05T21:00:00Z")).is_empty());
        }
        let mut unsold = row("2026-01-05T14:30:00Z", 1.0);
        unsold.volume = -1.0;
        let found = BarLine::default().batch(&span("1min"), &[unsold], at("2026-01-05T21:00:00Z"));
        assert_eq!(found[0].volume, 0.0);
    }

    #[test]
    fn bars_of_before_are_left_out() {
        let mut span = span("1min");
        span.since = at("2026-01-05T14:32:00Z");
        let rows = [row("2026-01-05T14:30:00Z", 1.0), row("2026-01-05T14:31:00Z", 1.0)];
        let found = BarLine::default().batch(&span, &rows, at("2026-01-05T21:00:00Z"));
        assert_eq!(found.len(), 1);
    }
}
