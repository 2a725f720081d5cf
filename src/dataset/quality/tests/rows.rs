//! Checks of single rows and actions.

use super::super::rows::Inspected;
use super::super::*;
use crate::base::{Timestamp, parse_date};
use crate::domain::{Bar, Calendar, CalendarName, CorporateAction, CorporateActionKind, Timeframe};

const GOOD: [f64; 5] = [10.0, 11.0, 9.0, 10.5, 100.0];

fn bar(date: &str, [open, high, low, close, volume]: [f64; 5]) -> Bar {
    let calendar = Calendar::new(CalendarName::Xnys);
    let noon = Timestamp::from_civil(parse_date(date).unwrap(), 12 * 3600, calendar.zone());
    Bar { open_time: noon, available_at: noon, open, high, low, close, volume }
}

fn inspect(bars: &[Bar]) -> Inspected {
    inspect_rows(bars, Timeframe::Day, &Calendar::new(CalendarName::Xnys)).unwrap()
}

fn check(values: [f64; 5], expected: &[Defect]) {
    let inspected = inspect(&[bar("2019-01-02", values)]);
    let found: Vec<_> = inspected.quarantined.iter().flat_map(|row| row.reasons.clone()).collect();
    assert_eq!(found, expected, "{values:?}");
    assert_eq!(inspected.clean.len(), usize::from(expected.is_empty()), "{values:?}");
}

#[test]
fn each_defect_has_its_name() {
    check(GOOD, &[]);
    check([f64::NAN, 11.0, 9.0, 10.5, 100.0], &[Defect::NotFinite]);
    check([10.0, 11.0, 9.0, 10.5, f64::INFINITY], &[Defect::NotFinite]);
    check([0.0, 11.0, 0.0, 10.5, 1.0], &[Defect::NotPositive]);
    check([-1.0, 11.0, -2.0, 10.5, 1.0], &[Defect::NotPositive]);
    check(
        [10.0, 9.0, 11.0, 10.0, 1.0],
        &[Defect::HighBelowLow, Defect::OpenOutsideRange, Defect::CloseOutsideRange],
    );
    check([12.0, 11.0, 9.0, 10.5, 1.0], &[Defect::OpenOutsideRange]);
    check([10.0, 11.0, 9.0, 8.9, 1.0], &[Defect::CloseOutsideRange]);
    check([10.0, 11.0, 9.0, 10.5, -1.0], &[Defect::NegativeVolume]);
}

#[test]
fn single_precision_noise_is_no_defect() {
    let high = 116.690_002_441_406_25;
    check([high * (1.0 + 5e-7), high, 110.0, high * (1.0 + 9e-7), 1.0], &[]);
    check([high * (1.0 + 5e-6), high, 110.0, 115.0, 1.0], &[Defect::OpenOutsideRange]);
}

#[test]
fn a_weekend_and_a_holiday_are_no_sessions() {
    for date in ["2019-01-05", "2019-12-25"] {
        let inspected = inspect(&[bar(date, GOOD)]);
        assert_eq!(inspected.quarantined[0].reasons, [Defect::NotASession], "{date}");
    }
}

#[test]
fn disorder_is_sorted_and_counted() {
    let dates = ["2019-01-04", "2019-01-02", "2019-01-03", "2019-01-07"];
    let inspected = inspect(&dates.map(|date| bar(date, GOOD)));
    assert_eq!(inspected.out_of_order, 2);
    assert!(inspected.clean.is_sorted_by_key(|bar| bar.open_time));
    assert_eq!(inspected.clean.len(), 4);
}

#[test]
fn equal_duplicates_leave_one_and_conflicting_ones_none() {
    let other = [10.0, 11.0, 9.0, 10.6, 100.0];
    let inspected = inspect(&[
        bar("2019-01-02", GOOD),
        bar("2019-01-02", GOOD),
        bar("2019-01-03", GOOD),
        bar("2019-01-03", other),
    ]);
    assert_eq!(inspected.clean, [bar("2019-01-02", GOOD)]);
    let reasons: Vec<_> = inspected.quarantined.iter().flat_map(|row| &row.reasons).collect();
    let conflict = &Defect::ConflictingDuplicate;
    assert_eq!(reasons, [&Defect::Duplicate, conflict, conflict]);
}

#[test]
fn impossible_actions_stay_out() {
    let date = parse_date("2019-01-03").unwrap();
    let bars = [(parse_date("2019-01-02").unwrap(), bar("2019-01-02", GOOD))];
    let action = |kind| CorporateAction { ex_date: date, kind };
    let actions = [
        action(CorporateActionKind::Dividend { amount: 10.4 }),
        action(CorporateActionKind::Dividend { amount: 10.5 }),
        action(CorporateActionKind::Dividend { amount: -1.0 }),
        action(CorporateActionKind::Split { ratio: 0.1 }),
        action(CorporateActionKind::Split { ratio: 0.0 }),
        action(CorporateActionKind::Split { ratio: f64::NAN }),
    ];
    let (clean, quarantined) = inspect_actions(&actions, &bars);
    assert_eq!(clean, [actions[0], actions[3]]);
    assert_eq!(quarantined.len(), 4);
    assert_eq!(quarantined[0].row, "dividend 10.5");
}
