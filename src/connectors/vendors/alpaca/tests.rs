//! Alpaca's answers, as its double sends them.

use super::AlpacaBars;
use super::request::{Place, span};
use crate::base::{Timestamp, variable};
use crate::config::{AlpacaCalendar, AlpacaConnector, AlpacaFeed, AlpacaSource, Limits};
use crate::connectors::vendors::vendor_double::{
    AlpacaVendor, Fault, Faults, Market, Reply, Request, VendorDouble,
};
use crate::dataset::Incoming;
use crate::domain::{Calendar, CalendarName, CorporateActionKind};
use crate::ports::{BarSource, FetchRequest, SourceError};

/// A variable that every test run has; its value stands for a key.
const KEY_VARIABLE: &str = "CARGO_PKG_NAME";
const RANGE: &str = "2015-01-02..2015-12-31";

fn source(double: &VendorDouble) -> AlpacaBars {
    let limits = Limits {
        requests_per_s: 1000.0,
        burst: 1000,
        tries: 4,
        silence_s: 0.3,
        pause_s: 0.001,
        ..Limits::default()
    };
    let connector = AlpacaConnector {
        base_url: double.url(),
        trading_url: double.url(),
        key_variable: KEY_VARIABLE.to_owned(),
        secret_variable: "CARGO_PKG_VERSION".to_owned(),
        calendar: AlpacaCalendar::Compare,
        limits,
    };
    let settings = AlpacaSource::default();
    AlpacaBars::try_new(&settings, &connector, Calendar::new(CalendarName::Xnys)).unwrap()
}

fn request(symbol: &str, timeframe: &str, range: &str) -> FetchRequest {
    let symbol = symbol.parse().unwrap();
    FetchRequest { symbol, timeframe: timeframe.parse().unwrap(), range: range.parse().unwrap() }
}

fn vendor() -> AlpacaVendor {
    let market = Market::new(&["AAA", "BBB"], "2015-01-02", "2016-12-30");
    let keys = (variable(KEY_VARIABLE).unwrap(), variable("CARGO_PKG_VERSION").unwrap());
    AlpacaVendor { keys, page_rows: 50, ..AlpacaVendor::new(market) }
}

fn fetch(
    script: impl Fn(&Request) -> Reply + Send + Sync + 'static,
) -> Result<Incoming, SourceError> {
    let double = VendorDouble::start(script);
    source(&double).fetch(&request("BBB", "1d", RANGE))
}

#[test]
fn a_chain_of_pages_gives_what_was_printed() {
    let vendor = vendor();
    let market = vendor.market.clone();
    let double = VendorDouble::start(move |request| vendor.reply(request));
    let found = source(&double).fetch(&request("BBB", "1d", RANGE)).unwrap();
    assert_eq!(found.bars.len(), 252);
    for (day, bar) in found.bars.iter().enumerate() {
        let row = market.row(1, day);
        assert_eq!((bar.open, bar.high, bar.low), (row.open, row.high, row.low));
        assert_eq!((bar.close, bar.volume), (row.close, row.volume));
        assert_eq!(bar.open_time.nanos() / 1_000_000_000, row.day.open_s);
    }
    assert_eq!(found.actions.len(), 1 + 3);
    // The double closes at 16:00 on half days too.
    assert_eq!(
        found.notes,
        [
            "alpaca trades from 09:30 to 16:00 on 2015-11-27, we think otherwise",
            "alpaca trades from 09:30 to 16:00 on 2015-12-24, we think otherwise",
        ]
    );
    let targets = double.targets();
    assert_eq!(targets.len(), 6 + 1 + 1);
    assert_eq!(
        targets[0],
        "/v2/stocks/bars?symbols=BBB&timeframe=1Day&adjustment=raw&sort=asc&limit=10000\
         &start=2015-01-02T00:00:00-05:00&end=2015-12-31T23:59:59-05:00&feed=sip"
    );
    assert!(targets[5].contains("&page_token=250&"), "{}", targets[5]);
    assert!(targets[6].contains("&start=2015-01-02&end=2016-04-29&"), "{}", targets[6]);
    assert_eq!(targets[7], "/v2/calendar?start=2015-01-02&end=2015-12-31");
}

#[test]
fn faults_on_the_way_do_not_reach_the_data() {
    let undisturbed = vendor();
    let whole = fetch(move |request| undisturbed.reply(request)).unwrap();
    for fault in [Fault::Status(500), Fault::TooMany(None), Fault::Reset, Fault::TruncatedGzip] {
        let vendor = vendor();
        let faults = Faults::none().during(1..3, fault.clone()).at(8, fault.clone());
        let found = fetch(faults.around(move |request| vendor.reply(request))).unwrap();
        assert_eq!(found, whole, "{fault:?}");
    }
}

