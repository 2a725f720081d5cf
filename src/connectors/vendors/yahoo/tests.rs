//! Yahoo's answers, as its double sends them.

use super::YahooBars;
use super::request::{from_cursor, to_cursor};
use crate::base::{now, recorded};
use crate::config::{Limits, YahooConnector, YahooSource};
use crate::connectors::vendors::vendor_double::{
    Market, Reply, Request, VendorDouble, YahooVendor, sessions,
};
use crate::dataset::Incoming;
use crate::domain::{Bar, Calendar, CalendarName, CorporateAction, CorporateActionKind, Timeframe};
use crate::ports::{BarSource, FetchRequest, SourceError};

const FIRST: &str = "2015-01-02";
const LAST: &str = "2019-12-31";

fn source(double: &VendorDouble) -> YahooBars {
    let limits = Limits {
        requests_per_s: 1000.0,
        burst: 1000,
        tries: 2,
        pause_s: 0.001,
        ..Limits::default()
    };
    let connector = YahooConnector { base_url: double.url(), limits };
    YahooBars::try_new(&YahooSource {}, &connector, Calendar::new(CalendarName::Xnys)).unwrap()
}

fn request(range: &str, timeframe: &str) -> FetchRequest {
    let symbol = "AAA".parse().unwrap();
    FetchRequest { symbol, timeframe: timeframe.parse().unwrap(), range: range.parse().unwrap() }
}

fn fetch(
    script: impl Fn(&Request) -> Reply + Send + Sync + 'static,
    request: &FetchRequest,
) -> Result<Incoming, SourceError> {
    let double = VendorDouble::start(script);
    source(&double).fetch(request)
}

fn of_market(market: &Market, range: &str) -> Incoming {
    let vendor = YahooVendor::new(market.clone());
    fetch(move |request| vendor.reply(request), &request(range, "1d")).unwrap()
}

/// What was printed, without any adjustment.
fn printed(market: &Market, first: &str, last: &str) -> (Vec<Bar>, Vec<CorporateAction>) {
    let calendar = Calendar::new(CalendarName::Xnys);
    let days = market.between(first.parse().unwrap(), last.parse().unwrap());
    let (mut bars, mut actions) = (Vec::new(), Vec::new());
    for index in days {
        let row = market.row(0, index);
        let session = calendar.session(row.day.date).unwrap().unwrap();
        bars.push(Bar {
            open_time: session.open,
            available_at: session.close,
            open: row.open,
            high: row.high,
            low: row.low,
            close: row.close,
            volume: row.volume,
        });
        let ex_date = row.day.date;
        for (_, ratio) in market.splits.iter().filter(|(at, _)| *at == index) {
            let kind = CorporateActionKind::Split { ratio: *ratio };
            actions.push(CorporateAction { ex_date, kind });
        }
        if let Some(amount) = market.dividend(0, index) {
            let kind = CorporateActionKind::Dividend { amount };
            actions.push(CorporateAction { ex_date, kind });
        }
    }
    (bars, actions)
}

#[test]
fn bars_are_those_that_were_printed_and_no_later_split_changes_them() {
    let mut market = Market::new(&["AAA"], FIRST, LAST);
    let (bars, actions) = printed(&market, FIRST, "2017-06-30");
    assert!(bars.len() > 600 && actions.len() > 9);
    let range = "2015-01-02..2017-06-30";
    let found = of_market(&market, range);
    assert!(found.bars == bars && found.actions == actions);
    assert_eq!(found.notes, Vec::<String>::new());
    for (day, ratio) in [(900, 4.0), (1000, 1.5), (1100, 0.1)] {
        market.splits.push((day, ratio));
        let later = of_market(&market, range);
        assert!(later == found, "{ratio}");
    }
}

#[test]
fn one_request_asks_up_to_today() {
    let vendor = YahooVendor::new(Market::new(&["AAA"], FIRST, LAST));
    let double = VendorDouble::start(move |request| vendor.reply(request));
    source(&double).fetch(&request("2015-01-05..2015-01-05", "1d")).unwrap();
    let requests = double.requests();
    assert_eq!(requests.len(), 1);
    let asked = &requests[0].request;
    assert_eq!(asked.path, "/v8/finance/chart/AAA");
    assert_eq!(asked.query("period1"), Some("1420434000"));
    let end: i64 = asked.query("period2").unwrap().parse().unwrap();
    assert!(end * 1_000_000_000 > now().nanos());
    assert_eq!((asked.query("interval"), asked.query("events")), (Some("1d"), Some("div,split")));
    assert!(asked.header("user-agent").unwrap().starts_with("Mozilla/5.0"));
    assert_eq!(asked.header("accept-encoding"), Some("gzip"));
}

