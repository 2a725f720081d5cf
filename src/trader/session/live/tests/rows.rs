//! Rows from bars and pieces.

use super::super::RowBuilder;
use crate::base::Timestamp;
use crate::domain::{Bar, Calendar, CalendarName, MarketRow, Symbol, Timeframe};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn symbol(name: &str) -> Symbol {
    name.parse().unwrap()
}

fn bar(open_time: &str, seconds: i64, close: f64) -> Bar {
    let open_time = at(open_time);
    Bar {
        open_time,
        available_at: open_time.saturating_add_nanos(seconds * 1_000_000_000),
        open: close - 1.0,
        high: close + 2.0,
        low: close - 2.0,
        close,
        volume: 10.0,
    }
}

fn builder(timeframe: &str, passed: &str) -> RowBuilder {
    let symbols = vec![symbol("AAA"), symbol("BBB")];
    let calendar = Calendar::new(CalendarName::Xnys);
    RowBuilder::new(symbols, timeframe.parse().unwrap(), calendar, at(passed))
}

const MINUTE: Timeframe = Timeframe::Seconds(60);
const FIVE: Timeframe = Timeframe::Seconds(300);

#[test]
fn a_row_goes_out_when_every_symbol_is_in() {
    let mut rows = builder("5min", "2019-03-01T14:00:00Z");
    rows.take(&symbol("AAA"), bar("2019-03-01T14:30:00Z", 300, 10.0), FIVE).unwrap();
    let end = at("2019-03-01T14:35:00Z");
    assert_eq!(rows.next(end, true), None, "BBB may still come");
    rows.take(&symbol("BBB"), bar("2019-03-01T14:30:00Z", 300, 20.0), FIVE).unwrap();
    assert_eq!(rows.next(end.saturating_add_nanos(-1), true), None, "the bar is not over");
    let row = rows.next(end, false).unwrap();
    assert_eq!(row.time, end);
    assert_eq!(row.bars[1].unwrap().close, 20.0);
    assert_eq!(rows.next(end, true), None, "each row goes out once");
}

// fault: bar_missing
#[test]
fn a_row_that_lacks_a_symbol_waits_for_it_and_then_goes_without() {
    let mut rows = builder("5min", "2019-03-01T14:00:00Z");
    rows.take(&symbol("BBB"), bar("2019-03-01T14:30:00Z", 300, 20.0), FIVE).unwrap();
    assert_eq!(rows.next(at("2019-03-01T14:35:04Z"), true), None);
    assert_eq!(rows.next(at("2019-03-01T14:35:05Z"), false), None, "the stream still speaks");
    let row = rows.next(at("2019-03-01T14:35:05Z"), true).unwrap();
    assert!(row.bars[0].is_none() && row.bars[1].is_some());
    rows.take(&symbol("AAA"), bar("2019-03-01T14:30:00Z", 300, 10.0), FIVE).unwrap();
    assert_eq!(rows.next(at("2019-03-01T14:36:00Z"), true), None, "too late is too late");
}

fn minutes(rows: &mut RowBuilder, from: &str, closes: &[f64]) {
    for name in ["AAA", "BBB"] {
        for (minute, &close) in closes.iter().enumerate() {
            let mut bar = bar(from, 60, close);
            let shift = minute as i64 * 60_000_000_000;
            bar.open_time = bar.open_time.saturating_add_nanos(shift);
            bar.available_at = bar.available_at.saturating_add_nanos(shift);
            rows.take(&symbol(name), bar, MINUTE).unwrap();
        }
    }
}

fn all(rows: &mut RowBuilder) -> Vec<MarketRow> {
    let late = at("2030-01-01T00:00:00Z");
    std::iter::from_fn(|| rows.next(late, true)).collect()
}

#[test]
fn pieces_make_one_bar() {
    let mut rows = builder("5min", "2019-03-01T14:00:00Z");
    minutes(&mut rows, "2019-03-01T14:30:00Z", &[10.0, 14.0, 9.0, 11.0, 12.0, 13.0]);
    let rows = all(&mut rows);
    let first = rows[0].bars[0].unwrap();
    assert_eq!(first.open_time, at("2019-03-01T14:30:00Z"));
    assert_eq!(first.available_at, at("2019-03-01T14:35:00Z"));
    assert_eq!([first.open, first.high, first.low, first.close], [9.0, 16.0, 7.0, 12.0]);
    assert_eq!(first.volume, 50.0);
    assert_eq!(rows[1].bars[0].unwrap().close, 13.0);
    assert_eq!(rows.len(), 2);
}

