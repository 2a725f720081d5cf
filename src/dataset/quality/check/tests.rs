//! Checks of a lake, and two sources side by side.

use std::fs;

use super::*;
use crate::base::{DateRange, Timestamp, parse_date};
use crate::dataset::quality::tests::market::{calendar, made_up, sessions, split};
use crate::dataset::{Incoming, Lake, SeriesKey, StoredSeries};
use crate::domain::{Bar, CorporateAction, CorporateActionKind, Timeframe};

const YEARS: &str = "2010-01-04..2012-12-31";

fn key(source: &str) -> SeriesKey {
    SeriesKey {
        source: source.to_owned(),
        symbol: "SPY".parse().unwrap(),
        timeframe: Timeframe::Day,
    }
}

fn bars() -> Vec<Bar> {
    let range: DateRange = YEARS.parse().unwrap();
    let mut sessions = sessions();
    sessions.retain(|session| range.contains(session.date));
    made_up(&sessions, 3)
}

fn commit(
    lake: &Lake,
    source: &str,
    bars: Vec<Bar>,
    actions: Vec<CorporateAction>,
) -> StoredSeries {
    let incoming = Incoming { bars, actions, notes: Vec::new() };
    lake.commit(&key(source), &incoming, YEARS.parse().unwrap(), &calendar()).unwrap();
    lake.series(&key(source)).unwrap()
}

fn codes(findings: &[Finding]) -> Vec<String> {
    findings.iter().map(|finding| finding.code.to_string()).collect()
}

fn dividend(date: &str, amount: f64) -> CorporateAction {
    let kind = CorporateActionKind::Dividend { amount };
    CorporateAction { ex_date: parse_date(date).unwrap(), kind }
}

#[test]
fn a_sound_series_has_no_findings_and_damage_is_one() {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::new(folder.path());
    commit(&lake, "a", bars(), Vec::new());
    assert_eq!(check_series(&lake, &key("a")).unwrap().findings, []);
    let path = lake.folder(&key("a")).join("2011.parquet");
    let mut bytes = fs::read(&path).unwrap();
    bytes[100] ^= 1;
    fs::write(&path, bytes).unwrap();
    let check = check_series(&lake, &key("a")).unwrap();
    assert_eq!(codes(&check.findings), ["damaged"]);
    assert!(check.findings[0].text.contains("expected SHA-256"), "{:?}", check.findings);
    assert!(check_series(&lake, &key("none")).is_err());
}

#[test]
fn what_the_manifest_has_on_record_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::new(folder.path());
    let mut bars = bars();
    bars.drain(100..103);
    bars[200].high = 0.5;
    bars[300].low /= 100.0;
    commit(&lake, "a", bars.clone(), Vec::new());
    bars[400].close = bars[400].high;
    commit(&lake, "a", bars.clone(), Vec::new());
    let findings = check_series(&lake, &key("a")).unwrap().findings;
    assert_eq!(codes(&findings), ["gap", "gap", "quarantined", "wild_range", "changed"]);
    assert!(findings[0].text.ends_with("expected 3 sessions"), "{findings:?}");
    let gap = &findings[0];
    assert!(gap.time.unwrap() > bars[99].open_time && gap.until.unwrap() < bars[100].open_time);
    let json = serde_json::to_value(&findings[3]).unwrap();
    assert_eq!(json["code"], "wild_range");
    assert!(json["time"].as_str().unwrap().ends_with('Z'));
}

