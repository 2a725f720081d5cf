use std::fs;
use std::path::{Path, PathBuf};

use super::*;
use crate::base::{Date, DateRange, LockError, parse_date};
use crate::config::Adjust;
use crate::domain::{Bar, Calendar, CalendarName, CorporateAction, CorporateActionKind, Timeframe};

fn calendar() -> Calendar {
    Calendar::new(CalendarName::Xnys)
}

fn range(text: &str) -> DateRange {
    text.parse().unwrap()
}

fn key(symbol: &str) -> SeriesKey {
    let symbol = symbol.parse().unwrap();
    SeriesKey { source: "test".to_owned(), symbol, timeframe: Timeframe::Day }
}

fn bars(text: &str) -> Vec<Bar> {
    let sessions = calendar().sessions(range(text)).unwrap();
    let bar = |(index, session): (usize, &crate::domain::Session)| {
        let close = 100.0 + (index % 7) as f64;
        Bar {
            open_time: session.open,
            available_at: session.close,
            open: close,
            high: close + 1.0,
            low: close - 1.0,
            close,
            volume: 1000.0,
        }
    };
    sessions.iter().enumerate().map(bar).collect()
}

fn incoming(text: &str) -> Incoming {
    Incoming { bars: bars(text), ..Incoming::default() }
}

fn dividend(date: &str, amount: f64) -> CorporateAction {
    let ex_date: Date = parse_date(date).unwrap();
    CorporateAction { ex_date, kind: CorporateActionKind::Dividend { amount } }
}

struct Place {
    _folder: tempfile::TempDir,
    lake: Lake,
}

fn place() -> Place {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::new(folder.path().join("lake"));
    Place { _folder: folder, lake }
}

impl Place {
    fn commit(&self, incoming: &Incoming, requested: &str) -> CommitReport {
        self.lake.commit(&key("SPY"), incoming, range(requested), &calendar()).unwrap()
    }

    fn folder(&self) -> PathBuf {
        self.lake.folder(&key("SPY"))
    }
}

/// Name, bytes and time of change of every file in a folder.
fn snapshot(folder: &Path) -> Vec<(String, Vec<u8>, std::time::SystemTime)> {
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            let modified = fs::metadata(&path).unwrap().modified().unwrap();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, fs::read(&path).unwrap(), modified)
        })
        .collect();
    files.sort();
    files
}

#[test]
fn a_second_commit_of_the_same_rows_writes_nothing() {
    let place = place();
    let mut delivered = incoming("2018-12-03..2019-01-31");
    delivered.actions.push(dividend("2018-12-21", 1.4354));
    let first = place.commit(&delivered, "2018-12-03..2019-01-31");
    assert_eq!((first.rows_added, first.rows_total, first.actions_added), (40, 40, 1));
    let before = snapshot(&place.folder());
    let second = place.commit(&delivered, "2018-12-03..2019-01-31");
    assert_eq!((second.rows_added, second.rows_total, second.actions_added), (0, 40, 0));
    assert_eq!(snapshot(&place.folder()), before);
    let names: Vec<_> = before.iter().map(|(name, ..)| name.as_str()).collect();
    assert_eq!(names, ["2018.parquet", "2019.parquet", "actions.json", "manifest.json"]);
}

#[test]
fn a_longer_range_leaves_the_files_of_other_years_alone() {
    let place = place();
    place.commit(&incoming("2018-12-03..2018-12-31"), "2018-12-03..2018-12-31");
    let before = snapshot(&place.folder());
    let report = place.commit(&incoming("2019-01-02..2019-01-31"), "2019-01-01..2019-01-31");
    assert_eq!((report.rows_added, report.rows_total), (21, 40));
    let after = snapshot(&place.folder());
    assert_eq!(after[0], before[0]);
    let series = place.lake.series(&key("SPY")).unwrap();
    assert_eq!(series.bars.len(), 40);
    assert!(series.bars.is_sorted_by_key(|bar| bar.open_time));
    assert_eq!(series.manifest.covered, [range("2018-12-03..2019-01-31")]);
    assert_eq!(series.manifest.range, Some(range("2018-12-03..2019-01-31")));
}

