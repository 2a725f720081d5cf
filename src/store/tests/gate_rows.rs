//! Verdicts of the gate.

use super::places::Place;
use crate::base::{DateRange, digest_bytes, parse_date};
use crate::store::database::values;
use crate::store::{GateVerdict, Store};

fn verdict(last: &str, passed: bool) -> GateVerdict {
    let day = |text| parse_date(text).unwrap();
    GateVerdict {
        bundle: digest_bytes(b"bundle"),
        range: DateRange::try_new(day("2019-01-01"), day(last)).unwrap(),
        agent: "turtle".to_owned(),
        passed,
        checks: r#"[{"name":"sharpe_min"}]"#.to_owned(),
        data: digest_bytes(b"data"),
    }
}

fn kept(store: &Store) -> Vec<(GateVerdict, bool)> {
    let rows = store.gates(digest_bytes(b"bundle")).unwrap();
    rows.into_iter().map(|row| (row.verdict, row.is_sealed)).collect()
}

#[test]
fn a_later_verdict_on_the_same_days_counts() {
    for place in Place::all() {
        let store = place.open();
        store.put_gate(&verdict("2019-06-30", false)).unwrap();
        store.put_gate(&verdict("2019-12-31", true)).unwrap();
        store.put_gate(&verdict("2019-06-30", true)).unwrap();
        let mut rows = kept(&store);
        rows.sort_by_key(|(row, _)| row.range.end());
        let expected = [(verdict("2019-06-30", true), true), (verdict("2019-12-31", true), true)];
        assert_eq!(rows, expected);
        assert_eq!(store.gates(digest_bytes(b"other")).unwrap(), []);
    }
}

#[test]
fn a_row_that_somebody_changed_shows_it() {
    for place in Place::all() {
        let store = place.open();
        store.put_gate(&verdict("2019-12-31", false)).unwrap();
        let forge = "UPDATE gates SET passed = $1";
        store.write(async |link| link.run("forge", forge, values![1_u64]).await).unwrap();
        assert_eq!(kept(&store), [(verdict("2019-12-31", true), false)]);
    }
}
