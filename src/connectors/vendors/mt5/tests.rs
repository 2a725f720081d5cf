//! The bridge's answers, as a double with a terminal's clock sends them.

use super::Mt5Bridge;
use super::request::offset_s;
use crate::base::{Timestamp, now, parse_date};
use crate::config::{FileContent, Limits, Mt5Connector, Mt5Source, ServerZone};
use crate::connectors::platforms::ServerClock;
use crate::connectors::vendors::vendor_double::{Reply, Request, VendorDouble};
use crate::dataset::Incoming;
use crate::domain::{Calendar, CalendarName};
use crate::ports::{BarSource, FetchRequest, SourceError};

const HOUR: i64 = 3600;

/// A bridge whose terminal shows New York plus seven hours.
struct Bridge {
    /// What it subtracts from the server's clock.
    offset_s: i64,
    /// First shown second of each bar, with its length.
    bars: Vec<(String, i64)>,
    real_volume: u32,
}

impl Bridge {
    /// Minutes of the server's clock, as `2019-03-08 23:59`.
    fn new(offset_hours: i64, shown: &[(&str, &str)]) -> Self {
        let bars = shown.iter().map(|(code, wall)| ((*code).to_owned(), shown_s(wall)));
        Self { offset_s: offset_hours * HOUR, bars: bars.collect(), real_volume: 0 }
    }

