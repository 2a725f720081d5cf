//! Checks of corporate actions.

use super::{Defect, Quarantined};
use crate::base::{Date, Timestamp};
use crate::domain::{Bar, CorporateAction, CorporateActionKind};

/// Sets impossible actions apart from the others.
///
/// `bars` pairs each stored bar with its date, in order; a dividend must be less than the close
/// before its ex-date.
pub(crate) fn inspect_actions(
    actions: &[CorporateAction],
    bars: &[(Date, Bar)],
) -> (Vec<CorporateAction>, Vec<Quarantined>) {
    let (clean, wrong): (Vec<_>, Vec<_>) =
        actions.iter().partition(|action| is_possible(action, bars));
    (clean, wrong.iter().map(quarantine).collect())
}

fn is_possible(action: &CorporateAction, bars: &[(Date, Bar)]) -> bool {
    match action.kind {
        CorporateActionKind::Split { ratio } => ratio.is_finite() && ratio > 0.0,
        CorporateActionKind::Dividend { amount }
        | CorporateActionKind::SpinOff { value: amount } => {
            let next = bars.partition_point(|(date, _)| *date < action.ex_date);
            let close = next.checked_sub(1).map_or(f64::INFINITY, |before| bars[before].1.close);
            amount.is_finite() && amount > 0.0 && amount < close
        }
    }
}

fn quarantine(action: &CorporateAction) -> Quarantined {
    let time = Timestamp::midnight_utc(action.ex_date);
    Quarantined { time, row: action_text(action), reasons: vec![Defect::ImpossibleAction] }
}

/// An action as one line.
pub(crate) fn action_text(action: &CorporateAction) -> String {
    match action.kind {
        CorporateActionKind::Split { ratio } => format!("split {ratio}"),
        CorporateActionKind::Dividend { amount } => format!("dividend {amount}"),
        CorporateActionKind::SpinOff { value } => format!("spin-off worth {value}"),
    }
}