#[test]
fn corporate_actions_of_all_kinds() {
    let body = r#"{"corporate_actions":{
      "forward_splits":[{"symbol":"BBB","ex_date":"2015-06-10","new_rate":10,"old_rate":1},
                        {"symbol":"BBX","ex_date":"2015-06-10","new_rate":3,"old_rate":1}],
      "reverse_splits":[{"symbol":"BBB","ex_date":"2015-05-15","new_rate":1,"old_rate":10}],
      "stock_dividends":[{"symbol":"BBB","ex_date":"2015-05-19","rate":0.05}],
      "cash_dividends":[{"symbol":"BBB","ex_date":"2015-05-12","rate":0.24,"special":false},
                        {"symbol":"BBB","ex_date":"2016-01-12","rate":0.25},
                        {"symbol":"BBB","ex_date":null,"rate":0.26}],
      "spin_offs":[{"source_symbol":"BBB","new_symbol":"BBS","ex_date":"2015-01-05",
                    "source_rate":3,"new_rate":1}],
      "name_changes":[{"old_symbol":"A","new_symbol":"B"}]},"next_page_token":null}"#;
    let script = move |request: &Request| match request.path.as_str() {
        "/v1/corporate-actions" => Reply::json(body),
        "/v2/calendar" => Reply::json("[]"),
        _ => Reply::json(
            r#"{"bars":{"BBB":[{"t":"2015-03-03T05:00:00Z","o":1,"h":1,"l":1,"c":1,"v":1}]}}"#,
        ),
    };
    let found = fetch(script).unwrap();
    let kinds: Vec<String> = found
        .actions
        .iter()
        .map(|action| match action.kind {
            CorporateActionKind::Split { ratio } => format!("{} split {ratio}", action.ex_date),
            CorporateActionKind::Dividend { amount } => format!("{} cash {amount}", action.ex_date),
            CorporateActionKind::SpinOff { value } => format!("{} spin {value}", action.ex_date),
        })
        .collect();
    assert_eq!(
        kinds,
        [
            "2015-05-12 cash 0.24",
            "2015-05-15 split 0.1",
            "2015-05-19 split 1.05",
            "2015-06-10 split 10"
        ]
    );
    assert_eq!(found.notes[0], "a dividend of 0.26 has no ex-date: left out");
    assert!(found.notes[1].ends_with("1 BBS for 3 BBB were spun off, worth unknown: left out"));
}

#[test]
fn refusals_in_the_vendors_words() {
    let check = |status: u16, body: &'static str, expected: &str, code: u8| {
        let error = fetch(move |_| Reply::json(body).status(status)).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
        assert_eq!(error.exit_code(), code, "{error}");
    };
    let said = r#"{"message":"subscription does not permit querying recent SIP data"}"#;
    check(403, said, "alpaca refused the key in CARGO_PKG_NAME and CARGO_PKG_VERSION", 2);
    check(403, said, "recent SIP data", 2);
    check(422, r#"{"message":"invalid timeframe"}"#, "422 invalid timeframe", 2);
    check(200, r#"{"bars":[]}"#, "(at `bars`)", 3);
    check(200, r#"{"bars":null}"#, "no bars for `BBB`", 3);
    check(200, "{}", "missing field `bars`", 3);
    let keyless = vendor();
    let other = AlpacaVendor { keys: ("a".to_owned(), "b".to_owned()), ..keyless };
    let error = fetch(move |request| other.reply(request)).unwrap_err();
    assert!(error.to_string().contains("403"), "{error}");
}

#[test]
fn pages_lead_on() {
    let circle = r#"{"bars":{"BBB":[]},"next_page_token":"same"}"#;
    let text = fetch(move |_| Reply::json(circle)).unwrap_err().to_string();
    assert!(text.ends_with("found the same page as the next one"), "{text}");
    let double = VendorDouble::start(|_| Reply::json(r#"{"message":"bad token"}"#).status(400));
    let source = source(&double);
    for cursor in ["bars old", "actions old", "elsewhere"] {
        let page = source.fetch_page(&request("BBB", "1d", RANGE), Some(cursor));
        assert!(matches!(page, Err(SourceError::Cursor { .. })), "{cursor}");
    }
    let places = [
        Place::Bars(Some("a b".to_owned())),
        Place::Actions(None),
        Place::Actions(Some("x==".to_owned())),
        Place::Calendar,
    ];
    for place in places {
        assert_eq!(Place::from_cursor(Some(&place.to_cursor())), Some(place));
    }
}

#[test]
fn unknown_symbols_and_empty_days_differ() {
    let vendor = vendor();
    let double = VendorDouble::start(move |request| vendor.reply(request));
    let source = source(&double);
    let text = source.fetch(&request("ZZZ", "1d", RANGE)).unwrap_err().to_string();
    assert!(text.starts_with("no data for `ZZZ`: expected a stock or fund of Alpaca"), "{text}");
    let text =
        source.fetch(&request("AAA", "1d", "2012-01-03..2012-01-31")).unwrap_err().to_string();
    assert!(text.starts_with("no bars for `AAA` in 2012-01-03..2012-01-31"), "{text}");
    let error = source.fetch(&request("AAA", "30s", RANGE)).unwrap_err();
    assert!(error.to_string().starts_with("source alpaca supports bars of 1min to"), "{error}");
}

#[test]
fn the_newest_quarter_of_an_hour_is_for_subscribers() {
    let calendar = Calendar::new(CalendarName::Xnys);
    let day = request("AAA", "1min", "2019-01-02..2019-01-02");
    let check = |now: &str, feed: AlpacaFeed, expected: Option<(&str, &str)>| {
        let now: Timestamp = now.parse().unwrap();
        let found = span(&day, feed, &calendar, now);
        let found = found.as_ref().map(|(start, end)| (start.as_str(), end.as_str()));
        assert_eq!(found, expected);
    };
    let (start, end) = ("2019-01-02T00:00:00-05:00", "2019-01-02T23:59:59-05:00");
    check("2019-01-04T00:00:00Z", AlpacaFeed::Sip, Some((start, end)));
    let cut = "2019-01-02T14:44:00-05:00";
    check("2019-01-02T20:00:00Z", AlpacaFeed::Sip, Some((start, cut)));
    check("2019-01-02T20:00:00Z", AlpacaFeed::Iex, Some((start, "2019-01-02T15:00:00-05:00")));
    check("2019-01-02T05:10:00Z", AlpacaFeed::Sip, None);
}