    fn reply(&self, request: &Request) -> Reply {
        let number = |name: &str| request.query(name).map(|text| text.parse::<i64>().unwrap());
        let code = request.query("timeframe").unwrap_or("tick");
        match request.path.split('/').nth(1) {
            Some("rates") => {
                let days = [0, 1, 2].map(|day| shown_s("2026-01-05 00:00") + day * 86_400);
                self.rates(days.into_iter())
            }
            Some(path @ ("rates_range" | "ticks_range")) => {
                let (start, end) = (number("start").unwrap(), number("end").unwrap());
                let inside = |shown: &i64| (start..=end).contains(&(shown - self.offset_s));
                let own = self.bars.iter().filter(|(name, _)| name == code).map(|(_, s)| *s);
                let own = own.filter(inside);
                if path == "rates_range" { self.rates(own) } else { self.ticks(own) }
            }
            _ => Reply::json(r#"{"detail":"Not Found"}"#).status(404),
        }
    }

    fn rates(&self, shown: impl Iterator<Item = i64>) -> Reply {
        let rows = shown.map(|shown| {
            format!(
                r#"{{"time":{},"open":1.1,"high":1.3,"low":1.0,"close":1.2,"tick_volume":41,"spread":8,"real_volume":{}}}"#,
                shown - self.offset_s,
                self.real_volume
            )
        });
        Reply::json(format!("[{}]", rows.collect::<Vec<_>>().join(",")))
    }

    fn ticks(&self, shown: impl Iterator<Item = i64>) -> Reply {
        let rows = shown.map(|shown| {
            let time = shown - self.offset_s;
            format!(
                r#"{{"time":{time},"time_msc":{},"bid":0.86682,"ask":0.86712,"last":0.0,"volume":0,"flags":6}}"#,
                time * 1000 + 17
            )
        });
        Reply::json(format!("[{}]", rows.collect::<Vec<_>>().join(",")))
    }
}

fn shown_s(wall: &str) -> i64 {
    let (date, time) = wall.split_once(' ').unwrap();
    let midnight = Timestamp::midnight_utc(parse_date(date).unwrap()).nanos() / 1_000_000_000;
    let (hour, minute) = time.split_once(':').unwrap();
    midnight + hour.parse::<i64>().unwrap() * HOUR + minute.parse::<i64>().unwrap() * 60
}

fn source(double: &VendorDouble, content: FileContent, calendar: CalendarName) -> Mt5Bridge {
    let limits = Limits {
        requests_per_s: 1000.0,
        burst: 1000,
        tries: 2,
        pause_s: 0.001,
        ..Limits::default()
    };
    let connector = Mt5Connector { base_url: double.url(), limits };
    let settings = Mt5Source { content, suffix: ".r".to_owned(), ..Mt5Source::default() };
    Mt5Bridge::try_new(&settings, &connector, Calendar::new(calendar)).unwrap()
}

fn request(timeframe: &str, range: &str) -> FetchRequest {
    let symbol = "EURUSD".parse().unwrap();
    FetchRequest { symbol, timeframe: timeframe.parse().unwrap(), range: range.parse().unwrap() }
}

fn fetch(bridge: Bridge, timeframe: &str, range: &str) -> Result<Incoming, SourceError> {
    let double = VendorDouble::start(move |request| bridge.reply(request));
    source(&double, FileContent::Bars, CalendarName::AlwaysOpen).fetch(&request(timeframe, range))
}

fn spans(incoming: &Incoming) -> Vec<String> {
    incoming.bars.iter().map(|bar| format!("{}..{}", bar.open_time, bar.available_at)).collect()
}

#[test]
fn instants_do_not_depend_on_what_the_bridge_subtracts() {
    // New York changes on 10 March 2019; the bridge knows one offset for all times.
    let shown = [
        ("M1", "2019-03-08 00:00"),
        ("M1", "2019-03-08 23:59"),
        ("M1", "2019-03-11 00:00"),
        ("M1", "2019-03-11 00:01"),
    ];
    let expected = [
        "2019-03-07T22:00:00Z..2019-03-07T22:01:00Z",
        "2019-03-08T21:59:00Z..2019-03-08T22:00:00Z",
        "2019-03-10T21:00:00Z..2019-03-10T21:01:00Z",
        "2019-03-10T21:01:00Z..2019-03-10T21:02:00Z",
    ];
    for offset_hours in [2, 3, 0] {
        let bridge = Bridge::new(offset_hours, &shown);
        let found = fetch(bridge, "1min", "2019-03-01..2019-03-15").unwrap();
        assert_eq!(spans(&found), expected, "{offset_hours}");
        assert_eq!(found.bars[0].volume, 41.0);
        assert!(found.notes.is_empty(), "{:?}", found.notes);
    }
}

#[test]
fn days_weeks_and_months_are_the_servers_by_date() {
    let shown = [
        ("D1", "2019-03-08 00:00"),
        ("D1", "2019-03-11 00:00"),
        ("W1", "2019-03-10 00:00"),
        ("MN1", "2019-03-01 00:00"),
    ];
    let range = "2019-03-01..2019-03-20";
    let check = |timeframe: &str, expected: &[&str]| {
        let bridge = Bridge { real_volume: 7, ..Bridge::new(3, &shown) };
        let found = fetch(bridge, timeframe, range).unwrap();
        assert_eq!(spans(&found), expected, "{timeframe}");
        assert_eq!(found.bars[0].volume, 7.0);
    };
    let days = [
        "2019-03-08T00:00:00Z..2019-03-09T00:00:00Z",
        "2019-03-11T00:00:00Z..2019-03-12T00:00:00Z",
    ];
    check("1d", &days);
    check("1w", &["2019-03-11T00:00:00Z..2019-03-18T00:00:00Z"]);
    check("1mo", &["2019-03-01T00:00:00Z..2019-04-01T00:00:00Z"]);
}

#[test]
fn long_ranges_come_in_pieces_that_a_later_process_can_go_on_with() {
    let shown =
        [("M1", "2019-01-03 12:00"), ("M1", "2019-02-20 12:00"), ("M1", "2019-03-20 12:00")];
    let bridge = Bridge::new(3, &shown);
    let double = VendorDouble::start(move |request| bridge.reply(request));
    let bridge = || source(&double, FileContent::Bars, CalendarName::AlwaysOpen);
    let request = request("1min", "2019-01-01..2019-03-31");
    let first = bridge().fetch_page(&request, None).unwrap();
    assert_eq!((first.incoming.bars.len(), first.next.as_deref()), (1, Some("2019-02-04")));
    let second = bridge().fetch_page(&request, Some("2019-02-04")).unwrap();
    assert_eq!((second.incoming.bars.len(), second.next.as_deref()), (1, Some("2019-03-10")));
    assert_eq!(bridge().fetch(&request).unwrap().bars.len(), 3);
    let targets = double.targets();
    assert_eq!(targets[0], "/rates/EURUSD.r?timeframe=D1&count=5");
    let start = shown_s("2019-01-01 02:00") - 3 * HOUR - HOUR;
    let expected = format!("/rates_range/EURUSD.r?timeframe=M1&start={start}&end=");
    assert!(targets[1].starts_with(&expected), "{} {expected}", targets[1]);
    let error = bridge().fetch_page(&request, Some("later")).unwrap_err();
    assert!(matches!(error, SourceError::Cursor { .. }), "{error}");
}

#[test]
fn ticks_make_bars() {
    let shown = [("tick", "2019-03-11 15:00"), ("tick", "2019-03-12 00:30")];
    let bridge = Bridge::new(0, &shown);
    let double = VendorDouble::start(move |request| bridge.reply(request));
    let bridge = source(&double, FileContent::Ticks, CalendarName::AlwaysOpen);
    let found = bridge.fetch(&request("1s", "2019-03-11..2019-03-11")).unwrap();
    let expected = [
        "2019-03-11T12:00:00Z..2019-03-11T12:00:01Z",
        "2019-03-11T21:30:00Z..2019-03-11T21:30:01Z",
    ];
    assert_eq!(spans(&found), expected);
    let range = "2019-03-10..2019-03-12".parse().unwrap();
    let parts = bridge.read_ticks(&"EURUSD".parse().unwrap(), range).unwrap();
    let counts: Vec<_> = parts.iter().map(|part| part.ticks.len()).collect();
    assert_eq!(counts, [0, 2, 0]);
    assert_eq!(parts[1].ticks.get(0).time.to_string(), "2019-03-11T12:00:00.017Z");
}

#[test]
fn refusals_and_odd_answers_are_told() {
    let check = |script: fn(&Request) -> Reply, expected: &str, exit_code: u8| {
        let double = VendorDouble::start(script);
        let bridge = source(&double, FileContent::Bars, CalendarName::AlwaysOpen);
        let error = bridge.fetch(&request("1min", "2019-03-11..2019-03-11")).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
        assert_eq!(error.exit_code(), exit_code, "{error}");
    };
    let failed =
        |_: &Request| Reply::json(r#"{"detail":"Failed to get rates for EURUSD.r"}"#).status(500);
    check(failed, "mt5 did not answer /rates/EURUSD.r?timeframe=D1&count=5", 4);
    check(|_| Reply::json(r#"{"detail":[]}"#).status(422), "mt5 refused /rates/EURUSD.r", 2);
    check(|_| Reply::json(r#"[{"time":1}]"#), "must answer /rates/EURUSD.r", 3);
    let late = |_: &Request| {
        let rate = r#""open":1,"high":1,"low":1,"close":1,"tick_volume":1,"real_volume":0"#;
        Reply::json(format!(r#"[{{"time":9223372036854775807,{rate}}}]"#))
    };
    check(late, "found the time 9223372036854775807", 3);
    check(|_| Reply::json("[]"), "with days that begin at midnight of the server, found no day", 3);
    let nothing = |request: &Request| match request.query("timeframe") {
        Some("D1") => Bridge::new(2, &[]).reply(request),
        _ => Reply::json("[]"),
    };
    check(nothing, "no bars for `EURUSD` in 2019-03-11..2019-03-11: mt5 bridge at http://", 3);
    let double = VendorDouble::start(|_| Reply::json("[]"));
    let bridge = source(&double, FileContent::Bars, CalendarName::AlwaysOpen);
    let error = bridge.fetch(&request("30s", "2019-03-11..2019-03-11")).unwrap_err();
    assert_eq!((error.exit_code(), double.count()), (2, 0));
}

#[test]
fn a_bar_that_is_not_over_stays_out() {
    let now_s = now().nanos() / 1_000_000_000;
    let minute = now_s / 60 * 60;
    let bars = [minute - HOUR, minute].map(|shown| ("M1".to_owned(), shown)).to_vec();
    let bridge = Bridge { bars, ..Bridge::new(0, &[]) };
    let double = VendorDouble::start(move |request| bridge.reply(request));
    let mut bridge = source(&double, FileContent::Bars, CalendarName::AlwaysOpen);
    bridge.clock = ServerClock::of_server(&ServerZone("Etc/UTC".to_owned())).unwrap();
    let today = Timestamp::from_seconds(now_s).date_utc();
    let range = format!("{}..{}", today.yesterday().unwrap(), today.tomorrow().unwrap());
    let found = bridge.fetch(&request("1min", &range)).unwrap();
    assert_eq!(found.bars.len(), 1);
    assert_eq!(found.bars[0].open_time, Timestamp::from_seconds(minute - HOUR));
}

#[test]
fn days_tell_what_the_bridge_subtracts() {
    let day = 86_400;
    assert_eq!(offset_s([10 * day - 2 * HOUR, 11 * day - 2 * HOUR]), Some(2 * HOUR));
    assert_eq!(offset_s([10 * day + 5 * HOUR]), Some(-5 * HOUR));
    assert_eq!(offset_s([10 * day]), Some(0));
    assert_eq!(offset_s([10 * day, 11 * day - 1]), None);
    assert_eq!(offset_s([]), None);
}