#[test]
fn a_changed_past_is_reported_and_not_written() {
    let place = place();
    place.commit(&incoming("2019-01-02..2019-01-31"), "2019-01-02..2019-01-31");
    let stored = place.lake.series(&key("SPY")).unwrap().bars;
    let mut delivered = incoming("2019-01-02..2019-01-31");
    delivered.bars[3].close += 0.5;
    let report = place.commit(&delivered, "2019-01-02..2019-01-31");
    assert_eq!((report.rows_added, report.changed.len()), (0, 1));
    assert!(report.changed[0].stored.contains("close 103,"), "{:?}", report.changed);
    assert!(report.changed[0].found.contains("close 103.5,"), "{:?}", report.changed);
    let series = place.lake.series(&key("SPY")).unwrap();
    assert_eq!(series.bars, stored);
    assert_eq!(series.manifest.changed, report.changed);
}

#[test]
fn rounded_dividends_are_the_same_and_others_are_changes() {
    let place = place();
    let mut delivered = incoming("2019-03-01..2019-03-29");
    delivered.actions = vec![dividend("2019-03-15", 1.0), dividend("2019-03-15", 0.2331)];
    assert_eq!(place.commit(&delivered, "2019-03-01..2019-03-29").actions_added, 1);
    delivered.actions = vec![dividend("2019-03-15", 1.2332)];
    let report = place.commit(&delivered, "2019-03-01..2019-03-29");
    assert_eq!((report.actions_added, report.changed.len()), (0, 0));
    delivered.actions = vec![dividend("2019-03-15", 1.3)];
    let report = place.commit(&delivered, "2019-03-01..2019-03-29");
    assert_eq!((report.actions_added, report.changed.len()), (0, 1));
    let series = place.lake.series(&key("SPY")).unwrap();
    assert_eq!(series.actions, [dividend("2019-03-15", 1.2331)]);
}

#[test]
fn missing_sessions_are_gaps_but_the_open_end_is_not() {
    let place = place();
    let mut delivered = incoming("2019-01-02..2019-01-31");
    delivered.bars.drain(5..7);
    delivered.bars[0].high = 1.0;
    let report = place.commit(&delivered, "2019-01-01..2019-06-30");
    assert_eq!(report.quarantined.len(), 1);
    let sessions: Vec<_> = report.gaps.iter().map(|gap| gap.sessions).collect();
    assert_eq!(sessions, [1, 2]);
    let manifest = place.lake.manifest(&key("SPY")).unwrap().unwrap();
    assert_eq!(manifest.covered, [range("2019-01-01..2019-01-31")]);
    assert_eq!(manifest.quarantined, report.quarantined);
}

#[test]
fn a_part_of_a_fetch_writes_its_years_and_settling_describes_all() {
    let place = place();
    place.commit(&incoming("2017-12-01..2017-12-29"), "2017-12-01..2017-12-31");
    let before = snapshot(&place.folder());
    let (days, key) = (range("2018-01-01..2019-12-31"), key("SPY"));
    let writer = place.lake.writer("test").unwrap();
    let mut part = incoming("2018-01-02..2018-01-31");
    part.bars.drain(5..8);
    let january = range("2018-01-01..2018-01-31");
    let report = writer.add(&key, &part, &[january], days, &calendar()).unwrap();
    assert_eq!((report.rows_added, report.rows_total, report.gaps.len()), (18, 38, 0));
    let manifest = place.lake.manifest(&key).unwrap().unwrap();
    assert_eq!((manifest.pending, manifest.gaps.len()), (Some(days), 0));
    assert_eq!(manifest.covered, [range("2017-12-01..2017-12-29"), january]);
    assert_eq!(snapshot(&place.folder())[0], before[0], "the year before is not touched");
    let settled = writer.settle(&key, &[], &calendar()).unwrap().unwrap();
    assert_eq!((settled.pending, settled.gaps.len(), settled.gaps[0].sessions), (None, 1, 3));
    drop(writer);
    let whole = super::lake_tests::place();
    whole.commit(&incoming("2017-12-01..2017-12-29"), "2017-12-01..2017-12-31");
    whole.commit(&part, "2018-01-01..2018-01-31");
    assert_eq!(whole.lake.series(&key).unwrap(), place.lake.series(&key).unwrap());
    let around = place.lake.series_around(&key, range("2020-01-01..2020-06-30")).unwrap();
    assert_eq!(around.bars.len(), 0, "no year file has anything of 2020");
}

