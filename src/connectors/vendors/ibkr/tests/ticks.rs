//! Ticks end to end.

use super::double::{Double, Fault, Kind, Market, at, session_trades};
use super::{history, quick_rules};
use crate::base::Timestamp;
use crate::connectors::vendors::ibkr::ticks::TickCursor;
use crate::connectors::vendors::ibkr::{IbkrTickKind, IbkrTickRequest};
use crate::domain::{Tick, TickFlags};
use crate::ports::SourceError;

/// Four ticks a second or none, and one second that no answer can hold.
fn busy(second: i64) -> usize {
    match second {
        400 => 1_000,
        401..900 => 0,
        second => [4, 0, 1, 3][usize::try_from(second % 4).unwrap()],
    }
}

fn asked(kind: IbkrTickKind, range: &str) -> IbkrTickRequest {
    IbkrTickRequest { symbol: "SPY".parse().unwrap(), range: range.parse().unwrap(), kind }
}

/// The trades of a day as the market made them.
fn made_up(market: &Market, day: &str) -> Vec<(i64, f64, f64)> {
    let session = market.session("SPY", day.parse().unwrap(), true).unwrap();
    let ticks = session_trades(market, "SPY", &session);
    let row = |tick: &super::double::wire::TradeTick| {
        let size: f64 = tick.size.as_ref().unwrap().parse().unwrap();
        (tick.time.unwrap(), tick.price.unwrap(), size)
    };
    ticks.iter().map(row).collect()
}

fn rows(ticks: &[Tick]) -> Vec<(i64, f64, f64)> {
    ticks.iter().map(|tick| (tick.time.nanos() / 1_000_000_000, tick.last, tick.volume)).collect()
}

#[test]
fn each_trade_comes_once_whether_or_not_seconds_are_filled() {
    for fills_seconds in [true, false] {
        let market = Market { ticks_in: busy, fills_seconds, ..Market::default() };
        let double = Double::start(market.clone());
        double.enforce(quick_rules());
        let source = history(&double);
        let request = asked(IbkrTickKind::Trades, "2019-07-03..2019-07-04");
        let found = source.fetch_ticks(&request).unwrap();
        let expected = made_up(&market, "2019-07-03");
        assert_eq!(rows(&found), expected, "filled: {fills_seconds}");
        assert!(double.count(Kind::Ticks) > expected.len() / 1_100);
        assert_eq!(double.violations(), [""; 0]);
        let odd = found.iter().filter(|tick| tick.flags.has(TickFlags::SUSPICIOUS)).count();
        assert!(odd > 0 && odd < found.len() / 20);
        assert!(found[0].bid.is_nan() && found[0].flags.has(TickFlags::TRADE));
    }
}

#[test]
fn a_cursor_outlives_the_process() {
    let market = Market { fills_seconds: false, ..Market::default() };
    let double = Double::start(market.clone());
    let request = asked(IbkrTickKind::Trades, "2019-07-02..2019-07-03");
    let mut found = Vec::new();
    let mut cursor: Option<String> = None;
    loop {
        let page = history(&double).fetch_tick_page(&request, cursor.as_deref()).unwrap();
        found.extend(page.ticks);
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    let days = ["2019-07-02", "2019-07-03"].map(|day| made_up(&market, day));
    assert_eq!(rows(&found), days.concat());
    let error = history(&double).fetch_tick_page(&request, Some("x+y")).unwrap_err();
    assert!(matches!(error, SourceError::Cursor { .. }), "{error}");
}

#[test]
fn quotes_count_twice_and_come_in_batches() {
    let market = Market { ticks_in: |second| usize::from(second % 8 == 0), ..Market::default() };
    let double = Double::start(market);
    double.enforce(quick_rules());
    let source = history(&double);
    let found = source.fetch_ticks(&asked(IbkrTickKind::Quotes, "2019-07-03..2019-07-03")).unwrap();
    assert_eq!(found.len(), 12_600 / 8);
    assert!(found.iter().all(|tick| tick.ask > tick.bid && tick.last.is_nan()));
    assert_eq!(double.violations(), [""; 0]);
}

#[test]
fn no_ticks_and_faults_are_as_with_bars() {
    let double = Double::start(Market::default());
    let source = history(&double);
    let weekend = asked(IbkrTickKind::Trades, "2019-07-06..2019-07-07");
    assert_eq!(source.fetch_ticks(&weekend).unwrap(), []);
    let request = asked(IbkrTickKind::Trades, "2019-07-03..2019-07-03");
    let text = "Failed to request historical ticks: No market data permissions for ARCA STK";
    double.next_fault(Kind::Ticks, Fault::Error(10_187, text.to_owned()));
    let error = source.fetch_tick_page(&request, None).unwrap_err();
    assert_eq!(error.exit_code(), 2);
    assert!(error.to_string().contains("needs a subscription"), "{error}");
    double.next_fault(Kind::Ticks, Fault::CutOff);
    assert_eq!(source.fetch_tick_page(&request, None).unwrap().ticks.len(), 1_000);
}

#[test]
fn a_cursor_moves_on_in_each_case() {
    let start = at("2019-07-03".parse().unwrap(), (9, 30));
    let second = |offset: i64| Timestamp::from_seconds(start + offset);
    let tick = |offset: i64| Tick {
        time: second(offset),
        bid: 1.0,
        ask: 1.0,
        last: 1.0,
        volume: 1.0,
        flags: TickFlags::TRADE,
    };
    let cursor = |offset, skip| TickCursor { second: second(offset), skip };
    let at_five = cursor(5, 2);
    let ticks = [tick(5), tick(5), tick(6), tick(7), tick(7)];
    assert_eq!(at_five.following(&ticks, 1_000, false), Some(cursor(7, 2)), "cut inside a second");
    assert_eq!(at_five.following(&ticks, 1_004, false), Some(cursor(8, 0)), "filled up");
    assert_eq!(at_five.following(&ticks, 5, false), Some(cursor(8, 0)), "all there is");
    assert_eq!(at_five.following(&ticks, 1_000, true), None, "the next session has begun");
    assert_eq!(at_five.following(&[], 0, false), None, "the session is over");
    let full = vec![tick(5); 1_000];
    assert_eq!(at_five.following(&full, 1_000, false), Some(cursor(6, 0)), "no more can be had");
}
