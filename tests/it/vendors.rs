//! `releat fetch` from vendors that misbehave: what it does, says, and leaves in the lake.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output};

use crate::sandbox::{Sandbox, TINY_AGENT};
use crate::vendor_double::{
    AlpacaVendor, Fault, Faults, KEY, Market, PolygonVendor, Reply, Request, SECRET, VendorDouble,
    YahooVendor,
};

const YEAR: &str = "2015-01-02..2015-12-31";
const NEXT_YEAR: &str = "2016-01-04..2016-12-30";

/// A vendor, and the keys of the settings that lead to its double.
struct Case {
    name: &'static str,
    addresses: &'static [&'static str],
    script: fn(Market) -> Script,
    /// Requests for one symbol and one year of days.
    requests: usize,
}

type Script = Box<dyn Fn(&Request) -> Reply + Send + Sync>;

const CASES: [Case; 3] = [
    Case { name: "yahoo", addresses: &["base_url"], script: yahoo, requests: 1 },
    Case { name: "polygon", addresses: &["base_url"], script: polygon, requests: 3 + 2 },
    Case {
        name: "alpaca",
        addresses: &["base_url", "trading_url"],
        script: alpaca,
        requests: 3 + 1,
    },
];

fn yahoo(market: Market) -> Script {
    let vendor = YahooVendor::new(market);
    Box::new(move |request| vendor.reply(request))
}

fn polygon(market: Market) -> Script {
    let vendor = PolygonVendor { page_rows: 100, ..PolygonVendor::new(market) };
    Box::new(move |request| vendor.reply(request))
}

fn alpaca(market: Market) -> Script {
    let vendor = AlpacaVendor { page_rows: 100, ..AlpacaVendor::new(market) };
    Box::new(move |request| vendor.reply(request))
}

fn market() -> Market {
    Market::new(&["AAA", "BBB"], "2015-01-02", "2016-12-30")
}

impl Case {
    fn sandbox(&self) -> Sandbox {
        let sandbox = Sandbox::empty();
        let made_up = "synthetic: {seed: 3, planted: {edge_bps: 60}}";
        sandbox.write("a.yaml", TINY_AGENT.replace(made_up, &format!("{}: {{}}", self.name)));
        sandbox
    }

    fn double(&self, faults: Faults) -> VendorDouble {
        let script = (self.script)(market());
        VendorDouble::start(faults.around(script))
    }

    /// Asks for [`YEAR`], unless `more` begins with another range.
    fn command(&self, sandbox: &Sandbox, double: &VendorDouble, more: &str) -> Command {
        let key = |name: &str| format!("--set connectors.{}.{name}", self.name);
        let limits = key("limits");
        let mut line = format!(
            "fetch --config a.yaml {limits}.requests_per_s=900 {limits}.burst=100 {limits}.tries=3 \
             {limits}.pause_s=0.01 {limits}.pause_max_s=5 {limits}.silence_s=1"
        );
        if !more.starts_with("--range") {
            line.push_str(&format!(" --range {YEAR}"));
        }
        for address in self.addresses {
            line.push_str(&format!(" {}={}", key(address), double.url()));
        }
        let mut command = sandbox.command(&format!("{line} {more}"));
        command
            .env("POLYGON_API_KEY", KEY)
            .env("APCA_API_KEY_ID", KEY)
            .env("APCA_API_SECRET_KEY", SECRET);
        command
    }

    fn run(&self, sandbox: &Sandbox, double: &VendorDouble, more: &str) -> Output {
        self.command(sandbox, double, more).output().unwrap()
    }

    /// Expects exit code 0; gives the document.
    fn fetch(&self, sandbox: &Sandbox, double: &VendorDouble) -> serde_json::Value {
        let output = self.run(sandbox, double, "--output-format json -q");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{}: {errors}", self.name);
        serde_json::from_slice(&output.stdout).unwrap()
    }
}

/// The data files of the lake by name.
fn lake(sandbox: &Sandbox) -> BTreeMap<String, Vec<u8>> {
    fn collect(folder: &Path, found: &mut BTreeMap<String, Vec<u8>>) {
        let Ok(entries) = std::fs::read_dir(folder) else { return };
        for path in entries.map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                collect(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "parquet") {
                found.insert(path.display().to_string(), std::fs::read(&path).unwrap());
            }
        }
    }
    let root = sandbox.path("data/lake");
    let mut found = BTreeMap::new();
    collect(&root, &mut found);
    let root = root.display().to_string();
    found.into_iter().map(|(path, bytes)| (path.replace(&root, ""), bytes)).collect()
}

