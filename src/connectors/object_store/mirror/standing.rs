//! Which of two states of a series holds the other.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

use crate::base::{DateRange, Digest};
use crate::dataset::StoredSeries;
use crate::dataset::ticks::TickTable;

/// How the lake stands to the mirror.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Both hold the same.
    Same,
    /// The lake holds all that the mirror holds, and more.
    Ahead,
    /// The mirror holds all that the lake holds, and more.
    Behind,
    /// Each holds something that the other lacks, or holds with other values.
    Apart,
}

impl Standing {
    /// The standing of the whole from the standings of two parts.
    pub(super) fn and(self, other: Self) -> Self {
        match (self, other) {
            (same, Self::Same) => same,
            (Self::Same, other) => other,
            (one, other) if one == other => one,
            _ => Self::Apart,
        }
    }

    fn of(lake_holds: bool, mirror_holds: bool) -> Self {
        match (lake_holds, mirror_holds) {
            (true, true) => Self::Same,
            (true, false) => Self::Ahead,
            (false, true) => Self::Behind,
            (false, false) => Self::Apart,
        }
    }
}

/// By files alone: equal digests are equal files, more files are more content.
pub(super) fn of_files(
    lake: &BTreeMap<String, Digest>,
    mirror: &BTreeMap<String, Digest>,
) -> Standing {
    let holds = |all: &BTreeMap<String, Digest>, part: &BTreeMap<String, Digest>| {
        part.iter().all(|(name, digest)| all.get(name) == Some(digest))
    };
    Standing::of(holds(lake, mirror), holds(mirror, lake))
}

/// By rows: a bar is the same if every value is, an action likewise. Gives a difference as well.
pub(super) fn of_rows(lake: &StoredSeries, mirror: &StoredSeries) -> (Standing, String) {
    let rows = |series: &StoredSeries| -> BTreeSet<String> {
        let bars = series.bars.iter().map(|bar| format!("bar of {} {bar:?}", bar.open_time));
        let actions = series.actions.iter().map(|action| format!("action {action:?}"));
        bars.chain(actions).collect()
    };
    let (lake, mirror) = (rows(lake), rows(mirror));
    let standing = of_sets(&lake, &mirror);
    let show = |row: Option<&String>| row.map_or("nothing", |row| head(row)).to_owned();
    let reason = format!(
        "the lake alone has {} rows, first the {}; the mirror alone has {}, first the {}",
        lake.difference(&mirror).count(),
        show(lake.difference(&mirror).next()),
        mirror.difference(&lake).count(),
        show(mirror.difference(&lake).next()),
    );
    (standing, reason)
}

/// By ticks of one day: they have no identity, so one side must be a stretch of the other.
pub(super) fn of_ticks(lake: &TickTable, mirror: &TickTable) -> Standing {
    let rows = |ticks: &TickTable| -> Vec<[u64; 6]> {
        (0..ticks.len()).map(|row| bits(ticks, row)).collect()
    };
    let (lake, mirror) = (rows(lake), rows(mirror));
    let holds = |whole: &[[u64; 6]], part: &[[u64; 6]]| {
        part.is_empty() || whole.windows(part.len()).any(|stretch| stretch == part)
    };
    Standing::of(holds(&lake, &mirror), holds(&mirror, &lake))
}

/// A tick to the bit, because a missing price is not equal to itself.
fn bits(ticks: &TickTable, row: usize) -> [u64; 6] {
    [
        ticks.time[row].cast_unsigned(),
        ticks.bid[row].to_bits(),
        ticks.ask[row].to_bits(),
        ticks.last[row].to_bits(),
        ticks.volume[row].to_bits(),
        u64::from(ticks.flags[row]),
    ]
}

fn head(row: &str) -> &str {
    row.split(" Bar").next().unwrap_or(row)
}

/// By what a manifest says besides its files: days answered for, rows left out, rows told anew.
pub(super) fn of_notes(lake: &Value, mirror: &Value) -> (Standing, &'static str) {
    let covered = of_days(&days(lake), &days(mirror));
    let mut parts = vec![("covered", covered)];
    for field in ["quarantined", "changed"] {
        parts.push((field, of_sets(&texts(&lake[field]), &texts(&mirror[field]))));
    }
    // A fetch that has not ended still owes gaps and suspects.
    let settled = |manifest: &Value| manifest["pending"].is_null();
    if settled(lake) != settled(mirror) {
        parts.push(("pending", Standing::of(settled(lake), settled(mirror))));
    }
    if lake["calendar"] != mirror["calendar"] {
        parts.push(("calendar", Standing::Apart));
    }
    let mut whole = (Standing::Same, "");
    for (field, standing) in parts {
        whole = (whole.0.and(standing), if whole.0 == Standing::Apart { whole.1 } else { field });
    }
    whole
}

