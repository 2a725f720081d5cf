//! Polygon's answers, as its double sends them.

use super::PolygonBars;
use super::request::next_target;
use crate::base::variable;
use crate::config::{Limits, PolygonConnector, PolygonSource};
use crate::connectors::vendors::vendor_double::{
    Fault, Faults, Market, PolygonVendor, Reply, Request, VendorDouble,
};
use crate::dataset::Incoming;
use crate::domain::{Calendar, CalendarName, CorporateActionKind};
use crate::ports::{BarSource, FetchRequest, SourceError};

/// A variable that every test run has; its value stands for a key.
const KEY_VARIABLE: &str = "CARGO_PKG_NAME";
const RANGE: &str = "2015-01-02..2015-12-31";

fn source(double: &VendorDouble) -> PolygonBars {
    let limits = Limits {
        requests_per_s: 1000.0,
        burst: 1000,
        tries: 4,
        silence_s: 0.3,
        pause_s: 0.001,
        ..Limits::default()
    };
    let key_variable = KEY_VARIABLE.to_owned();
    let connector = PolygonConnector { base_url: double.url(), key_variable, limits };
    let calendar = Calendar::new(CalendarName::Xnys);
    PolygonBars::try_new(&PolygonSource {}, &connector, calendar).unwrap()
}

fn request(symbol: &str, timeframe: &str, range: &str) -> FetchRequest {
    let symbol = symbol.parse().unwrap();
    FetchRequest { symbol, timeframe: timeframe.parse().unwrap(), range: range.parse().unwrap() }
}

fn vendor() -> PolygonVendor {
    let market = Market::new(&["AAA", "BBB"], "2015-01-02", "2016-12-30");
    let key = variable(KEY_VARIABLE).unwrap();
    PolygonVendor { key, page_rows: 50, ..PolygonVendor::new(market) }
}

fn fetch(vendor: PolygonVendor) -> Result<Incoming, SourceError> {
    let double = VendorDouble::start(move |request| vendor.reply(request));
    source(&double).fetch(&request("BBB", "1d", RANGE))
}

#[test]
fn a_chain_of_pages_gives_what_was_printed() {
    let vendor = vendor();
    let market = vendor.market.clone();
    let double = VendorDouble::start(move |request| vendor.reply(request));
    let found = source(&double).fetch(&request("BBB", "1d", RANGE)).unwrap();
    let rows: Vec<_> = (0..252).map(|day| market.row(1, day)).collect();
    assert_eq!(found.bars.len(), 252);
    for (bar, row) in found.bars.iter().zip(&rows) {
        assert_eq!((bar.open, bar.high, bar.low), (row.open, row.high, row.low));
        assert_eq!((bar.close, bar.volume), (row.close, row.volume));
        assert_eq!(bar.open_time.nanos() / 1_000_000_000, row.day.open_s);
    }
    assert_eq!(found.bars[0].available_at.to_string(), "2015-01-02T21:00:00Z");
    let splits = found.actions.iter().filter_map(|action| match action.kind {
        CorporateActionKind::Split { ratio } => Some((action.ex_date, ratio)),
        _ => None,
    });
    assert_eq!(splits.collect::<Vec<_>>(), [(market.days[168].date, 2.0)]);
    assert_eq!(found.actions.len(), 1 + 3);

    let targets = double.targets();
    assert_eq!(targets.len(), 6 + 2);
    let first = "/v2/aggs/ticker/BBB/range/1/day/2015-01-02/2015-12-31";
    assert_eq!(targets[0], format!("{first}?adjusted=false&sort=asc&limit=50000"));
    assert_eq!(targets[5], format!("{first}?cursor=5"));
    assert!(
        targets[6].starts_with("/v3/reference/splits?ticker=BBB&execution_date.gte=2015-01-02")
    );
    assert!(targets[7].starts_with("/v3/reference/dividends?ticker=BBB&ex_dividend_date.gte="));
    let key = variable(KEY_VARIABLE).unwrap();
    assert!(targets.iter().all(|target| !target.contains(&key)));
}