#[test]
fn a_manifest_of_other_checks_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::new(folder.path());
    commit(&lake, "a", bars(), Vec::new());
    let path = lake.folder(&key("a")).join("manifest.json");
    let text = fs::read_to_string(&path).unwrap();
    let suspect =
        r#""suspects": [{"time": "2010-02-01T14:30:00Z", "kind": "stale", "detail": ""}]"#;
    fs::write(&path, text.replace(r#""suspects": []"#, suspect)).unwrap();
    assert_eq!(codes(&check_series(&lake, &key("a")).unwrap().findings), ["stale_manifest"]);
}

/// Small differences pass, large ones are listed with both prices.
#[test]
fn two_sources_are_compared_after_adjustment() {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::new(folder.path());
    let actions = vec![split(bars()[300].open_time.date_utc(), 2.0), dividend("2011-09-15", 0.5)];
    let mut raw = bars();
    for bar in &mut raw[300..] {
        for price in [&mut bar.open, &mut bar.high, &mut bar.low, &mut bar.close] {
            *price /= 2.0;
        }
        bar.volume *= 2.0;
    }
    let here = commit(&lake, "a", raw.clone(), actions.clone());
    let mut other = raw.clone();
    for (index, bar) in other.iter_mut().enumerate() {
        bar.close *= 1.0 + 0.001 * ((index % 3) as f64 - 1.0);
        bar.high = bar.high.max(bar.close);
        bar.low = bar.low.min(bar.close) * 0.999;
        bar.volume *= 0.9;
    }
    let clean = commit(&lake, "b", other.clone(), actions.clone());
    assert_eq!(compare_series(&here, &clean, "b"), []);
    other[50].low *= 0.96;
    other[500].high *= 1.03;
    other.remove(600);
    let there = commit(&lake, "c", other, actions);
    let findings = compare_series(&here, &there, "c");
    assert_eq!(codes(&findings), ["price_disagrees", "price_disagrees", "only_one_source"]);
    assert_eq!(findings[1].time, Some(raw[500].open_time));
    assert!(findings[1].text.contains("against c: high "), "{findings:?}");
    let reversed = compare_series(&there, &here, "a");
    assert_eq!(codes(&reversed), codes(&findings));
}

#[test]
fn an_action_that_one_source_lacks_is_a_step() {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::new(folder.path());
    let raw = bars();
    let amount = 0.004 * raw[400].close;
    let date = raw[400].open_time.date_utc().to_string();
    let here = commit(&lake, "a", raw.clone(), vec![dividend(&date, amount)]);
    let there = commit(&lake, "b", raw.clone(), Vec::new());
    let findings = compare_series(&here, &there, "b");
    assert_eq!(codes(&findings), ["ratio_steps"], "{findings:?}");
    assert_eq!(findings[0].time, Some(raw[400].open_time), "{findings:?}");
    assert!(
        findings[0].text.contains(&format!("dividend {amount} on {date} here, no action there"))
    );
    // Adjusted prices that pass for raw: the split is applied to them once more.
    let twice = split(raw[400].open_time.date_utc(), 4.0);
    let adjusted = commit(&lake, "c", raw, vec![twice]);
    let findings = compare_series(&adjusted, &there, "b");
    assert_eq!(codes(&findings), ["ratio_steps"], "{findings:?}");
    assert!(findings[0].text.contains("+300.00 %"), "{findings:?}");
}

#[test]
fn another_level_and_another_unit_are_told_once() {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::new(folder.path());
    let here = commit(&lake, "a", bars(), Vec::new());
    let mut other = bars();
    for bar in &mut other {
        for price in [&mut bar.open, &mut bar.high, &mut bar.low, &mut bar.close] {
            *price /= 28.0;
        }
        bar.volume /= 100.0;
    }
    let there = commit(&lake, "b", other, Vec::new());
    let findings = compare_series(&here, &there, "b");
    assert_eq!(codes(&findings), ["other_level", "other_volume"], "{findings:?}");
    assert!(findings[0].text.contains("28 times"), "{findings:?}");
    let mut elsewhere = bars();
    elsewhere.iter_mut().for_each(|bar| {
        bar.open_time = Timestamp::from_nanos(bar.open_time.nanos() + 7 * 86_400_000_000_000 * 520);
    });
    let far = StoredSeries { bars: elsewhere, ..there };
    assert_eq!(codes(&compare_series(&here, &far, "b")), ["not_comparable"]);
}