fn of_sets(lake: &BTreeSet<String>, mirror: &BTreeSet<String>) -> Standing {
    Standing::of(lake.is_superset(mirror), mirror.is_superset(lake))
}

fn of_days(lake: &[DateRange], mirror: &[DateRange]) -> Standing {
    let holds = |all: &[DateRange], part: &[DateRange]| {
        part.iter().all(|range| {
            all.iter().any(|whole| whole.start() <= range.start() && range.end() <= whole.end())
        })
    };
    Standing::of(holds(lake, mirror), holds(mirror, lake))
}

fn days(manifest: &Value) -> Vec<DateRange> {
    serde_json::from_value(manifest["covered"].clone()).unwrap_or_default()
}

fn texts(list: &Value) -> BTreeSet<String> {
    list.as_array().into_iter().flatten().map(ToString::to_string).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::digest_bytes;

    #[test]
    fn parts_make_a_whole() {
        use Standing::{Ahead, Apart, Behind, Same};
        for (one, other, whole) in [
            (Same, Same, Same),
            (Same, Ahead, Ahead),
            (Behind, Same, Behind),
            (Ahead, Ahead, Ahead),
            (Ahead, Behind, Apart),
            (Apart, Same, Apart),
        ] {
            assert_eq!(one.and(other), whole, "{one:?} {other:?}");
        }
    }

    #[test]
    fn more_files_are_ahead_and_other_bytes_are_apart() {
        let files = |list: &[(&str, &str)]| -> BTreeMap<String, Digest> {
            list.iter().map(|(k, v)| ((*k).to_owned(), digest_bytes(v.as_bytes()))).collect()
        };
        let one = files(&[("2015", "a")]);
        let two = files(&[("2015", "a"), ("2016", "b")]);
        let other = files(&[("2015", "x")]);
        assert_eq!(of_files(&two, &one), Standing::Ahead);
        assert_eq!(of_files(&one, &two), Standing::Behind);
        assert_eq!(of_files(&one, &one), Standing::Same);
        assert_eq!(of_files(&one, &other), Standing::Apart);
    }

    #[test]
    fn a_longer_day_of_ticks_is_ahead() {
        let ticks = |times: &[i64]| TickTable {
            time: times.to_vec(),
            bid: vec![f64::NAN; times.len()],
            ask: vec![1.0; times.len()],
            last: vec![f64::NAN; times.len()],
            volume: vec![0.0; times.len()],
            flags: vec![0; times.len()],
        };
        let check = |lake: &[i64], mirror: &[i64], expected: Standing| {
            assert_eq!(of_ticks(&ticks(lake), &ticks(mirror)), expected);
        };
        check(&[1, 2, 3], &[2, 3], Standing::Ahead);
        check(&[2, 2], &[1, 2, 2], Standing::Behind);
        check(&[1, 2], &[1, 2], Standing::Same);
        check(&[1, 2], &[2, 3], Standing::Apart);
        check(&[1, 3], &[1, 2, 3], Standing::Apart);
    }

    #[test]
    fn notes_are_part_of_the_content() {
        let notes = |covered: &[&str], left_out: &[&str]| serde_json::json!({"covered": covered, "quarantined": left_out, "calendar": "XNYS"});
        let check = |lake: Value, mirror: Value, expected: (Standing, &str)| {
            assert_eq!(of_notes(&lake, &mirror), expected);
        };
        let all = || notes(&["2015-01-01..2016-12-31"], &["a"]);
        assert_eq!(of_notes(&all(), &all()).0, Standing::Same);
        assert_eq!(of_notes(&all(), &notes(&["2015-01-01..2015-06-30"], &[])).0, Standing::Ahead);
        let other = notes(&["2015-01-01..2016-12-31"], &["b"]);
        check(all(), other, (Standing::Apart, "quarantined"));
        let mut unsettled = all();
        unsettled["pending"] = "2015-01-01..2015-12-31".into();
        check(all(), unsettled, (Standing::Ahead, "pending"));
        let mut foreign = all();
        foreign["calendar"] = "24x7".into();
        check(all(), foreign, (Standing::Apart, "calendar"));
    }
}
