//! Moves that no corporate action explains.

use super::returns::{Returns, median, shown};
use super::{Suspect, SuspectKind};

/// A move below so many usual ones, or below this size, is nothing to look at.
const LOOK_MOVES: f64 = 8.0;
const LOOK_SIZE: f64 = 0.01;
/// A spike is at least so many usual moves: fat tails reach 12 about once in 400 bars, but do not
/// come straight back.
const SPIKE_MOVES: f64 = 12.0;
/// A spike is over after so many bars.
const SPIKE_BARS: usize = 3;
/// How much of a spike may be left when it is over.
const SPIKE_REST: f64 = 0.3;
/// A log return beyond this that stays is a jump, whatever the series usually does.
const JUMP: f64 = 0.5;
/// A log return this close to ln 100 or ln 1000 is a change of scale: dollars to cents, pounds to
/// pence.
const SCALE_TOLERANCE: f64 = 0.25;
/// The same for a factor of 10 that comes back; nearer, because 8 and 12 are split ratios.
const TEN_TOLERANCE: f64 = 0.12;
/// The exchange was never closed so long since 1933, days.
const SILENCE_DAYS: f64 = 45.0;
/// After a silence, a log return beyond this is another price level.
const OTHER_LEVEL: f64 = 0.3;
/// Splits that happen, as new shares for old ones; each also the other way round. Below 4:3 a
/// split looks like an ordinary bad day.
const RATIOS: [(u32, u32); 23] = [
    (4, 3),
    (3, 2),
    (5, 3),
    (2, 1),
    (5, 2),
    (3, 1),
    (4, 1),
    (5, 1),
    (6, 1),
    (7, 1),
    (8, 1),
    (9, 1),
    (10, 1),
    (12, 1),
    (15, 1),
    (16, 1),
    (20, 1),
    (25, 1),
    (30, 1),
    (35, 1),
    (40, 1),
    (50, 1),
    (60, 1),
];
/// The smallest move that is taken for a split; 4:3 is 0.29.
const SPLIT_MIN: f64 = 0.25;
/// From here on (a logarithm; 2:1 is 0.69) hardly any real move is as large.
const LARGE_SPLIT: f64 = 0.6;
/// A real fall of such a size trades several times the usual value; a split does not.
const CROWDED: f64 = 2.5;
/// The same for moves so large that a split is the likelier story anyway.
const CROWDED_LARGE: f64 = 25.0;
const DAY_NANOS: f64 = 86_400e9;

/// All jumps, spikes, wrong scales, missing splits and other price levels.
pub(super) fn find(returns: &Returns<'_>) -> Vec<Suspect> {
    let limit = (LOOK_MOVES * returns.usual).max(LOOK_SIZE);
    let odd: Vec<usize> =
        (1..returns.log.len()).filter(|&i| returns.log[i].abs() > limit).collect();
    let mut suspects = Vec::new();
    let mut next = 0;
    for (position, &index) in odd.iter().enumerate() {
        if index < next {
            continue;
        }
        if let Some((suspect, end)) = judge(returns, index, &odd[position + 1..]) {
            suspects.push(suspect);
            next = end;
        }
    }
    suspects
}

/// The finding at `index`, if it is one, and the first bar that is not part of it; `later` are the
/// other large moves.
fn judge(returns: &Returns<'_>, index: usize, later: &[usize]) -> Option<(Suspect, usize)> {
    let usual = returns.usual_near(index);
    let moved = returns.log[index];
    if let Some(days) = silence(returns, index) {
        let is_elsewhere = moved.abs() > OTHER_LEVEL.max(LOOK_MOVES * usual);
        return is_elsewhere.then(|| (ticker_reuse(returns, index, days), index + 1));
    }
    if let Some(factor) = scale(moved) {
        return Some(wrong_scale(returns, index, factor, later));
    }
    if moved.abs() < SPIKE_MOVES * usual {
        return None;
    }
    if let Some(end) = spike_end(returns, index) {
        let detail = format!(
            "close {} between {} and {}; expected a price near its neighbors",
            shown(returns.bars[index].close),
            shown(returns.bars[index - 1].close),
            shown(returns.bars[end].close)
        );
        return Some((run(returns, index..end, SuspectKind::Spike, detail), end + 1));
    }
    if let Some((new, old)) = split_ratio(returns, index, usual) {
        let detail = format!(
            "close {} then {}, as if {new}:{old} had been split; expected a split on that day, \
             found none",
            shown(returns.bars[index - 1].close),
            shown(returns.bars[index].close)
        );
        return Some((here(returns, index, SuspectKind::MissingSplit, detail), index + 1));
    }
    (moved.abs() > JUMP).then(|| (jump(returns, index, moved), index + 1))
}

fn jump(returns: &Returns<'_>, index: usize, moved: f64) -> Suspect {
    let detail = format!(
        "close {} then {}, log return {moved:.3}; expected at most {JUMP} without a corporate \
         action",
        shown(returns.bars[index - 1].close),
        shown(returns.bars[index].close)
    );
    here(returns, index, SuspectKind::Jump, detail)
}

