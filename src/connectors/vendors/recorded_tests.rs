//! Every recorded payload of the vendors of this folder: read, or refused with a clear text.

use super::vendor_double::{
    AlpacaVendor, Market, PolygonVendor, Reply, Request, VendorDouble, YahooVendor,
};
use super::{AlpacaBars, PolygonBars, YahooBars};
use crate::base::{SeedStream, recorded as recorded_files, variable};
use crate::config::{
    AlpacaCalendar, AlpacaConnector, AlpacaSource, Limits, PolygonConnector, PolygonSource,
    YahooConnector, YahooSource,
};
use crate::dataset::Incoming;
use crate::domain::{Calendar, CalendarName, CorporateActionKind};
use crate::ports::{BarSource, FetchRequest, SourceError};

/// A variable that every test run has; its value stands for a key.
const KEY_VARIABLE: &str = "CARGO_PKG_NAME";

fn payload(name: &str) -> Option<String> {
    Some(std::fs::read_to_string(recorded_files("api")?.join(name)).unwrap())
}

fn limits() -> Limits {
    Limits { requests_per_s: 1000.0, burst: 1000, tries: 2, pause_s: 0.001, ..Limits::default() }
}

fn calendar() -> Calendar {
    Calendar::new(CalendarName::Xnys)
}

fn request(symbol: &str, range: &str) -> FetchRequest {
    let timeframe = "1d".parse().unwrap();
    FetchRequest { symbol: symbol.parse().unwrap(), timeframe, range: range.parse().unwrap() }
}

fn yahoo(reply: Reply, request: &FetchRequest) -> Result<Incoming, SourceError> {
    let double = VendorDouble::start(move |_| reply.clone());
    let connector = YahooConnector { base_url: double.url(), limits: limits() };
    YahooBars::try_new(&YahooSource {}, &connector, calendar()).unwrap().fetch(request)
}

fn polygon(
    script: impl Fn(&Request) -> Reply + Send + Sync + 'static,
    request: &FetchRequest,
) -> Result<Incoming, SourceError> {
    let double = VendorDouble::start(script);
    let connector = PolygonConnector {
        base_url: double.url(),
        key_variable: KEY_VARIABLE.to_owned(),
        limits: limits(),
    };
    PolygonBars::try_new(&PolygonSource {}, &connector, calendar()).unwrap().fetch(request)
}

fn alpaca(
    script: impl Fn(&Request) -> Reply + Send + Sync + 'static,
    request: &FetchRequest,
) -> Result<Incoming, SourceError> {
    let double = VendorDouble::start(script);
    let connector = AlpacaConnector {
        base_url: double.url(),
        trading_url: double.url(),
        key_variable: KEY_VARIABLE.to_owned(),
        secret_variable: KEY_VARIABLE.to_owned(),
        calendar: AlpacaCalendar::Compare,
        limits: limits(),
    };
    let settings = AlpacaSource::default();
    AlpacaBars::try_new(&settings, &connector, calendar()).unwrap().fetch(request)
}

/// One line a bar and an action, as a person would read them.
fn shown(incoming: &Incoming) -> Vec<String> {
    let bars = incoming.bars.iter().map(|bar| {
        let (open, high, low, close) = (bar.open, bar.high, bar.low, bar.close);
        format!("{} {open} {high} {low} {close} {}", bar.open_time, bar.volume)
    });
    let actions = incoming.actions.iter().map(|action| match action.kind {
        CorporateActionKind::Split { ratio } => format!("{} split {ratio}", action.ex_date),
        CorporateActionKind::Dividend { amount } => format!("{} dividend {amount}", action.ex_date),
        CorporateActionKind::SpinOff { value } => format!("{} spin-off {value}", action.ex_date),
    });
    bars.chain(actions).collect()
}

fn refusal(result: Result<Incoming, SourceError>) -> String {
    result.unwrap_err().to_string()
}