#[test]
fn faults_on_the_way_do_not_reach_the_data() {
    let whole = fetch(vendor()).unwrap();
    for fault in [
        Fault::Status(502),
        Fault::too_many("0.01"),
        Fault::Reset,
        Fault::Cut,
        Fault::TruncatedGzip,
        Fault::Silence,
        Fault::WrongJson,
        Fault::Html,
    ] {
        let vendor = vendor();
        let faults = Faults::none().at(0, fault.clone()).at(3, fault.clone()).at(9, fault.clone());
        let double = VendorDouble::start(faults.around(move |request| vendor.reply(request)));
        let found = source(&double).fetch(&request("BBB", "1d", RANGE)).unwrap();
        assert_eq!(found, whole, "{fault:?}");
        assert_eq!(double.count(), 8 + 3, "{fault:?}");
    }
}

#[test]
fn a_page_sent_twice_or_without_rows_is_seen_in_the_rows() {
    let whole = fetch(vendor()).unwrap();
    let twice = fetch(PolygonVendor { duplicate_page: Some(1), ..vendor() }).unwrap();
    assert_eq!(twice.bars[100..150], whole.bars[50..100]);
    let missing = fetch(PolygonVendor { missing_page: Some(1), ..vendor() }).unwrap();
    assert_eq!(missing.bars[..50], whole.bars[..50]);
    assert_eq!(missing.bars[50..], whole.bars[100..]);
}