#[test]
fn a_dividend_on_the_first_day_of_a_year_is_checked_against_the_year_before() {
    let place = place();
    place.commit(&incoming("2018-12-03..2018-12-31"), "2018-12-03..2018-12-31");
    let mut delivered = incoming("2019-01-02..2019-01-31");
    delivered.actions = vec![dividend("2019-01-02", 101.0), dividend("2019-01-03", 50.0)];
    let report = place.commit(&delivered, "2019-01-01..2019-01-31");
    assert_eq!((report.actions_added, report.quarantined.len()), (2, 0));
    // The last close of 2018 is 104; nothing of 2019 comes before its first session.
    let actions = vec![dividend("2019-01-01", 105.0)];
    let again = Incoming { actions, ..Incoming::default() };
    let report = place.commit(&again, "2019-01-01..2019-01-31");
    assert_eq!((report.actions_added, report.quarantined.len()), (0, 1));
}

#[test]
fn damage_names_file_and_digests() {
    let place = place();
    place.commit(&incoming("2019-01-02..2019-01-31"), "2019-01-02..2019-01-31");
    let path = place.folder().join("2019.parquet");
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    let error = place.lake.series(&key("SPY")).unwrap_err();
    let text = error.to_string();
    assert!(text.contains("2019.parquet is damaged: expected SHA-256 "), "{text}");
    assert!(text.contains("found SHA-256 "), "{text}");
    assert_eq!(error.exit_code(), 3);
    fs::remove_file(&path).unwrap();
    let text = place.lake.series(&key("SPY")).unwrap_err().to_string();
    assert!(text.ends_with("found no file"), "{text}");
    fs::write(place.folder().join("manifest.json"), "{").unwrap();
    let text = place.lake.series(&key("SPY")).unwrap_err().to_string();
    assert!(text.contains("manifest.json is damaged: expected a manifest"), "{text}");
}

/// Names and contents.
type Files<'a> = &'a [(&'a str, &'a [u8])];