#[test]
fn each_vendor_delivers_and_is_not_asked_twice() {
    for case in &CASES {
        let (sandbox, double) = (case.sandbox(), case.double(Faults::none()));
        let document = case.fetch(&sandbox, &double);
        assert_eq!(document["complete"], true, "{}", case.name);
        for symbol in document["symbols"].as_array().unwrap() {
            assert_eq!(symbol["rows_added"], 252, "{}", case.name);
            // One split and three dividends fall into the year.
            assert_eq!(symbol["actions_added"], 4, "{}", case.name);
            assert_eq!(symbol["quarantined"], 0, "{}", case.name);
            assert_eq!(symbol["gaps"], 0, "{}", case.name);
        }
        assert_eq!(double.count(), 2 * case.requests, "{}", case.name);
        let again = case.fetch(&sandbox, &double);
        assert_eq!(again["symbols"][0]["rows_added"], 0);
        assert_eq!(double.count(), 2 * case.requests, "{} was asked for what is known", case.name);
        assert_eq!(case.run(&sandbox, &double, "-q").stdout, b"");
    }
}

#[test]
fn faults_that_pass_leave_no_trace() {
    for case in &CASES {
        let whole = case.sandbox();
        case.fetch(&whole, &case.double(Faults::none()));
        let whole = lake(&whole);
        assert!(!whole.is_empty());
        for fault in [
            Fault::Status(500),
            Fault::Status(502),
            Fault::Status(503),
            Fault::TooMany(None),
            Fault::too_many("1"),
            Fault::Reset,
            Fault::Cut,
            Fault::TruncatedGzip,
            Fault::Silence,
            Fault::Hang,
            Fault::WrongJson,
            Fault::HalfJson,
            Fault::Html,
            Fault::Drip(0),
        ] {
            let (sandbox, double) =
                (case.sandbox(), case.double(Faults::none().at(1, fault.clone())));
            let document = case.fetch(&sandbox, &double);
            assert_eq!(document["complete"], true, "{} {fault:?}", case.name);
            assert!(lake(&sandbox) == whole, "{} {fault:?}", case.name);
        }
    }
}

/// Exit code and a part of the text for a fault that does not pass.
fn documented(fault: &Fault) -> (i32, &'static str) {
    match fault {
        Fault::Status(503) => (4, "503 Service Unavailable (tried 3 times)"),
        Fault::TooMany(None) => (4, "429 Too Many Requests (tried 3 times)"),
        Fault::TooMany(Some(_)) => (4, "wants no request for 3600 s, at most 5 s are waited"),
        Fault::Reset | Fault::Cut | Fault::TruncatedGzip | Fault::HalfJson => {
            (4, "the answer broke off: ")
        }
        Fault::Silence | Fault::Hang => (4, "no byte for 0.5 s (tried 3 times)"),

        Fault::Drip(_) => (4, "the answer took more than 1 s (tried 3 times)"),
        Fault::WrongJson => (3, " (at `"),
        Fault::Html => (3, "found no JSON but `<!DOCTYPE html>"),
        Fault::Status(403) => (2, "403 the double says no"),
        Fault::Status(418) => (2, "418 the double says no"),
        Fault::Redirect(_) => (2, "a redirect to http://elsewhere.test is not followed"),
        Fault::Status(_) | Fault::WrongType => unreachable!("not a case"),
    }
}

#[test]
fn faults_that_stay_end_in_a_code_and_a_text_and_leave_the_lake_alone() {
    for case in &CASES {
        for fault in [
            Fault::Status(503),
            Fault::Status(403),
            Fault::Status(418),
            Fault::TooMany(None),
            Fault::too_many("3600"),
            Fault::Reset,
            Fault::Cut,
            Fault::TruncatedGzip,
            Fault::Silence,
            Fault::Hang,
            Fault::WrongJson,
            Fault::HalfJson,
            Fault::Html,
            Fault::Drip(400),
            Fault::Redirect("http://elsewhere.test".to_owned()),
        ] {
            let sandbox = case.sandbox();
            case.fetch(&sandbox, &case.double(Faults::none()));
            let before = lake(&sandbox);
            let double = case.double(Faults::none().always(fault.clone()));
            let limits = format!("--set connectors.{}.limits", case.name);
            let more = format!(
                "--range {NEXT_YEAR} {limits}.request_s=1 {limits}.silence_s=0.5 --set universe.symbols=[AAA]"
            );
            let output = case.run(&sandbox, &double, &more);
            let (code, text) = documented(&fault);
            let said = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(code), "{} {fault:?}: {said}", case.name);
            assert!(said.contains(text), "{} {fault:?}: {said}", case.name);
            assert!(said.contains(case.name), "{said}");
            assert!(!said.contains(KEY) && !said.contains(SECRET), "{said}");
            assert!(lake(&sandbox) == before, "{} {fault:?}", case.name);
        }
    }
}

