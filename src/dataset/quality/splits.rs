//! Whether the prices move at their corporate actions.

use jiff::tz::TimeZone;

use super::returns::{Returns, shown};
use super::{Suspect, SuspectKind};
use crate::base::Date;
use crate::domain::{CorporateAction, CorporateActionKind};

/// A split whose logarithm is below so many usual moves cannot be told from chance.
const CLEAR_MOVES: f64 = 6.0;
/// How far from its date the jump of a split is looked for, bars.
const DAYS_AROUND: usize = 5;
/// How close a jump must be to a split on another day, as a share of the logarithm of the ratio.
const NEIGHBOR_SHARE: f64 = 0.25;
/// Two equal splits so close together are one that is listed twice, bars.
const TWICE_WITHIN: usize = 15;
/// A dividend below this share of the price does not stand out from chance.
const LARGE_DIVIDEND: f64 = 0.08;

/// A split inside the series.
struct Split {
    /// The first bar that trades without the entitlement.
    index: usize,
    date: Date,
    ratio: f64,
}

impl Split {
    /// The log return that the split makes.
    fn expected(&self) -> f64 {
        -self.ratio.ln()
    }
}

/// What the prices did at a split.
#[derive(Clone, Copy, PartialEq)]
enum Seen {
    Right,
    Nothing,
    Twice,
    WrongWay,
}

/// Compares each action with the prices and takes out of the returns what the actions explain.
pub(super) fn check(
    returns: &mut Returns<'_>,
    actions: &[CorporateAction],
    zone: &TimeZone,
) -> Vec<Suspect> {
    let splits = splits_inside(returns, actions, zone);
    let seen: Vec<Seen> = splits.iter().map(|split| look(returns, split)).collect();
    for (split, seen) in splits.iter().zip(&seen) {
        let times = match seen {
            Seen::Right => 1.0,
            Seen::Nothing => 0.0,
            Seen::Twice => 2.0,
            Seen::WrongWay => -1.0,
        };
        returns.explain(split.index, times * split.expected());
    }
    let mut suspects = Vec::new();
    let mut silent = Vec::new();
    for (number, split) in splits.iter().enumerate() {
        match seen[number] {
            Seen::Right => {}
            Seen::Nothing => match explain_silence(returns, &splits, number, zone) {
                Some(suspect) => suspects.push(suspect),
                None => silent.push(split),
            },
            Seen::Twice | Seen::WrongWay => suspects.push(applied_twice(returns, split)),
        }
    }
    suspects.extend(without_jump(returns, &silent, splits.len()));
    suspects.extend(check_dividends(returns, actions, zone));
    suspects
}

fn splits_inside(
    returns: &Returns<'_>,
    actions: &[CorporateAction],
    zone: &TimeZone,
) -> Vec<Split> {
    let mut splits: Vec<Split> = Vec::new();
    for action in actions {
        let CorporateActionKind::Split { ratio } = action.kind else { continue };
        let index = returns.index_of(action.ex_date, zone);
        // What happened before the first bar or after the last one leaves no jump.
        if index == 0 || index >= returns.bars.len() || !(ratio.is_finite() && ratio > 0.0) {
            continue;
        }
        match splits.iter_mut().find(|known| known.index == index) {
            Some(known) => known.ratio *= ratio,
            None => splits.push(Split { index, date: action.ex_date, ratio }),
        }
    }
    splits
}

/// The open tells the split best, the close is there if the open is stale.
fn move_at(returns: &Returns<'_>, index: usize) -> f64 {
    f64::midpoint(returns.raw_gap(index), returns.raw_return(index))
}

/// Which of four stories is nearest to the move.
fn look(returns: &Returns<'_>, split: &Split) -> Seen {
    let expected = split.expected();
    if expected.abs() < CLEAR_MOVES * returns.usual_near(split.index) {
        return Seen::Right;
    }
    let moved = move_at(returns, split.index);
    let stories = [
        (Seen::Right, expected),
        (Seen::Nothing, 0.0),
        (Seen::Twice, 2.0 * expected),
        (Seen::WrongWay, -expected),
    ];
    let distance = |story: &(Seen, f64)| (moved - story.1).abs();
    stories
        .into_iter()
        .min_by(|a, b| distance(a).total_cmp(&distance(b)))
        .map_or(Seen::Right, |s| s.0)
}