/// A chart of some rows: time, close (which is open, high and low too).
fn chart(meta: &str, rows: &[(i64, &str)], events: &str) -> String {
    let times: Vec<String> = rows.iter().map(|(time, _)| time.to_string()).collect();
    let prices: Vec<&str> = rows.iter().map(|(_, price)| *price).collect();
    let (times, prices) = (times.join(","), prices.join(","));
    format!(
        r#"{{"chart":{{"result":[{{"meta":{{"currency":"USD","exchangeTimezoneName":"America/New_York"{meta}}},
        "timestamp":[{times}],"events":{{{events}}},"indicators":{{"quote":[{{"open":[{prices}],
        "high":[{prices}],"low":[{prices}],"close":[{prices}],"volume":[{prices}]}}]}}}}],"error":null}}}}"#
    )
}

/// 2019-01-02 and 2019-01-03, 09:30 in New York.
const OPENS: [i64; 2] = [1_546_439_400, 1_546_525_800];

#[test]
fn rows_without_prices_are_handed_on_as_such() {
    let body = chart("", &[(OPENS[0], "null"), (OPENS[1], "20.5")], "");
    let found = fetch(move |_| Reply::json(body.clone()), &request("2019-01-01..2019-01-31", "1d"));
    let bars = found.unwrap().bars;
    assert!(bars[0].close.is_nan() && bars[0].volume == 0.0, "{bars:?}");
    assert_eq!((bars[1].close, bars[1].volume), (20.5, 20.5));
}