#[test]
fn a_day_is_its_session_and_nothing_outside() {
    let mut rows = builder("1d", "2019-03-01T14:00:00Z");
    minutes(&mut rows, "2019-03-01T14:29:00Z", &[500.0, 10.0, 14.0]);
    minutes(&mut rows, "2019-03-01T20:59:00Z", &[12.0, 900.0]);
    minutes(&mut rows, "2019-03-02T15:00:00Z", &[700.0]);
    let rows = all(&mut rows);
    let day = rows[0].bars[0].unwrap();
    assert_eq!(rows.len(), 1, "a Saturday is no day");
    assert_eq!([day.open, day.high, day.close], [9.0, 16.0, 12.0]);
    assert_eq!(day.open_time, at("2019-03-01T14:30:00Z"));
    assert_eq!(rows[0].time, at("2019-03-01T21:00:00Z"));
}

#[test]
fn the_same_bar_again_takes_the_place_of_the_first() {
    let mut rows = builder("1min", "2019-03-01T14:00:00Z");
    minutes(&mut rows, "2019-03-01T14:30:00Z", &[10.0]);
    minutes(&mut rows, "2019-03-01T14:30:00Z", &[11.0]);
    let rows = all(&mut rows);
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].bars[0].unwrap().close, 11.0);
    assert_eq!(rows[0].bars[0].unwrap().volume, 10.0);
}

#[test]
fn rows_that_are_known_do_not_come_again() {
    let mut rows = builder("1min", "2019-03-01T14:32:00Z");
    minutes(&mut rows, "2019-03-01T14:30:00Z", &[10.0, 11.0, 12.0]);
    let rows = all(&mut rows);
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].time, at("2019-03-01T14:33:00Z"));
}

#[test]
fn the_past_is_in_when_every_symbol_has_the_newest_bar_that_is_over() {
    let mut rows = builder("1min", "2019-03-01T14:00:00Z");
    assert!(!rows.has_all_until(at("2019-03-01T14:31:30Z")));
    rows.take(&symbol("AAA"), bar("2019-03-01T14:30:00Z", 60, 1.0), MINUTE).unwrap();
    assert!(!rows.has_all_until(at("2019-03-01T14:31:30Z")));
    rows.take(&symbol("BBB"), bar("2019-03-01T14:30:00Z", 60, 1.0), MINUTE).unwrap();
    assert!(rows.has_all_until(at("2019-03-01T14:31:30Z")));
}

#[test]
fn the_end_of_the_next_row_follows_the_hours_of_the_exchange() {
    let check = |timeframe: &str, passed: &str, expected: &str| {
        assert_eq!(builder(timeframe, passed).next_end(), Some(at(expected)), "{passed}");
    };
    check("5min", "2019-03-01T14:30:00Z", "2019-03-01T14:35:00Z");
    check("5min", "2019-03-01T20:55:00Z", "2019-03-01T21:00:00Z");
    check("5min", "2019-03-01T21:00:00Z", "2019-03-04T14:35:00Z");
    check("1d", "2019-03-01T21:00:00Z", "2019-03-04T21:00:00Z");
    check("1w", "2019-03-01T21:00:00Z", "2019-03-08T21:00:00Z");
}

/// The day before Independence Day closes at 13:00 in New York.
// fault: early_close
#[test]
fn early_close_ends_the_last_row_and_no_row_is_missed_after_it() {
    let next = |timeframe: &str, passed: &str| builder(timeframe, passed).next_end().unwrap();
    assert_eq!(next("5min", "2019-07-03T16:58:00Z"), at("2019-07-03T17:00:00Z"));
    assert_eq!(next("5min", "2019-07-03T17:00:00Z"), at("2019-07-05T13:35:00Z"));
    assert_eq!(next("1d", "2019-07-02T20:00:00Z"), at("2019-07-03T17:00:00Z"));
    let mut rows = builder("1d", "2019-07-02T20:00:00Z");
    minutes(&mut rows, "2019-07-03T16:58:00Z", &[10.0, 11.0, 99.0]);
    let row = rows.next(at("2019-07-03T17:00:00Z"), false).unwrap();
    assert_eq!(row.bars[0].unwrap().close, 11.0, "what comes after the close is left out");
}
