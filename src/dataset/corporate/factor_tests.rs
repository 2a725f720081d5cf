//! Adjustment against recorded factor files and adjusted closes.

use std::path::Path;

use jiff::tz::TimeZone;

use super::adjust_as_of;
use crate::base::{Date, Timestamp, parse_date, recorded};
use crate::config::Adjust;
use crate::domain::{Bar, CorporateAction, CorporateActionKind};

fn cells(path: &Path) -> Vec<(Date, Vec<f64>)> {
    let text = std::fs::read_to_string(path).unwrap();
    let is_row = |line: &&str| line.starts_with(|c: char| c.is_ascii_digit());
    let row = |line: &str| {
        let (date, rest) = line.split_once(',').unwrap();
        let digits: String = date.chars().filter(char::is_ascii_digit).take(8).collect();
        let date = format!("{}-{}-{}", &digits[..4], &digits[4..6], &digits[6..]);
        let values = rest.split(',').map(|cell| cell.parse().unwrap()).collect();
        (parse_date(&date).unwrap(), values)
    };
    text.lines().filter(is_row).map(row).collect()
}

fn bar(date: Date, close: f64) -> Bar {
    let open_time = Timestamp::midnight_utc(date);
    Bar {
        open_time,
        available_at: open_time,
        open: close,
        high: close,
        low: close,
        close,
        volume: 1.0,
    }
}

fn lean_bars(daily: &Path, name: &str) -> Vec<Bar> {
    let rows = cells(&daily.join(format!("lean/{name}_2010-2019.csv")));
    rows.iter().map(|(date, row)| bar(*date, row[3] / 1e4)).collect()
}

/// The events between the rows of a factor file; a row is dated on the last session before.
fn actions(factors: &[(Date, Vec<f64>)], bars: &[Bar]) -> Vec<CorporateAction> {
    let mut actions = Vec::new();
    for pair in factors.windows(2) {
        let (date, row) = &pair[0];
        let next = &pair[1].1;
        let after = bars.partition_point(|bar| bar.open_time.date_utc() <= *date);
        let Some(bar) = bars.get(after) else { continue };
        let ex_date = bar.open_time.date_utc();
        let amount = row[2] * (1.0 - row[0] / next[0]);
        let ratio = next[1] / row[1];
        if amount > 1e-4 {
            actions
                .push(CorporateAction { ex_date, kind: CorporateActionKind::Dividend { amount } });
        }
        if (ratio - 1.0).abs() > 1e-3 {
            actions.push(CorporateAction { ex_date, kind: CorporateActionKind::Split { ratio } });
        }
    }
    actions
}

#[test]
fn lean_factor_files_are_reproduced() {
    let Some(daily) = recorded("daily") else { return };
    for name in ["spy", "iwm", "qqq", "aapl"] {
        let bars = lean_bars(&daily, name);
        let factors = cells(&daily.join(format!("lean/factor_files/{name}_2010-2019.csv")));
        let actions = actions(&factors, &bars);
        let (last, end) = (&factors[factors.len() - 1], factors.len() - 1);
        assert!(actions.len() >= 25, "{name}: {} events", actions.len());
        let adjusted = adjust_as_of(&bars, &actions, Adjust::Total, last.0, &TimeZone::UTC);
        for (raw, bar) in bars.iter().zip(&adjusted) {
            let row = factors.partition_point(|(date, _)| *date < raw.open_time.date_utc());
            let row = &factors[row.min(end)].1;
            let expected = raw.close * row[0] * row[1] / (last.1[0] * last.1[1]);
            let error = bar.close / expected - 1.0;
            // The file rounds its factors to seven digits, and its reference close is another
            // vendor's.
            assert!(error.abs() < 2e-4, "{name} {}: {} {expected}", raw.open_time, bar.close);
        }
    }
}

#[test]
fn yahoos_adjusted_close_is_reproduced_from_another_vendors_dividends() {
    let Some(daily) = recorded("daily") else { return };
    for (name, other, spread_max) in [("SPY", "spy", 1e-3), ("IWM", "iwm", 1e-3)] {
        let rows = cells(&daily.join(format!("yahoo/{name}_2010-2019.csv")));
        let bars: Vec<Bar> = rows.iter().map(|(date, row)| bar(*date, row[3])).collect();
        let factors = cells(&daily.join(format!("lean/factor_files/{other}_2010-2019.csv")));
        let actions = actions(&factors, &lean_bars(&daily, other));
        // The file ends with the close before the last event, whose size it does not tell.
        let as_of = factors[factors.len() - 1].0;
        let adjusted = adjust_as_of(&bars, &actions, Adjust::Total, as_of, &TimeZone::UTC);
        let ratios = rows.iter().zip(&adjusted).map(|((_, row), bar)| bar.close / row[4]);
        let (least, greatest) =
            ratios.fold((f64::MAX, f64::MIN), |(l, g), r: f64| (l.min(r), g.max(r)));
        println!("{name} {least} {greatest}");
        assert!(greatest / least - 1.0 < spread_max, "{name}: {least}..{greatest}");
    }
}

/// The printed bar is never touched; what a reader of one day saw can be had on any later day.
#[test]
fn a_view_of_the_past_stays_the_same_when_more_is_known() {
    let Some(daily) = recorded("daily") else { return };
    let bars = lean_bars(&daily, "aapl");
    let factors = cells(&daily.join("lean/factor_files/aapl_2010-2019.csv"));
    let all = actions(&factors, &bars);
    let before = bars.clone();
    for day in ["2012-12-31", "2014-06-06", "2014-06-09", "2018-06-29"] {
        let day = parse_date(day).unwrap();
        let then: Vec<CorporateAction> =
            all.iter().filter(|action| action.ex_date <= day).copied().collect();
        let known: Vec<Bar> =
            bars.iter().filter(|bar| bar.open_time.date_utc() <= day).copied().collect();
        let seen_then = adjust_as_of(&known, &then, Adjust::Total, day, &TimeZone::UTC);
        let seen_now = adjust_as_of(&bars, &all, Adjust::Total, day, &TimeZone::UTC);
        assert_eq!(seen_then, seen_now, "{day}");
        assert_eq!(seen_now.last(), known.last(), "{day} itself is raw");
    }
    assert_eq!(bars, before);
}