#[test]
fn keys_that_are_missing_or_wrong_are_named() {
    for (case, variable) in CASES[1..].iter().zip(["POLYGON_API_KEY", "APCA_API_KEY_ID"]) {
        let (sandbox, double) = (case.sandbox(), case.double(Faults::none()));
        let keyless = case.command(&sandbox, &double, "").env_remove(variable).output().unwrap();
        let said = String::from_utf8_lossy(&keyless.stderr);
        assert_eq!(keyless.status.code(), Some(2), "{said}");
        assert!(said.contains(&format!("the variable {variable} must hold it")), "{said}");
        assert_eq!(double.count(), 0);
        let wrong =
            case.command(&sandbox, &double, "").env(variable, "not-it-8412").output().unwrap();
        let said = String::from_utf8_lossy(&wrong.stderr);
        assert_eq!(wrong.status.code(), Some(2), "{said}");
        assert!(said.contains(&format!("refused the key in {variable}")), "{said}");
        assert!(!said.contains("not-it-8412"), "{said}");
    }
}

#[test]
fn unknown_symbols_are_told_and_the_others_are_fetched() {
    for case in &CASES {
        let (sandbox, double) = (case.sandbox(), case.double(Faults::none()));
        let more = "--set universe.symbols=[AAA,NOPE,BBB] --output-format json -q";
        let output = case.run(&sandbox, &double, more);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains("no data for `NOPE`"), "{}: {said}", case.name);
        let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(document["complete"], false);
        for symbol in document["symbols"].as_array().unwrap() {
            let rows = if symbol["symbol"] == "NOPE" { 0 } else { 252 };
            assert_eq!(symbol["rows_added"], rows, "{}: {symbol}", case.name);
        }
    }
}

#[test]
fn a_429_wave_never_makes_more_requests_than_allowed() {
    for case in &CASES {
        let market = Market::of(12, "2015-01-02", "2015-12-31");
        let names = market.symbols.join(",");
        let wave =
            Faults::none().during(4..7, Fault::too_many("1")).during(9..11, Fault::TooMany(None));
        let double = VendorDouble::start(wave.around((case.script)(market)));
        let sandbox = case.sandbox();
        let limits = format!("--set connectors.{}.limits", case.name);
        let more = format!(
            "{limits}.requests_per_s=10 {limits}.burst=1 {limits}.tries=10 {limits}.parallel=4 \
             --set universe.symbols=[{names}]"
        );
        let document = case.run(&sandbox, &double, &format!("{more} --output-format json -q"));
        let said = String::from_utf8_lossy(&document.stderr);
        assert_eq!(document.status.code(), Some(0), "{}: {said}", case.name);
        assert_eq!(double.count(), 12 * case.requests + 5, "{}", case.name);
        let most = double.most_in_a_second();
        assert!(most <= 10, "{}: {most} requests in a second", case.name);
    }
}

#[test]
fn pages_sent_twice_or_empty_are_on_record() {
    let case = &CASES[1];
    let spoiled = |vendor: PolygonVendor| {
        let double = VendorDouble::start(move |request| vendor.reply(request));
        let output = case.run(&case.sandbox(), &double, "--output-format json -q");
        let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        document["symbols"][0].clone()
    };
    let vendor = || PolygonVendor { page_rows: 100, ..PolygonVendor::new(market()) };
    let twice = spoiled(PolygonVendor { duplicate_page: Some(0), ..vendor() });
    assert_eq!(
        (&twice["rows_added"], &twice["quarantined"]),
        (&152.into(), &100.into()),
        "{twice}"
    );
    assert!(twice["gaps"].as_u64().unwrap() > 0, "{twice}");
    let missing = spoiled(PolygonVendor { missing_page: Some(1), ..vendor() });
    assert_eq!((&missing["rows_added"], &missing["quarantined"]), (&152.into(), &0.into()));
    assert!(missing["gaps"].as_u64().unwrap() > 0, "{missing}");
}