#[test]
fn every_file_has_a_test() {
    let Some(folder) = recorded_files("api") else { return };
    let known = [
        // yahoo: the one with request and headers holds the same body
        "yahoo/chart-AAPL-2020-01-01-to-2020-01-03.json",
        "yahoo/chart-AAPL-2020-08-31-to-2020-11-07.body.json",
        "yahoo/chart-AAPL-2020-08-31-to-2020-11-07.json",
        "yahoo/chart-QQQ-2020-01-01-to-2020-01-03.body.json",
        "yahoo/chart-QQQ-2020-01-01-to-2020-01-03.json",
        "yahoo/error_404_unknown_symbol.body.json",
        "polygon/client-python_v2_aggs_AAPL_1day_2005-04-01_2005-04-04.json",
        "polygon/client-python_v3_quotes_AAPL_page1.json",
        "polygon/client-python_v3_quotes_AAPL_page2.json",
        "polygon/client-python_v3_reference_splits.json",
        "polygon/openbb_v2_aggs_AAPL_1day_2023-01-01_2023-01-10.body.json",
        "polygon/openbb_v2_aggs_AAPL_1day_2023-01-01_2023-01-10.http.json",
        "polygon/vendor_doc_sample_v2_aggs_AAPL_next_url.json",
        "alpaca/alpaca-py_bars_AAPL_next_page_token.json",
        "alpaca/alpaca-py_bars_empty.json",
        "alpaca/alpaca-py_bars_multi_AAPL_TSLA.json",
        "alpaca/doc_sample_calendar.json",
        // of the trading service: refused as bars
        "alpaca/doc_sample_account.json",
        "alpaca/doc_sample_order_accepted.json",
        "alpaca/doc_sample_positions.json",
        "alpaca/recorded_clock.json",
        "alpaca/recorded_trade_updates_DOGEUSD.jsonl",
    ];
    for venue in ["yahoo", "polygon", "alpaca"] {
        for entry in std::fs::read_dir(folder.join(venue)).unwrap() {
            let name = format!("{venue}/{}", entry.unwrap().file_name().to_string_lossy());
            assert!(known.contains(&name.as_str()), "no test reads {name}");
        }
    }
}

#[test]
fn yahoo_charts() {
    let Some(body) = payload("yahoo/chart-AAPL-2020-08-31-to-2020-11-07.body.json") else { return };
    let whole = request("AAPL", "2020-08-31..2020-11-06");
    let apple = yahoo(Reply::json(body), &whole).unwrap();
    let lines = shown(&apple);
    assert_eq!(lines.len(), 49 + 2);
    assert_eq!(lines[0], "2020-08-31T13:30:00Z 127.58 131 126 129.04 225702700");
    assert_eq!(lines[48], "2020-11-06T14:30:00Z 118.32 119.2 116.13 118.69 114457900");
    assert_eq!(lines[49..], ["2020-08-31 split 4", "2020-11-06 dividend 0.205"]);
    assert_eq!(apple.bars[48].available_at.to_string(), "2020-11-06T21:00:00Z");
    let recorded = |name: &str| {
        let text = payload(name).unwrap();
        let document: serde_json::Value = serde_json::from_str(&text).unwrap();
        Reply::json(document["response"]["bodyJson"].to_string())
    };
    let again = yahoo(recorded("yahoo/chart-AAPL-2020-08-31-to-2020-11-07.json"), &whole);
    assert_eq!(again.unwrap(), apple);
    let day = request("AAPL", "2020-01-02..2020-01-02");
    let one = yahoo(recorded("yahoo/chart-AAPL-2020-01-01-to-2020-01-03.json"), &day).unwrap();
    assert_eq!(shown(&one), ["2020-01-02T14:30:00Z 74.06 75.15 73.7975 75.0875 135480400"]);
    let day = request("QQQ", "2020-01-02..2020-01-02");
    let line = "2020-01-02T14:30:00Z 214.4 216.16 213.98 216.16 30969400";
    let qqq = recorded("yahoo/chart-QQQ-2020-01-01-to-2020-01-03.json");
    assert_eq!(shown(&yahoo(qqq, &day).unwrap()), [line]);
    let body = payload("yahoo/chart-QQQ-2020-01-01-to-2020-01-03.body.json").unwrap();
    assert_eq!(shown(&yahoo(Reply::json(body), &day).unwrap()), [line]);
}

