//! Single cases of odd series.

use super::super::*;
use crate::base::{Timestamp, parse_date};
use crate::domain::{Bar, Calendar, CalendarName, CorporateAction, CorporateActionKind};

fn flat(date: &str, close: f64) -> Bar {
    let calendar = Calendar::new(CalendarName::Xnys);
    let noon = Timestamp::from_civil(parse_date(date).unwrap(), 12 * 3600, calendar.zone());
    let (open, high, low, volume) = (close, close, close, 1.0);
    Bar { open_time: noon, available_at: noon, open, high, low, close, volume }
}

fn suspects(bars: &[Bar], actions: &[CorporateAction]) -> Vec<SuspectKind> {
    let zone = Calendar::new(CalendarName::Xnys).zone().clone();
    find_suspects(bars, actions, &zone).iter().map(|suspect| suspect.kind).collect()
}

#[test]
fn a_jump_is_odd_unless_a_split_explains_it() {
    let bars = [flat("2019-01-02", 700.0), flat("2019-01-03", 100.0)];
    let split = CorporateAction {
        ex_date: parse_date("2019-01-03").unwrap(),
        kind: CorporateActionKind::Split { ratio: 7.0 },
    };
    assert_eq!(suspects(&bars, &[]), [SuspectKind::MissingSplit]);
    assert_eq!(suspects(&bars, &[split]), []);
    let odd = [flat("2019-01-02", 700.0), flat("2019-01-03", 382.0)];
    assert_eq!(suspects(&odd, &[]), [SuspectKind::Jump]);
    let pence = [flat("2019-01-02", 1.5), flat("2019-01-03", 151.0)];
    assert_eq!(suspects(&pence, &[]), [SuspectKind::WrongScale]);
    let calm = [flat("2019-01-02", 100.0), flat("2019-01-03", 160.0)];
    assert_eq!(suspects(&calm, &[]), []);
}

#[test]
fn five_equal_bars_are_stale() {
    let dates = ["2019-01-02", "2019-01-03", "2019-01-04", "2019-01-07", "2019-01-08"];
    let bars = dates.map(|date| flat(date, 10.0));
    assert_eq!(suspects(&bars[..4], &[]), []);
    assert_eq!(suspects(&bars, &[]), [SuspectKind::Stale]);
}

#[test]
fn a_code_is_written_as_it_is_shown() {
    for kind in [SuspectKind::WrongScale, SuspectKind::DividendWithoutDrop] {
        assert_eq!(serde_json::to_value(kind).unwrap(), kind.to_string());
    }
}
