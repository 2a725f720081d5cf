//! Joining delivered rows and actions with the stored ones.

use super::{Changed, CommitReport, LakeError};
use crate::base::{Date, Timestamp};
use crate::dataset::quality::{action_text, inspect_actions, inspect_rows, row_text};
use crate::domain::{Bar, Calendar, CorporateAction, CorporateActionKind, Timeframe};

/// Two dividends or ratios this close (as a fraction) are the same event: vendors round.
const SAME_AMOUNT: f64 = 1e-3;

/// Adds the good new rows; the report tells of the others.
pub(super) fn merge_rows(
    stored: &mut Vec<Bar>,
    delivered: &[Bar],
    timeframe: Timeframe,
    calendar: &Calendar,
) -> Result<CommitReport, LakeError> {
    let inspected = inspect_rows(delivered, timeframe, calendar)?;
    let mut report = CommitReport {
        quarantined: inspected.quarantined,
        out_of_order: inspected.out_of_order,
        ..CommitReport::default()
    };
    let mut added = Vec::new();
    for bar in inspected.clean {
        match stored.binary_search_by_key(&bar.open_time, |known| known.open_time) {
            Err(_) => added.push(bar),
            Ok(index) if stored[index] == bar => {}
            Ok(index) => report.changed.push(Changed {
                time: bar.open_time,
                stored: row_text(&stored[index]),
                found: row_text(&bar),
            }),
        }
    }
    report.rows_added = added.len();
    stored.extend(added);
    stored.sort_by_key(|bar| bar.open_time);
    Ok(report)
}

/// Adds the possible new actions; `bars` are the stored ones with their dates.
pub(super) fn merge_actions(
    stored: &mut Vec<CorporateAction>,
    delivered: &[CorporateAction],
    bars: &[(Date, Bar)],
    report: &mut CommitReport,
) {
    let (possible, quarantined) = inspect_actions(delivered, bars);
    report.quarantined.extend(quarantined);
    for action in one_a_day(possible) {
        match stored.iter().find(|known| is_same_event(known, &action)) {
            None => {
                stored.push(action);
                report.actions_added += 1;
            }
            Some(known) if is_same_amount(known, &action) => {}
            Some(known) => report.changed.push(Changed {
                time: Timestamp::midnight_utc(action.ex_date),
                stored: action_text(known),
                found: action_text(&action),
            }),
        }
    }
    stored.sort_by_key(order);
}

/// Joins the splits of a day and the dividends of a day; a repeated row counts once.
fn one_a_day(mut actions: Vec<CorporateAction>) -> Vec<CorporateAction> {
    actions.sort_by(|a, b| order(a).cmp(&order(b)).then(amount(a).total_cmp(&amount(b))));
    actions.dedup();
    let days = actions.chunk_by(is_same_event);
    days.filter_map(|day| day.iter().copied().reduce(join)).collect()
}

fn join(a: CorporateAction, b: CorporateAction) -> CorporateAction {
    let kind = match a.kind {
        CorporateActionKind::Split { ratio } => {
            CorporateActionKind::Split { ratio: ratio * amount(&b) }
        }
        CorporateActionKind::Dividend { amount: first } => {
            CorporateActionKind::Dividend { amount: first + amount(&b) }
        }
    };
    CorporateAction { kind, ..a }
}

fn order(action: &CorporateAction) -> (Date, bool) {
    (action.ex_date, matches!(action.kind, CorporateActionKind::Dividend { .. }))
}

fn amount(action: &CorporateAction) -> f64 {
    match action.kind {
        CorporateActionKind::Split { ratio } => ratio,
        CorporateActionKind::Dividend { amount } => amount,
    }
}

fn is_same_event(a: &CorporateAction, b: &CorporateAction) -> bool {
    order(a) == order(b)
}

fn is_same_amount(a: &CorporateAction, b: &CorporateAction) -> bool {
    (amount(a) - amount(b)).abs() <= SAME_AMOUNT * amount(a).abs()
}