#[test]
fn yahoo_unknown_symbol() {
    let Some(body) = payload("yahoo/error_404_unknown_symbol.body.json") else { return };
    let text =
        refusal(yahoo(Reply::json(body).status(404), &request("NOPE", "2020-01-02..2020-01-02")));
    assert!(text.starts_with("no data for `NOPE`: expected a symbol of Yahoo"), "{text}");
}

const APPLE_2023: [&str; 6] = [
    "2023-01-03T14:30:00Z 130.28 130.9 124.17 125.07 112117471",
    "2023-01-04T14:30:00Z 126.89 128.6557 125.08 126.36 89100633",
    "2023-01-05T14:30:00Z 127.13 127.77 124.76 125.02 80716808",
    "2023-01-06T14:30:00Z 126.01 130.29 124.89 129.62 87754715",
    "2023-01-09T14:30:00Z 130.465 133.41 129.89 130.15 70790813",
    "2023-01-10T14:30:00Z 130.26 131.2636 128.12 130.73 63896155",
];

/// Bars as given, no action.
fn with_bars(bars: Reply) -> impl Fn(&Request) -> Reply + Send + Sync {
    move |request| match request.path.starts_with("/v2/aggs/") {
        true => bars.clone(),
        false => Reply::json(r#"{"results":[],"status":"OK"}"#),
    }
}

/// As the vendor would have answered to our question, which wants raw prices.
fn unadjusted(body: &str) -> String {
    body.replace("\"adjusted\":true", "\"adjusted\":false")
        .replace("\"adjusted\": true", "\"adjusted\": false")
}

#[test]
fn polygon_bars() {
    let name = "polygon/openbb_v2_aggs_AAPL_1day_2023-01-01_2023-01-10";
    let Some(body) = payload(&format!("{name}.body.json")) else { return };
    let asked = request("AAPL", "2023-01-01..2023-01-10");
    let text = refusal(polygon(with_bars(Reply::json(body.clone())), &asked));
    assert!(text.ends_with("found prices adjusted for splits"), "{text}");
    let raw = polygon(with_bars(Reply::json(unadjusted(&body))), &asked).unwrap();
    assert_eq!(shown(&raw), APPLE_2023);
    // The same as it went over the line, compressed by the vendor.
    let http: serde_json::Value =
        serde_json::from_str(&payload(&format!("{name}.http.json")).unwrap()).unwrap();
    let packed = base64(http["response"]["body_gzip_base64"].as_str().unwrap());
    let reply = Reply::json(packed).header("Content-Encoding", "gzip");
    let text = refusal(polygon(with_bars(reply), &asked));
    assert!(text.ends_with("found prices adjusted for splits"), "{text}");

    let old =
        payload("polygon/client-python_v2_aggs_AAPL_1day_2005-04-01_2005-04-04.json").unwrap();
    let asked = request("AAPL", "2005-04-01..2005-04-04");
    let raw = polygon(with_bars(Reply::json(unadjusted(&old))), &asked).unwrap();
    let lines = [
        "2005-04-01T14:30:00Z 1.5032 1.5064 1.4489 1.4604 642646396",
        "2005-04-04T13:30:00Z 1.4639 1.4754 1.4343 1.4675 578172308",
    ];
    assert_eq!(shown(&raw), lines);
}

#[test]
fn polygon_next_page() {
    let name = "polygon/vendor_doc_sample_v2_aggs_AAPL_next_url.json";
    let Some(body) = payload(name) else { return };
    let asked = request("AAPL", "2020-01-02..2020-01-10");
    let text = refusal(polygon(with_bars(Reply::json(unadjusted(&body))), &asked));
    assert!(text.ends_with("found the next page at https://api.polygon.io"), "{text}");
    let two_pages = move |request: &Request| {
        let here = unadjusted(&body).replace("https://api.polygon.io", &request.origin());
        let last = r#"{"adjusted":false,"status":"OK"}"#.to_owned();
        let page = Reply::json(if request.query("cursor").is_some() { last } else { here });
        with_bars(page)(request)
    };
    let lines = [
        "2020-01-02T14:30:00Z 74.06 75.15 73.7975 75.0875 135647456",
        "2020-01-03T14:30:00Z 74.2875 75.145 74.125 74.3575 146535512",
    ];
    assert_eq!(shown(&polygon(two_pages, &asked).unwrap()), lines);
}

#[test]
fn polygon_splits() {
    let Some(body) = payload("polygon/client-python_v3_reference_splits.json") else { return };
    let splits = |symbol: &str| {
        let body = body.clone();
        let bar = r#"{"adjusted":false,"status":"OK","results":[
            {"t":1641186000000,"o":1,"h":1,"l":1,"c":1,"v":1}]}"#;
        let script = move |request: &Request| match request.path.as_str() {
            "/v3/reference/splits" => Reply::json(body.clone()),
            _ => with_bars(Reply::json(bar))(request),
        };
        shown(&polygon(script, &request(symbol, "2022-01-03..2022-12-30")).unwrap())[1..].to_vec()
    };
    assert_eq!(splits("AMZN"), ["2022-06-06 split 20"]);
    assert_eq!(splits("BRW"), ["2022-05-20 split 0.5"]);
    assert_eq!(splits("CIG.C"), [format!("2022-05-02 split {}", 4.0 / 3.0)]);
    assert_eq!(splits("SHOP"), ["2022-06-29 split 10", "2022-06-22 split 10"]);
    assert!(splits("AAPL").is_empty());
}

