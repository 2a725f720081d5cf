//! A fetch that is killed again and again ends with the same lake as one that is left alone.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Duration;

use crate::sandbox::{Sandbox, TINY_AGENT};
use crate::vendor_double::{KEY, Market, PolygonVendor, VendorDouble};

/// 38 pages of bars, one of splits, one of dividends.
const NUM_PAGES: usize = 40;
const RANGE: &str = "2010-01-04..2017-12-29";

/// A polygon whose pages are small, on this machine.
fn vendor() -> PolygonVendor {
    let market = Market::new(&["AAA"], "2010-01-04", "2017-12-29");
    let page_rows = market.days.len().div_ceil(NUM_PAGES - 2);
    PolygonVendor { page_rows, ..PolygonVendor::new(market) }
}

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::empty();
    let agent = TINY_AGENT
        .replace("[AAA, BBB]", "[AAA]")
        .replace("{synthetic: {seed: 3, planted: {edge_bps: 60}}}", "{polygon: {}}");
    sandbox.write("agents/tiny.yaml", agent);
    sandbox
}

fn fetch(sandbox: &Sandbox, double: &VendorDouble) -> Command {
    let settings = "--set connectors.polygon.limits.requests_per_s=1000 \
                    --set connectors.polygon.limits.burst=1000";
    let address = format!("--set connectors.polygon.base_url={}", double.url());
    let mut command = sandbox.command(&format!(
        "fetch -q --config agents/tiny.yaml --range {RANGE} {settings} {address}"
    ));
    command.env("POLYGON_API_KEY", KEY);
    command
}

/// Names and contents of all files and folders of the lake.
fn lake(sandbox: &Sandbox) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    collect(&sandbox.path("data/lake"), "", &mut files);
    files
}

fn collect(folder: &Path, prefix: &str, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            files.insert(format!("{name}/"), Vec::new());
            collect(&entry.path(), &format!("{name}/"), files);
        } else {
            files.insert(name, std::fs::read(entry.path()).unwrap());
        }
    }
}

/// What was asked, where a request that repeats the one before it counts once: it was under way when
/// the process died.
fn asked(double: &VendorDouble) -> Vec<String> {
    let mut targets = double.targets();
    targets.dedup();
    targets
}

/// The lake of a fetch that nobody disturbs, and what it asks for.
fn undisturbed() -> (BTreeMap<String, Vec<u8>>, Vec<String>) {
    let vendor = vendor();
    let double = VendorDouble::start(move |request| vendor.reply(request));
    let sandbox = sandbox();
    let output = fetch(&sandbox, &double).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let targets = double.targets();
    assert_eq!(targets.len(), NUM_PAGES, "{targets:#?}");
    (lake(&sandbox), targets)
}

/// Kills a fetch until it is done; how often it died.
fn disturbed(expected: &(BTreeMap<String, Vec<u8>>, Vec<String>), round: usize) -> usize {
    let vendor = vendor();
    let double = VendorDouble::start(move |request| vendor.reply(request));
    let sandbox = sandbox();
    let mut kills = 0;
    loop {
        let mut child = fetch(&sandbox, &double).spawn().unwrap();
        // A few pages further, and then anywhere between two of them.
        let target = double.count() + 1 + (kills * 7 + round) % 3;
        let status = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break Some(status);
            }
            if double.count() >= target {
                thread::sleep(Duration::from_micros(((kills * 613 + round * 211) % 4000) as u64));
                break child.try_wait().unwrap();
            }
            thread::sleep(Duration::from_micros(100));
        };
        if let Some(status) = status {
            assert_eq!(status.code(), Some(0), "round {round}, after {kills} kills");
            break;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        kills += 1;
    }
    assert_eq!(asked(&double), expected.1, "round {round}: each page is asked for once");
    let found = lake(&sandbox);
    let names: Vec<&String> = found.keys().collect();
    assert_eq!(names, expected.0.keys().collect::<Vec<_>>(), "round {round}");
    assert!(found == expected.0, "round {round}: the lake differs");
    kills
}

#[test]
fn killed_anywhere_the_lake_is_the_same_and_no_page_is_asked_twice() {
    let points: usize = std::env::var_os("RELEAT_KILL_POINTS")
        .and_then(|text| text.into_string().ok()?.parse().ok())
        .unwrap_or(200);
    let expected = undisturbed();
    let (mut kills, mut round) = (0, 0);
    while kills < points {
        kills += disturbed(&expected, round);
        round += 1;
    }
}
