//! Bars end to end.

use jiff::ToSpan;

use super::double::wire::HistoryBar;
use super::double::{Double, Fault, Kind, Market};
use super::{QUICK, connector, history, history_with, quick_rules, request};
use crate::base::{Date, Timestamp};
use crate::config::{IbkrContract, IbkrHours, IbkrPrice, IbkrSource};
use crate::connectors::vendors::ibkr::IbkrHistory;
use crate::domain::{Bar, Calendar, CalendarName};
use crate::ports::{BarSource, SourceError};

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The bar that the double makes up for one stretch.
fn made_up(market: &Market, symbol: &str, open_time: &str, available_at: &str) -> Bar {
    let second = time(open_time).nanos() / 1_000_000_000;
    let (open, close) = (market.price(symbol, second), market.price(symbol, second + 7));
    Bar {
        open_time: time(open_time),
        available_at: time(available_at),
        open,
        high: open.max(close) + 0.25,
        low: open.min(close) - 0.25,
        close,
        volume: market.volume(symbol, second) as f64,
    }
}

fn spans(bars: &[Bar]) -> Vec<String> {
    bars.iter().map(|bar| format!("{}..{}", bar.open_time, bar.available_at)).collect()
}

#[test]
fn daily_bars_come_with_one_request_for_ten_years() {
    let market = Market::default();
    let double = Double::start(market.clone());
    double.enforce(quick_rules());
    let source = history(&double);
    let incoming = source.fetch(&request("SPY", "1d", "2019-01-01..2019-12-31")).unwrap();
    assert_eq!(incoming.bars.len(), 252);
    let first = made_up(&market, "SPY", "2019-01-02T14:30:00Z", "2019-01-02T21:00:00Z");
    assert_eq!(incoming.bars[0], first);
    let half = made_up(&market, "SPY", "2019-07-03T13:30:00Z", "2019-07-03T17:00:00Z");
    assert!(incoming.bars.contains(&half));
    assert_eq!(incoming.notes.len(), 1);
    assert!(incoming.notes[0].contains("no raw prices"), "{:?}", incoming.notes);
    assert!(incoming.actions.is_empty());
    let seen = double.seen();
    let texts: Vec<_> = seen.iter().map(|seen| (seen.kind, seen.text.as_str())).collect();
    // The end is the last second of the year in New York; a year and a day are two years.
    let asked = "20200101 04:59:59 UTC 365 D 1 day TRADES rth=true";
    assert_eq!(texts, [(Kind::Contract, ""), (Kind::Bars, asked)]);
    assert_eq!(double.violations(), [""; 0]);
}

#[test]
fn a_long_range_is_cut_and_each_piece_goes_on_where_the_last_one_ended() {
    let mut market = Market::default();
    market.listed.insert("OLD".to_owned(), "1990-01-02".parse().unwrap());
    let double = Double::start(market);
    let source = history(&double);
    let asked = request("OLD", "1d", "1993-01-04..2017-12-29");
    let incoming = source.fetch(&asked).unwrap();
    assert_eq!(double.count(Kind::Bars), 3);
    let mut days: Vec<Date> = Vec::new();
    for bar in &incoming.bars {
        days.push(bar.open_time.date_utc());
    }
    assert!(days.is_sorted_by(|a, b| a < b), "no day twice");
    // The double has few holidays, the calendar all: what the calendar does not know comes as well,
    // and the lake sets it apart.
    let calendar = Calendar::new(CalendarName::Xnys);
    let sessions = calendar.sessions(asked.range).unwrap();
    assert!(sessions.iter().all(|session| days.contains(&session.date)));
    // A new source goes on from a cursor of the old one.
    let page = source.fetch_page(&asked, None).unwrap();
    let later = history(&double);
    let second = later.fetch_page(&asked, page.next.as_deref()).unwrap();
    let third = later.fetch_page(&asked, second.next.as_deref()).unwrap();
    assert_eq!(third.next, None);
    let all = [page.incoming.bars, second.incoming.bars, third.incoming.bars].concat();
    assert_eq!(all, incoming.bars);
    assert!(second.incoming.notes.is_empty());
}