/// The jump on another day, or the same split close by.
fn explain_silence(
    returns: &mut Returns<'_>,
    splits: &[Split],
    number: usize,
    zone: &TimeZone,
) -> Option<Suspect> {
    let split = &splits[number];
    let expected = split.expected();
    let is_like = |index: &usize| {
        let free = splits.iter().all(|other| other.index != *index);
        free && (move_at(returns, *index) - expected).abs() < NEIGHBOR_SHARE * expected.abs()
    };
    let around = split.index.saturating_sub(DAYS_AROUND).max(1)
        ..(split.index + DAYS_AROUND + 1).min(returns.bars.len());
    if let Some(index) = around.into_iter().find(is_like) {
        returns.explain(index, expected);
        let detail = format!(
            "split {} on {}: the price does not move then, but on {} ({}); expected the jump on \
             the ex-date",
            split.ratio,
            split.date,
            returns.date(index, zone),
            closes(returns, index),
        );
        return Some(suspect(returns, split.index, SuspectKind::MisdatedSplit, detail));
    }
    let twin = splits.iter().enumerate().find(|(other, twin)| {
        let is_equal = (twin.ratio / split.ratio).ln().abs() < 0.01;
        *other != number && is_equal && twin.index.abs_diff(split.index) <= TWICE_WITHIN
    });
    let (_, twin) = twin?;
    let detail = format!(
        "split {} on {} as well as on {}: the price moves once; expected one split",
        split.ratio, split.date, twin.date
    );
    Some(suspect(returns, split.index, SuspectKind::DoubleSplit, detail))
}

fn applied_twice(returns: &Returns<'_>, split: &Split) -> Suspect {
    let detail = format!(
        "split {} on {}: {}; expected a move by 1/{} once, found it as if the prices before had \
         been adjusted too often",
        split.ratio,
        split.date,
        closes(returns, split.index),
        split.ratio
    );
    suspect(returns, split.index, SuspectKind::DoubleSplit, detail)
}

/// One finding if no split of several shows in the prices, else one a split.
fn without_jump(returns: &Returns<'_>, silent: &[&Split], all: usize) -> Vec<Suspect> {
    if silent.len() > 1 && silent.len() == all {
        let dates: Vec<String> = silent.iter().map(|split| split.date.to_string()).collect();
        let detail = format!(
            "the price moves at none of the splits of {}; expected raw prices, found adjusted ones",
            dates.join(", ")
        );
        return vec![suspect(returns, silent[0].index, SuspectKind::AdjustedPrices, detail)];
    }
    let finding = |split: &&Split| {
        let detail = format!(
            "split {} on {}: {}; expected a move by 1/{}, found none: the split is wrong, or the \
             prices before it are adjusted already",
            split.ratio,
            split.date,
            closes(returns, split.index),
            split.ratio
        );
        suspect(returns, split.index, SuspectKind::SplitWithoutJump, detail)
    };
    silent.iter().map(finding).collect()
}

/// Large payouts must show in the price; the small ones drown in chance.
fn check_dividends(
    returns: &mut Returns<'_>,
    actions: &[CorporateAction],
    zone: &TimeZone,
) -> Vec<Suspect> {
    let mut suspects = Vec::new();
    for action in actions {
        let (CorporateActionKind::Dividend { amount }
        | CorporateActionKind::SpinOff { value: amount }) = action.kind
        else {
            continue;
        };
        let index = returns.index_of(action.ex_date, zone);
        if index == 0 || index >= returns.bars.len() {
            continue;
        }
        let share = amount / returns.bars[index - 1].close;
        let is_clear = share > LARGE_DIVIDEND.max(CLEAR_MOVES * returns.usual_near(index));
        if !is_clear || share >= 1.0 {
            continue;
        }
        let expected = (1.0 - share).ln();
        let moved = move_at(returns, index) - returns.explained(index);
        if (moved - expected).abs() < moved.abs() {
            returns.explain(index, expected);
        } else {
            let detail = format!(
                "{amount} a share left on {}, {:.0} % of the price: {}; expected a fall, found none",
                action.ex_date,
                100.0 * share,
                closes(returns, index)
            );
            suspects.push(suspect(returns, index, SuspectKind::DividendWithoutDrop, detail));
        }
    }
    suspects
}

fn closes(returns: &Returns<'_>, index: usize) -> String {
    let (before, after) = (returns.bars[index - 1].close, returns.bars[index].close);
    format!("close {} then {}", shown(before), shown(after))
}

fn suspect(returns: &Returns<'_>, index: usize, kind: SuspectKind, detail: String) -> Suspect {
    Suspect { time: returns.time(index), until: None, kind, detail }
}