#[test]
fn the_price_of_the_moment_is_no_bar() {
    let live = OPENS[1] + 3600;
    let meta = format!(r#","regularMarketTime":{live}"#);
    let body = chart(&meta, &[(OPENS[0], "20"), (OPENS[1], "21"), (live, "22")], "");
    let found = fetch(move |_| Reply::json(body.clone()), &request("2019-01-01..2019-01-31", "1d"));
    assert_eq!(found.unwrap().bars.iter().map(|bar| bar.close).collect::<Vec<_>>(), [20.0, 21.0]);
    // A session of today has not settled, whatever the hour: its close lies ahead or four hours back.
    let calendar = Calendar::new(CalendarName::AlwaysOpen);
    let session = calendar.session(now().date_utc()).unwrap().unwrap();
    let body = chart("", &[(session.open.nanos() / 1_000_000_000, "20")], "")
        .replace("America/New_York", "UTC");
    let double = VendorDouble::start(move |_| Reply::json(body.clone()));
    let mut source = source(&double);
    source.calendar = calendar;
    let today = session.date.saturating_sub(jiff::ToSpan::day(1));
    let range = format!("{today}..{}", session.date);
    let error = source.fetch(&request(&range, "1d")).unwrap_err().to_string();
    assert!(error.ends_with("has no finished bar"), "{error}");
}

#[test]
fn intraday_bars_follow_the_splits() {
    let day = "2019-01-02..2019-01-02";
    let script = |request: &Request| match request.query("interval") {
        Some("1d") => {
            let split = r#""splits":{"1":{"date":1577975400,"numerator":4,"denominator":1}}"#;
            Reply::json(chart("", &[(OPENS[0], "20")], split))
        }
        _ => {
            let after = OPENS[0] + 6 * 3600 + 1800;
            let rows = [(OPENS[0], "5.25"), (OPENS[0] + 300, "null"), (after, "5")];
            Reply::json(chart("", &rows, ""))
        }
    };
    let double = VendorDouble::start(script);
    let source = source(&double);
    let asked = request(day, "5min");
    let first = source.fetch_page(&asked, None).unwrap();
    let cursor = first.next.unwrap();
    assert!(cursor.ends_with(" 2020-01-02=4"), "{cursor}");
    assert!(first.incoming.actions.is_empty(), "the split is outside the range");
    let second = source.fetch_page(&asked, Some(&cursor)).unwrap();
    assert_eq!(second.next, None);
    let bars = second.incoming.bars;
    assert_eq!(bars.len(), 1, "a row without trades and one after the close are no bars");
    assert_eq!((bars[0].close, bars[0].volume), (21.0, 1.0));
    assert_eq!(bars[0].available_at.to_string(), "2019-01-02T14:35:00Z");
    let old = "bars 2020-01-02 2020-01-02=4";
    assert!(matches!(source.fetch_page(&asked, Some(old)), Err(SourceError::Cursor { .. })));
    assert_eq!(source.days_max(Timeframe::Seconds(60)), Some(7));
    assert_eq!(source.days_max(Timeframe::Day), None);
}

#[test]
fn cursors_are_read_as_written() {
    let day = "2020-02-03".parse().unwrap();
    let splits = super::printed::Splits(vec![("2014-06-09".parse().unwrap(), 1.0 / 3.0)]);
    assert_eq!(from_cursor(&to_cursor(day, &splits), day), Some(splits));
    for other in ["", "bars", "bars x", "splits 2020-02-03", "bars 2020-02-03 x"] {
        assert_eq!(from_cursor(other, day), None, "{other}");
    }
}

#[test]
fn refusals_in_the_vendors_words() {
    let check = |status: u16, body: &str, expected: &str| {
        let body = body.to_owned();
        let script = move |_: &Request| Reply::json(body.clone()).status(status);
        let error = fetch(script, &request("2019-01-02..2019-01-03", "1d")).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    };
    let said = |code: &str, text: &str| {
        format!(
            r#"{{"chart":{{"result":null,"error":{{"code":"{code}","description":"{text}"}}}}}}"#
        )
    };
    check(
        404,
        &said("Not Found", "No data found"),
        "no data for `AAA`: expected a symbol of Yahoo",
    );
    check(200, &said("Not Found", "No data found"), "no data for `AAA`");
    let text = "Data doesn't exist for startDate = 1, endDate = 2";
    check(400, &said("Bad Request", text), "has none: Data doesn't exist for startDate = 1");
    let text = "1m data not available. The requested range must be within the last 30 days.";
    check(422, &said("Unprocessable Entity", text), "has none: 1m data not available");
    check(400, "what?", "yahoo refused /v8/finance/chart/AAA");
    check(200, r#"{"chart":{"result":null,"error":null}}"#, "found neither a result nor an error");
    check(200, r#"{"chart":{"result":[],"error":null}}"#, "found neither a result nor an error");
    check(200, r#"{"quote":1}"#, "found missing field `chart`");
    let zone = chart("", &[(OPENS[0], "1")], "").replace("America/New_York", "Mars/Olympus");
    check(200, &zone, "found the unknown time zone `Mars/Olympus`");
    let ragged = chart("", &[(OPENS[0], "1")], "").replace(r#""low":[1]"#, r#""low":[1,2]"#);
    check(200, &ragged, "found a column of 2 values for 1 times");
    check(200, &chart("", &[], ""), "no finished bar");
}

#[test]
fn pence_are_told() {
    let body = chart("", &[(OPENS[0], "250")], "").replace("\"USD\"", "\"GBp\"");
    let found = fetch(move |_| Reply::json(body.clone()), &request("2019-01-02..2019-01-02", "1d"));
    assert_eq!(found.unwrap().notes, ["prices are in GBp, hundredths of GBP"]);
}

#[test]
fn other_lengths_are_not_offered() {
    let double = VendorDouble::start(|_| Reply::json("{}"));
    for timeframe in ["1s", "1w", "1mo", "4h"] {
        let error =
            source(&double).fetch(&request("2019-01-02..2019-01-02", timeframe)).unwrap_err();
        let text = error.to_string();
        assert!(text.starts_with("source yahoo supports bars of 1min, "), "{text}");
        assert_eq!(error.exit_code(), 2);
    }
    assert_eq!(double.count(), 0);
}

#[test]
fn the_double_knows_the_sessions() {
    let (first, last) = ("2003-01-02", "2030-12-31");
    let range = format!("{first}..{last}").parse().unwrap();
    let own = Calendar::new(CalendarName::Xnys).sessions(range).unwrap();
    let double = sessions(first, last);
    assert!(own.iter().map(|session| session.date).eq(double.iter().map(|day| day.date)));
    let opens = double.iter().map(|day| day.open_s * 1_000_000_000);
    assert!(own.iter().map(|session| session.open.nanos()).eq(opens));
}

/// Real prices as Yahoo sends them have cents or a few digits more once the noise is gone.
#[test]
fn real_prices_lose_their_noise() {
    let Some(folder) = recorded("daily/yahoo") else { return };
    let text = std::fs::read_to_string(folder.join("SPY_2010-2019.csv")).unwrap();
    let prices = text.lines().skip(1).flat_map(|line| line.split(',').skip(1).take(4));
    let mut count = 0;
    for sent in prices.map(|price| price.parse::<f64>().unwrap()) {
        let price = super::printed::printed(sent, 1.0);
        assert!((price - sent).abs() < 2e-5 && price.to_string().len() <= 10, "{sent} {price}");
        count += 1;
    }
    assert_eq!(count, 4 * 2516);
}