#[test]
fn minutes_come_in_pieces_of_a_few_sessions() {
    let market = Market::default();
    let double = Double::start(market.clone());
    double.enforce(quick_rules());
    let source = history(&double);
    let asked = request("SPY", "1min", "2019-07-01..2019-07-12");
    let incoming = source.fetch(&asked).unwrap();
    // Nine sessions, one of them half.
    assert_eq!(incoming.bars.len(), 8 * 390 + 210);
    let last = made_up(&market, "SPY", "2019-07-12T19:59:00Z", "2019-07-12T20:00:00Z");
    assert_eq!(incoming.bars.last(), Some(&last));
    assert!(incoming.bars.is_sorted_by_key(|bar| bar.open_time));
    let asked: Vec<_> = double.seen().into_iter().filter(|seen| seen.kind == Kind::Bars).collect();
    let texts: Vec<_> = asked.iter().map(|seen| seen.text.as_str()).collect();
    assert_eq!(
        texts,
        [
            "20190706 03:59:59 UTC 5 D 1 min TRADES rth=true",
            "20190712 03:59:59 UTC 5 D 1 min TRADES rth=true",
            "20190713 03:59:59 UTC 5 D 1 min TRADES rth=true",
        ]
    );
    assert_eq!(double.violations(), [""; 0]);
}

#[test]
fn hours_are_cut_at_the_hour_and_weeks_at_their_sessions() {
    let double = Double::start(Market::default());
    let source = history(&double);
    let hours = source.fetch(&request("SPY", "1h", "2019-07-03..2019-07-03")).unwrap().bars;
    assert_eq!(
        spans(&hours),
        [
            "2019-07-03T13:30:00Z..2019-07-03T14:00:00Z",
            "2019-07-03T14:00:00Z..2019-07-03T15:00:00Z",
            "2019-07-03T15:00:00Z..2019-07-03T16:00:00Z",
            "2019-07-03T16:00:00Z..2019-07-03T17:00:00Z",
        ]
    );
    let weeks = source.fetch(&request("SPY", "1w", "2019-06-26..2019-07-10")).unwrap().bars;
    assert_eq!(
        spans(&weeks),
        [
            "2019-07-01T13:30:00Z..2019-07-05T20:00:00Z",
            "2019-07-08T13:30:00Z..2019-07-12T20:00:00Z",
        ],
        "a week that began before the range is left out, one that ends after it is whole"
    );
    let months = source.fetch(&request("SPY", "1mo", "2019-06-01..2019-07-10")).unwrap().bars;
    assert_eq!(spans(&months)[1], "2019-07-01T13:30:00Z..2019-07-31T20:00:00Z");
}

#[test]
fn seconds_follow_the_table_of_step_sizes() {
    let double = Double::start(Market::default());
    double.enforce(quick_rules());
    let source = history(&double);
    let bars = source.fetch(&request("SPY", "5s", "2019-07-03..2019-07-03")).unwrap().bars;
    assert_eq!(bars.len(), 3 * 3600 / 5 + 1800 / 5);
    assert_eq!(double.count(Kind::Bars), 4, "three hours and a half in hours");
    assert_eq!(double.violations(), [""; 0]);
    let thirty = source.fetch(&request("SPY", "30s", "2019-07-01..2019-07-02")).unwrap();
    assert_eq!(thirty.bars.len(), 2 * 780);
    assert!(thirty.notes[1].contains("six months"), "{:?}", thirty.notes);
}