#[test]
fn what_is_no_bar_is_refused() {
    let asked = request("AAPL", "2022-05-10..2022-05-10");
    for name in
        ["client-python_v3_quotes_AAPL_page1.json", "client-python_v3_quotes_AAPL_page2.json"]
    {
        let Some(body) = payload(&format!("polygon/{name}")) else { return };
        let text = refusal(polygon(with_bars(Reply::json(body)), &asked));
        assert!(text.contains("missing field `t`") && text.contains("results[0]"), "{text}");
    }
    for name in [
        "doc_sample_account.json",
        "doc_sample_order_accepted.json",
        "doc_sample_positions.json",
        "recorded_clock.json",
        "recorded_trade_updates_DOGEUSD.jsonl",
        "doc_sample_calendar.json",
    ] {
        let body = payload(&format!("alpaca/{name}")).unwrap();
        let text = refusal(alpaca(move |_| Reply::json(body.clone()), &asked));
        assert!(text.contains("with a page of bars by symbol, found"), "{name}: {text}");
    }
}

#[test]
fn alpaca_bars() {
    let Some(page) = payload("alpaca/alpaca-py_bars_AAPL_next_page_token.json") else { return };
    let (both, none) =
        ("alpaca/alpaca-py_bars_multi_AAPL_TSLA.json", "alpaca/alpaca-py_bars_empty.json");
    let (both, none) = (payload(both).unwrap(), payload(none).unwrap());
    let days = payload("alpaca/doc_sample_calendar.json").unwrap();
    let script = move |request: &Request| match (request.path.as_str(), request.query("page_token"))
    {
        ("/v2/stocks/bars", None) => Reply::json(page.clone()),
        ("/v2/stocks/bars", Some("QUFQTHxEfDIwMjItMDItMDJUMDU6MDA6MDAuMDAwMDAwMDAwWg==")) => {
            Reply::json(both.clone())
        }
        ("/v1/corporate-actions", None) => Reply::json(r#"{"corporate_actions":{}}"#),
        ("/v2/calendar", None) => Reply::json(days.clone()),
        _ => Reply::json("{}").status(404),
    };
    let found = alpaca(script, &request("AAPL", "2022-02-01..2022-03-09")).unwrap();
    let lines = [
        "2022-02-01T14:30:00Z 174 174.84 172.31 174.61 85998033",
        "2022-02-02T14:30:00Z 174.64 175.88 173.33 175.84 84817432",
        "2022-03-09T14:30:00Z 161.51 163.41 159.41 162.95 88496480",
    ];
    assert_eq!(shown(&found), lines);
    // The sample of the calendar is about two days in May.
    assert_eq!(found.notes.len(), 26);
    assert_eq!(found.notes[0], "alpaca has no session on 2022-02-01");

    let script = move |request: &Request| match request.path.as_str() {
        "/v2/stocks/bars" => Reply::json(none.clone()),
        _ => Reply::json(r#"{"code":40410000,"message":"asset not found for NOPE"}"#).status(404),
    };
    let text = refusal(alpaca(script, &request("NOPE", "2022-02-01..2022-03-09")));
    assert!(text.starts_with("no data for `NOPE`: expected a stock or fund of Alpaca"), "{text}");
}

/// The answers of the doubles with a few bytes changed: an error or other numbers, never a panic.
#[test]
fn damaged_answers_do_no_harm() {
    let key = variable(KEY_VARIABLE).unwrap();
    let market = || Market::new(&["AAA"], "2015-01-02", "2015-06-30");
    let (first, second) = (YahooVendor::new(market()), PolygonVendor::new(market()));
    let second = PolygonVendor { key: key.clone(), ..second };
    let third = AlpacaVendor { keys: (key.clone(), key), ..AlpacaVendor::new(market()) };
    let asked = request("AAA", "2015-04-20..2015-05-29");
    for round in 0..60 {
        let (first, second, third) = (first.clone(), second.clone(), third.clone());
        drop(yahoo(damaged(first.reply(&yahoo_request()), round, 0), &asked));
        drop(polygon(move |r| damaged(second.reply(r), round, r.number), &asked));
        drop(alpaca(move |r| damaged(third.reply(r), round, r.number), &asked));
    }
}

fn yahoo_request() -> Request {
    let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let query = vec![
        field("period1", "1429502400"),
        field("period2", "1790000000"),
        field("interval", "1d"),
    ];
    Request { path: "/v8/finance/chart/AAA".to_owned(), query, ..Request::default() }
}

fn damaged(reply: Reply, round: usize, number: usize) -> Reply {
    // What was packed as it is can be unpacked by leaving the envelope out.
    let packed = reply.headers.iter().any(|(name, _)| name == "Content-Encoding");
    let mut body = if packed { reply.body[15..reply.body.len() - 8].to_vec() } else { reply.body };
    let mut chance = SeedStream::new(7).index(round).index(number).rng();
    for _ in 0..1 + chance.below(3) {
        let other = b"0123456789-.e\"{}[],:nul "[chance.below(24)];
        let place = chance.below(body.len());
        body[place] = other;
    }
    Reply::json(body).status(reply.status)
}

fn base64(text: &str) -> Vec<u8> {
    let digit = |byte: u8| match byte {
        b'A'..=b'Z' => u32::from(byte - b'A'),
        b'a'..=b'z' => u32::from(byte - b'a') + 26,
        b'0'..=b'9' => u32::from(byte - b'0') + 52,
        b'+' => 62,
        _ => 63,
    };
    let digits: Vec<u32> = text.bytes().filter(|byte| *byte != b'=').map(digit).collect();
    let mut bytes = Vec::new();
    for four in digits.chunks(4) {
        let bits =
            four.iter().zip([18, 12, 6, 0]).fold(0, |bits, (digit, shift)| bits | digit << shift);
        bytes.extend(&bits.to_be_bytes()[1..four.len()]);
    }
    bytes
}
