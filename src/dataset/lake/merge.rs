//! Joining delivered rows and actions with the stored ones.

use super::{Changed, CommitReport};
use crate::base::{Date, Timestamp};
use crate::dataset::quality::{action_text, inspect_actions, row_text};
use crate::domain::{Bar, CorporateAction, CorporateActionKind};

/// Two dividends or ratios this close (as a fraction) are the same event: vendors round.
const SAME_AMOUNT: f64 = 1e-3;

/// Adds the new ones among good rows, both sorted by time; whether there was one.
pub(super) fn merge_rows(stored: &mut Vec<Bar>, clean: &[Bar], report: &mut CommitReport) -> bool {
    let mut added = Vec::new();
    for bar in clean {
        match stored.binary_search_by_key(&bar.open_time, |known| known.open_time) {
            Err(_) => added.push(*bar),
            Ok(index) if stored[index] == *bar => {}
            Ok(index) => report.changed.push(Changed {
                time: bar.open_time,
                stored: row_text(&stored[index]),
                found: row_text(bar),
            }),
        }
    }
    if added.is_empty() {
        return false;
    }
    report.rows_added += added.len();
    stored.append(&mut added);
    stored.sort_by_key(|bar| bar.open_time);
    true
}

/// Adds the possible new actions; `bars` are stored ones with their dates, and the last one before
/// each ex-date is among them.
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
        CorporateActionKind::SpinOff { value } => {
            CorporateActionKind::SpinOff { value: value + amount(&b) }
        }
    };
    CorporateAction { kind, ..a }
}

fn order(action: &CorporateAction) -> (Date, u8) {
    let rank = match action.kind {
        CorporateActionKind::Split { .. } => 0,
        CorporateActionKind::Dividend { .. } => 1,
        CorporateActionKind::SpinOff { .. } => 2,
    };
    (action.ex_date, rank)
}

fn amount(action: &CorporateAction) -> f64 {
    match action.kind {
        CorporateActionKind::Split { ratio } => ratio,
        CorporateActionKind::Dividend { amount } => amount,
        CorporateActionKind::SpinOff { value } => value,
    }
}

fn is_same_event(a: &CorporateAction, b: &CorporateAction) -> bool {
    order(a) == order(b)
}

fn is_same_amount(a: &CorporateAction, b: &CorporateAction) -> bool {
    (amount(a) - amount(b)).abs() <= SAME_AMOUNT * amount(a).abs()
}