#[test]
fn all_hours_reach_from_four_to_twenty() {
    let double = Double::start(Market::default());
    let settings = IbkrSource { hours: IbkrHours::All, ..IbkrSource::default() };
    let source = history_with(&double, &settings);
    let bars = source.fetch(&request("SPY", "30min", "2019-07-01..2019-07-01")).unwrap().bars;
    assert_eq!(bars.len(), 32);
    assert_eq!(spans(&bars)[0], "2019-07-01T08:00:00Z..2019-07-01T08:30:00Z");
    assert_eq!(spans(&bars)[31], "2019-07-01T23:30:00Z..2019-07-02T00:00:00Z");
    let days = source.fetch(&request("SPY", "1d", "2019-07-01..2019-07-01")).unwrap().bars;
    assert_eq!(
        spans(&days),
        ["2019-07-01T13:30:00Z..2019-07-02T00:00:00Z"],
        "a day with late trades is not known before they end"
    );
}

#[test]
fn quotes_have_no_volume_and_pairs_have_no_trades() {
    let double = Double::start(Market::default());
    let settings = IbkrSource { price: IbkrPrice::Midpoint, ..IbkrSource::default() };
    let source = history_with(&double, &settings);
    let bars = source.fetch(&request("SPY", "1d", "2019-07-01..2019-07-05")).unwrap().bars;
    assert!(bars.len() == 4 && bars.iter().all(|bar| bar.volume == 0.0));
    let pair = IbkrSource { contract: IbkrContract::Forex, ..IbkrSource::default() };
    let calendar = Calendar::new(CalendarName::AlwaysOpen);
    let connector = connector(double.port());
    let error = IbkrHistory::with_rules(&pair, &connector, calendar, QUICK).unwrap_err();
    assert_eq!(error.exit_code(), 2);
    assert!(error.to_string().contains("midpoint, bid and ask"), "{error}");
}

#[test]
fn a_range_before_the_first_bar_is_skipped_with_one_question() {
    let mut market = Market::default();
    market.listed.insert("NEW".to_owned(), "2019-06-03".parse().unwrap());
    let double = Double::start(market);
    let source = history(&double);
    let bars = source.fetch(&request("NEW", "30min", "2018-12-03..2019-06-05")).unwrap().bars;
    assert_eq!(bars.len(), 3 * 13);
    assert_eq!((double.count(Kind::Head), double.count(Kind::Bars)), (1, 1));
    let error = source.fetch(&request("NEW", "1d", "2019-01-02..2019-02-01")).unwrap_err();
    assert!(matches!(error, SourceError::NoRows { .. }), "{error}");
    assert!(error.to_string().ends_with("has no bars"), "{error}");
    assert_eq!(error.exit_code(), 3);
}

#[test]
fn what_is_not_over_is_not_delivered() {
    let double = Double::start(Market::default());
    let source = history(&double);
    let today = crate::base::now().date_in(Calendar::new(CalendarName::Xnys).zone());
    let range = format!("{}..{}", today - 20.days(), today + 20.days());
    let bars = source.fetch(&request("SPY", "1d", &range)).unwrap().bars;
    let now = crate::base::now();
    assert!(!bars.is_empty() && bars.iter().all(|bar| bar.available_at <= now));
    let future = format!("{}..{}", today + 2.days(), today + 9.days());
    let asked = double.count(Kind::Bars);
    let error = source.fetch(&request("SPY", "1d", &future)).unwrap_err();
    assert!(matches!(error, SourceError::NoRows { .. }), "{error}");
    assert_eq!(double.count(Kind::Bars), asked, "nobody is asked for the future");
}

#[test]
fn numbers_that_the_broker_does_not_have_are_no_prices() {
    let bar = |date: &str, open: Option<f64>, volume: Option<&str>| HistoryBar {
        date: Some(date.to_owned()),
        open,
        high: Some(2.0),
        low: Some(1.0),
        close: Some(1.5),
        volume: volume.map(str::to_owned),
        ..HistoryBar::default()
    };
    let mut market = Market::default();
    let given = vec![
        bar("20190701", Some(f64::MAX), Some("17")),
        bar("20190702", None, Some("-1")),
        bar("20190703", Some(1.2), None),
        bar("20190704", Some(1.2), Some("0.5")),
        bar("20190801", Some(1.2), Some("1")),
    ];
    market.given.insert("ODD".to_owned(), given);
    let double = Double::start(market);
    let bars =
        history(&double).fetch(&request("ODD", "1d", "2019-07-01..2019-07-05")).unwrap().bars;
    assert_eq!(
        bars.len(),
        4,
        "a holiday is for the lake to refuse, another month is not asked for"
    );
    assert!(bars[0].open.is_nan() && bars[0].volume == 17.0);
    assert_eq!((bars[1].open, bars[1].volume), (0.0, 0.0));
    assert_eq!((bars[2].open, bars[2].volume), (1.2, 0.0));
    assert_eq!(spans(&bars)[3], "2019-07-04T04:00:00Z..2019-07-05T04:00:00Z");
}