/// Days without a bar before `index`, if they are many.
fn silence(returns: &Returns<'_>, index: usize) -> Option<f64> {
    let (before, after) = (returns.time(index - 1), returns.time(index));
    let days = (after.nanos() as f64 - before.nanos() as f64) / DAY_NANOS;
    (days > SILENCE_DAYS).then_some(days)
}

fn ticker_reuse(returns: &Returns<'_>, index: usize, days: f64) -> Suspect {
    let detail = format!(
        "close {}, then {days:.0} days without a bar, then {}; expected one instrument under this \
         name, it may be another one now",
        shown(returns.bars[index - 1].close),
        shown(returns.bars[index].close)
    );
    here(returns, index, SuspectKind::TickerReuse, detail)
}

/// The change of scale that a log return is close to.
fn scale(moved: f64) -> Option<f64> {
    let near = |factor: &f64, tolerance: f64| (moved.abs() - factor.ln()).abs() < tolerance;
    if near(&10.0, TEN_TOLERANCE) {
        return Some(10.0);
    }
    [100.0, 1000.0, 10_000.0].into_iter().find(|factor| near(factor, SCALE_TOLERANCE))
}

/// The bars of another scale; a factor of 10 that stays is a missing split.
fn wrong_scale(
    returns: &Returns<'_>,
    index: usize,
    factor: f64,
    later: &[usize],
) -> (Suspect, usize) {
    let moved = returns.log[index];
    let is_back = |&&other: &&usize| {
        let back = returns.log[other];
        scale(back) == Some(factor) && back.signum() != moved.signum()
    };
    let (before, after) = (returns.bars[index - 1].close, returns.bars[index].close);
    let closes = format!("close {} then {}", shown(before), shown(after));
    let times = if moved > 0.0 { format!("{factor} times") } else { format!("1/{factor} of") };
    if let Some(&end) = later.iter().find(is_back) {
        let detail = format!("{closes}, {times} the scale before and after; expected one scale");
        return (run(returns, index..end, SuspectKind::WrongScale, detail), end + 1);
    }
    if factor == 10.0 {
        let split = if moved > 0.0 { "1:10" } else { "10:1" };
        let detail = format!(
            "{closes}, as if {split} had been split; expected a split on that day, found none"
        );
        return (here(returns, index, SuspectKind::MissingSplit, detail), index + 1);
    }
    let detail = format!(
        "{closes}, {times} the scale before, to the end; expected one scale (cents for dollars, \
         pence for pounds, or a split that is missing)"
    );
    (here(returns, index, SuspectKind::WrongScale, detail), index + 1)
}

/// The first bar after a spike that begins at `index`.
fn spike_end(returns: &Returns<'_>, index: usize) -> Option<usize> {
    let moved = returns.log[index];
    let mut left = moved;
    for end in index + 1..(index + 1 + SPIKE_BARS).min(returns.log.len()) {
        let back = returns.log[end];
        left += back;
        let is_sudden = back.abs() > 0.6 * moved.abs() && back.signum() != moved.signum();
        if is_sudden && left.abs() < SPIKE_REST * moved.abs() {
            return Some(end);
        }
    }
    None
}

/// The simple split that both open and close fit.
fn split_ratio(returns: &Returns<'_>, index: usize, usual: f64) -> Option<(u32, u32)> {
    let closed = returns.log[index];
    let is_large = closed.abs() > LARGE_SPLIT;
    let crowd = if is_large { CROWDED_LARGE } else { CROWDED };
    if closed.abs() < SPLIT_MIN || value_traded(returns, index) > crowd {
        return None;
    }
    let tolerance = if is_large { (10.0 * usual).max(0.05) } else { (4.0 * usual).max(0.02) };
    let opened = returns.raw_gap(index) - returns.explained(index);
    let fit = |&(new, old): &(u32, u32)| {
        let size = (f64::from(new) / f64::from(old)).ln();
        let expected = size * closed.signum();
        let error = (closed - expected).abs().max((opened - expected).abs());
        (error < tolerance.min(0.25 * size)).then_some((error, (new, old)))
    };
    let best = RATIOS.iter().filter_map(fit).min_by(|a, b| a.0.total_cmp(&b.0))?;
    let (new, old) = best.1;
    // A fall of the price means more shares.
    Some(if closed < 0.0 { (new, old) } else { (old, new) })
}

/// The money that changed hands as a multiple of what is usual; 0 without volume.
fn value_traded(returns: &Returns<'_>, index: usize) -> f64 {
    let value = |i: usize| returns.bars[i].close * returns.bars[i].volume;
    let mut before: Vec<f64> = (index.saturating_sub(20)..index).map(value).collect();
    let usual = median(&mut before);
    if usual > 0.0 { value(index) / usual } else { 0.0 }
}

fn here(returns: &Returns<'_>, index: usize, kind: SuspectKind, detail: String) -> Suspect {
    Suspect { time: returns.time(index), until: None, kind, detail }
}

fn run(
    returns: &Returns<'_>,
    bars: std::ops::Range<usize>,
    kind: SuspectKind,
    detail: String,
) -> Suspect {
    let last = returns.time(bars.end - 1);
    let until = (bars.len() > 1).then_some(last);
    Suspect { time: returns.time(bars.start), until, kind, detail }
}