#[test]
fn the_next_page_must_be_another_one_at_the_same_host() {
    let next_origin = Some("http://elsewhere.test".to_owned());
    let text = fetch(PolygonVendor { next_origin, ..vendor() }).unwrap_err().to_string();
    assert!(text.ends_with("found the next page at http://elsewhere.test"), "{text}");
    let circle = |request: &Request| {
        let url = format!("{}{}?cursor=1", request.origin(), request.path);
        Reply::json(format!(r#"{{"adjusted":false,"status":"OK","next_url":"{url}"}}"#))
    };
    let double = VendorDouble::start(circle);
    let error = source(&double).fetch(&request("BBB", "1d", RANGE)).unwrap_err();
    assert!(error.to_string().ends_with("found the same page as the next one"), "{error}");
    let target = next_target("https://a.test/", "https://a.test/v2/x?cursor=1&apiKey=secret");
    assert_eq!(target.unwrap(), "/v2/x?cursor=1");
}

#[test]
fn refusals_in_the_vendors_words() {
    let check = |status: u16, body: &str, expected: &str, code: u8| {
        let body = body.to_owned();
        let double = VendorDouble::start(move |_| Reply::json(body.clone()).status(status));
        let error = source(&double).fetch(&request("BBB", "1d", RANGE)).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
        assert_eq!(error.exit_code(), code, "{error}");
    };
    let said = r#"{"status":"NOT_AUTHORIZED","message":"You are not entitled to this data."}"#;
    check(403, said, "polygon refused /v2/aggs/ticker/BBB", 2);
    check(403, said, "You are not entitled to this data.", 2);
    check(401, r#"{"status":"ERROR"}"#, "polygon refused the key in CARGO_PKG_NAME", 2);
    let said = r#"{"status":"ERROR","error":"'from' must be before 'to'"}"#;
    check(400, said, "400 'from' must be before 'to'", 2);
    check(200, r#"{"status":"ERROR","adjusted":false}"#, "found status ERROR", 3);
    check(200, r#"{"status":"OK","adjusted":true}"#, "found prices adjusted for splits", 3);
    check(200, r#"{"status":"OK"}"#, "found missing field `adjusted`", 3);
    let wrong = r#"{"status":"OK","adjusted":false,"results":[{"t":1,"o":"x"}]}"#;
    check(200, wrong, "(at `results[0].o`)", 3);
}

#[test]
fn a_forgotten_page_begins_anew() {
    let double = VendorDouble::start(|_| Reply::json("{}").status(400));
    let source = source(&double);
    let request = request("BBB", "1d", RANGE);
    for cursor in ["/v2/aggs/ticker/BBB/range/1/day/2015-01-02/2015-12-31?cursor=9", "/v9/other"] {
        let error = source.fetch_page(&request, Some(cursor)).unwrap_err();
        assert!(matches!(error, SourceError::Cursor { .. }), "{error}");
    }
}

#[test]
fn unknown_symbols_and_empty_days_differ() {
    let vendor = vendor();
    let double = VendorDouble::start(move |request| vendor.reply(request));
    let source = source(&double);
    let text = source.fetch(&request("ZZZ", "1d", RANGE)).unwrap_err().to_string();
    assert!(text.starts_with("no data for `ZZZ`: expected a ticker of Polygon"), "{text}");
    let text =
        source.fetch(&request("AAA", "1d", "2012-01-03..2012-01-31")).unwrap_err().to_string();
    assert!(text.starts_with("no bars for `AAA` in 2012-01-03..2012-01-31"), "{text}");
}

#[test]
fn other_lengths_are_placed_by_their_start() {
    let bars = |timeframe: &str, start_ms: &[i64]| {
        let row = |t: &i64| format!(r#"{{"t":{t},"o":1,"h":1,"l":1,"c":1,"v":1}}"#);
        let rows: Vec<String> = start_ms.iter().map(row).collect();
        let body = format!(r#"{{"status":"OK","adjusted":false,"results":[{}]}}"#, rows.join(","));
        let script = move |request: &Request| match request.path.starts_with("/v2/aggs/") {
            true => Reply::json(body.clone()),
            false => Reply::json(r#"{"status":"OK"}"#),
        };
        let double = VendorDouble::start(script);
        let found = source(&double).fetch(&request("AAA", timeframe, "2019-01-02..2019-01-31"));
        let spans: Vec<String> = found
            .unwrap()
            .bars
            .iter()
            .map(|bar| format!("{}..{}", bar.open_time, bar.available_at))
            .collect();
        let target = double.targets().remove(0);
        (target.split_once('?').unwrap().0.rsplit_once("/range/").unwrap().1.to_owned(), spans)
    };
    // Sundays 2018-12-30 and 2019-01-06; the first week began before the range.
    let weeks = bars("1w", &[1_546_146_000_000, 1_546_750_800_000]);
    assert_eq!(weeks.0, "1/week/2018-12-31/2019-02-03");
    assert_eq!(weeks.1, ["2019-01-07T14:30:00Z..2019-01-11T21:00:00Z"]);
    let months = bars("1mo", &[1_546_318_800_000]);
    assert_eq!(months.0, "1/month/2019-01-01/2019-01-31");
    assert_eq!(months.1, ["2019-01-02T14:30:00Z..2019-01-31T21:00:00Z"]);
    // 09:25, 09:30 and 16:00 in New York.
    let open = 1_546_439_400_000;
    let minutes = bars("5min", &[open - 300_000, open, open + 23_400_000]);
    assert_eq!(minutes.0, "5/minute/2019-01-02/2019-01-31");
    assert_eq!(minutes.1, ["2019-01-02T14:30:00Z..2019-01-02T14:35:00Z"]);
    assert_eq!(bars("30s", &[open]).0, "30/second/2019-01-02/2019-01-31");
    assert_eq!(bars("2h", &[open]).0, "2/hour/2019-01-02/2019-01-31");
}

#[test]
fn dividends_in_other_currencies_are_told() {
    let script = |request: &Request| match request.path.as_str() {
        "/v3/reference/dividends" => Reply::json(
            r#"{"status":"OK","results":[
              {"ticker":"AAA","ex_dividend_date":"2015-03-03","cash_amount":0.5,"currency":"CAD"},
              {"ticker":"AAA","ex_dividend_date":"2015-06-03","cash_amount":0.4,"currency":"USD"},
              {"ticker":"AAB","ex_dividend_date":"2015-06-03","cash_amount":0.4}]}"#,
        ),
        "/v3/reference/splits" => Reply::json(r#"{"status":"OK","results":[]}"#),
        _ => Reply::json(
            r#"{"status":"DELAYED","adjusted":false,"results":[
                {"t":1425358800000,"o":1,"h":1,"l":1,"c":1,"v":1.5e3}]}"#,
        ),
    };
    let double = VendorDouble::start(script);
    let found = source(&double).fetch(&request("AAA", "1d", RANGE)).unwrap();
    assert_eq!(found.notes, ["the dividend of 2015-03-03 is 0.5 CAD: left out"]);
    assert_eq!((found.actions.len(), found.bars[0].volume), (1, 1500.0));
}