#[test]
fn a_lookup_happens_once_and_names_what_is_wrong() {
    let mut market = Market::default();
    market.unknown.insert("NONE".to_owned());
    market.ambiguous.insert("TWO".to_owned());
    let double = Double::start(market);
    let source = history(&double);
    for range in ["2019-07-01..2019-07-01", "2019-07-02..2019-07-02"] {
        source.fetch(&request("BRK.B", "1d", range)).unwrap();
    }
    assert_eq!(double.count(Kind::Contract), 1);
    assert_eq!(double.seen()[0].symbol, "BRK B");
    let error = source.fetch(&request("NONE", "1d", "2019-07-01..2019-07-02")).unwrap_err();
    let text = error.to_string();
    assert!(matches!(error, SourceError::UnknownSymbol { .. }), "{text}");
    assert!(text.starts_with("no data for `NONE`: expected one contract `NONE` (STK, USD, SMART"));
    assert!(text.contains("200 No security definition"), "{text}");
    let error = source.fetch(&request("TWO", "1d", "2019-07-01..2019-07-02")).unwrap_err();
    assert!(error.to_string().contains("found 2: TWO at ARCA with id"), "{error}");
    let error = source.fetch(&request("SPY", "7min", "2019-07-01..2019-07-02")).unwrap_err();
    assert!(error.to_string().starts_with("source ibkr supports bars of 1s, 5s"), "{error}");
    let asked = request("SPY", "1d", "2019-07-01..2019-07-02");
    let error = source.fetch_page(&asked, Some("yesterday")).unwrap_err();
    assert!(matches!(error, SourceError::Cursor { .. }), "{error}");
}

#[test]
fn ten_symbols_at_once_share_one_connection() {
    let market = Market::default();
    let double = Double::start(market.clone());
    double.enforce(quick_rules());
    for late in [390, 310, 360, 330, 380, 320, 370, 340, 350, 305] {
        double.next_fault(Kind::Bars, Fault::Late(late));
    }
    let source = history(&double);
    assert_eq!(source.parallel(), 10);
    let symbols: Vec<String> = (0..10).map(|index| format!("S{index}")).collect();
    std::thread::scope(|scope| {
        for symbol in &symbols {
            let (source, market) = (&source, &market);
            scope.spawn(move || {
                let asked = request(symbol, "1d", "2019-07-01..2019-07-02");
                let bars = source.fetch(&asked).unwrap().bars;
                let open = made_up(market, symbol, "2019-07-01T13:30:00Z", "2019-07-01T20:00:00Z");
                assert_eq!(bars[0], open, "each symbol has its own bars");
            });
        }
    });
    assert_eq!((double.connections(), double.count(Kind::Bars)), (1, 10));
    assert!(double.most_open() > 1, "{}", double.most_open());
    assert_eq!(double.violations(), [""; 0]);
}

#[test]
fn nothing_is_asked_before_the_first_page() {
    let connector = connector(1);
    let calendar = Calendar::new(CalendarName::Xnys);
    let source = IbkrHistory::try_new(&IbkrSource::default(), &connector, calendar).unwrap();
    assert_eq!(source.origin(), "IBKR at 127.0.0.1:1");
    assert_eq!(source.days_max("1d".parse().unwrap()), None);
    assert_eq!(source.days_max("1s".parse().unwrap()), Some(31));
}