/// The states that a writer killed at any point leaves, made by hand from the states before and
/// after one commit.
#[test]
fn a_killed_writer_leaves_the_old_state_or_the_new() {
    let january = "2019-01-02..2019-01-31";
    let old = place();
    old.commit(&incoming(january), january);
    let new = place();
    new.commit(&incoming(january), january);
    new.commit(&incoming("2019-02-01..2019-02-28"), "2019-02-01..2019-02-28");
    let file = |place: &Place, name: &str| fs::read(place.folder().join(name)).unwrap();
    let half = file(&new, "2019.parquet")[..100].to_vec();
    let whole = file(&new, "2019.parquet");
    let manifest = file(&new, "manifest.json");
    let staged = "2019.parquet.staged";
    let killed: [(Files<'_>, usize); 4] = [
        (&[(".2019.parquet.staged.1.tmp", &half)], 21),
        (&[(staged, &whole)], 21),
        (&[(staged, &whole), (".manifest.json.1.tmp", &half)], 21),
        (&[(staged, &whole), ("manifest.json", &manifest)], 40),
    ];
    for (files, rows) in killed {
        let place = place();
        place.commit(&incoming(january), january);
        for (name, bytes) in files {
            fs::write(place.folder().join(name), bytes).unwrap();
        }
        assert_eq!(place.lake.series(&key("SPY")).unwrap().bars.len(), rows);
        let report = place.commit(&incoming("2019-02-01..2019-02-28"), "2019-02-01..2019-02-28");
        assert_eq!(report.rows_added, 40 - rows);
        assert_eq!(file(&place, "2019.parquet"), whole);
        assert_eq!(snapshot(&place.folder()).len(), 2, "nothing is left over");
    }
}

#[test]
fn a_source_has_one_writer() {
    let place = place();
    let _writer = place.lake.writer("test").unwrap();
    let error = place.lake.writer("test").unwrap_err();
    assert!(matches!(error, LakeError::Locked(LockError::Held { .. })), "{error}");
    assert_eq!(error.exit_code(), 4);
    place.lake.writer("other").unwrap();
}

#[test]
fn an_unknown_series_is_missing_and_a_moved_one_does_not_match() {
    let place = place();
    let error = place.lake.series(&key("SPY")).unwrap_err();
    assert!(error.to_string().starts_with("no bars of `SPY` 1d from test"), "{error}");
    assert_eq!((error.exit_code(), error.hint().is_some()), (3, true));
    place.commit(&incoming("2019-01-02..2019-01-31"), "2019-01-02..2019-01-31");
    fs::create_dir_all(place.lake.folder(&key("QQQ")).parent().unwrap()).unwrap();
    fs::rename(place.folder(), place.lake.folder(&key("QQQ"))).unwrap();
    let text = place.lake.series(&key("QQQ")).unwrap_err().to_string();
    assert!(text.starts_with("the series must be test/QQQ/1d, was test/SPY/1d"), "{text}");
}

#[test]
fn a_panel_aligns_symbols_and_says_what_is_missing() {
    let place = place();
    let january = "2019-01-02..2019-01-31";
    let mut delivered = incoming(january);
    delivered.actions = vec![dividend("2019-01-15", 2.0)];
    place.commit(&delivered, january);
    let late = incoming("2019-01-10..2019-01-31");
    place.lake.commit(&key("QQQ"), &late, range(january), &calendar()).unwrap();
    assert_eq!(place.lake.list(), [key("QQQ"), key("SPY")]);
    let mut request = PanelRequest {
        source: "test".to_owned(),
        symbols: vec!["SPY".parse().unwrap(), "QQQ".parse().unwrap()],
        timeframe: Timeframe::Day,
        adjust: Adjust::Total,
        range: range(january),
    };
    let panel = build_panel(&place.lake, &request, &calendar()).unwrap();
    assert_eq!(panel.rows.len(), 21);
    assert!(panel.rows[0].bars[0].is_some() && panel.rows[0].bars[1].is_none());
    assert_eq!(panel.rows[0].time.to_string(), "2019-01-02T21:00:00Z");
    let (raw, adjusted) = (delivered.bars[10].close, panel.rows[10].bars[0].unwrap().close);
    assert!(adjusted > raw, "the chain counts the dividend: {raw} {adjusted}");
    request.range = range("2019-01-20..2019-02-28");
    let later = build_panel(&place.lake, &request, &calendar()).unwrap();
    let (first, raw) = (later.rows[0].bars[0].unwrap(), delivered.bars[13]);
    assert_eq!(first, raw, "the chain begins at 1 with the first bar that is read");
    let shortfall = panel_shortfall(&place.lake, &request, &calendar()).unwrap();
    assert_eq!(shortfall[0].missing, [range("2019-02-01..2019-02-28")]);
    request.range = range("2020-01-01..2020-12-31");
    let text = build_panel(&place.lake, &request, &calendar()).unwrap_err().to_string();
    let expected = "no bars of `SPY` 1d in 2020-01-01..2020-12-31: \
                    the lake has 2019-01-02..2019-01-31 from test";
    assert_eq!(text, expected);
}

#[test]
fn pins_tell_which_series_differs() {
    let place = place();
    place.commit(&incoming("2019-01-02..2019-01-31"), "2019-01-02..2019-01-31");
    let keys = [key("SPY")];
    let pins = Pins::of(&place.lake, &keys).unwrap();
    let before = fingerprint(&place.lake, &keys).unwrap();
    let path = place.lake.root().join(PINS_FILE);
    assert_eq!(Pins::read(&path).unwrap(), None);
    pins.write(&path).unwrap();
    assert_eq!(Pins::read(&path).unwrap(), Some(pins.clone()));
    assert!(pins.differences(&pins).is_empty());
    place.commit(&incoming("2019-02-01..2019-02-28"), "2019-02-01..2019-02-28");
    assert_ne!(fingerprint(&place.lake, &keys).unwrap(), before);
    let now = Pins::of(&place.lake, &keys).unwrap();
    let lines = pins.differences(&now);
    assert_eq!(lines.len(), 1);
    assert!(lines[0].starts_with("test/SPY/1d is pinned as "), "{lines:?}");
    assert!(lines[0].contains("(21 rows, 2019-01-02..2019-01-31), the lake has "), "{lines:?}");
    fs::write(&path, "[]").unwrap();
    assert!(Pins::read(&path).unwrap_err().to_string().contains("must be a list of pinned"));
}
