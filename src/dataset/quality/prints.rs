//! Prices that stand still, volume that is missing or of another scale, and wild highs and lows.

use super::returns::{Returns, median, shown};
use super::{Suspect, SuspectKind};
use crate::domain::Bar;

/// No fewer equal bars in a row are stale.
const STALE_BARS: usize = 5;
/// Runs as long as this happen by chance in fewer than one series of a thousand.
const CHANCE: f64 = 0.001;
/// At most this share of the bars may lack volume before that is the nature of the series.
const NO_VOLUME_SHARE: f64 = 0.02;
/// A high or low this far (as a log) beyond the closes on both sides is looked at.
const WILD: f64 = 0.25;
/// It is wild if it is so many usual ones.
const WILD_TIMES: f64 = 20.0;
/// Bars on each side of a bar that tell what is usual.
const NEIGHBORS: usize = 20;
/// How close to ln 100 or ln 1000 a change of the volume must be.
const VOLUME_TOLERANCE: f64 = 0.7;

/// All stale runs, missing volumes, changes of volume scale and wild ranges.
pub(super) fn find(returns: &Returns<'_>) -> Vec<Suspect> {
    let mut suspects = stale_runs(returns.bars);
    suspects.extend(zero_volumes(returns.bars));
    suspects.extend(volume_scales(returns.bars));
    suspects.extend(wild_ranges(returns));
    suspects
}

/// Runs of one close that are too long for a series that repeats its close as often as this one
/// does, and runs of one bar likewise.
fn stale_runs(bars: &[Bar]) -> Vec<Suspect> {
    let close_limit = longest_by_chance(bars, |a, b| a.close == b.close);
    let bar_limit = longest_by_chance(bars, is_same);
    let mut suspects = Vec::new();
    for run in bars.chunk_by(|a, b| a.close == b.close) {
        if run.len() < STALE_BARS {
            continue;
        }
        let same = run.chunk_by(is_same).map(<[Bar]>::len).max().unwrap_or(0);
        if run.len() >= close_limit || same >= bar_limit {
            let volume = if run.iter().all(|bar| bar.volume == 0.0) { ", no volume" } else { "" };
            let limit = if same >= bar_limit { bar_limit } else { close_limit };
            let detail = format!(
                "{} bars in a row with close {}{volume}; expected fewer than {limit}",
                run.len(),
                run[0].close
            );
            suspects.push(of_run(run, SuspectKind::Stale, detail));
        }
    }
    suspects
}

fn is_same(a: &Bar, b: &Bar) -> bool {
    (a.open, a.high, a.low, a.close) == (b.open, b.high, b.low, b.close)
}

/// With a share p of neighbors alike, `n` bars hold about `n · p^(length − 1)` runs of a length;
/// long runs do not count towards p, they are what is looked for.
fn longest_by_chance(bars: &[Bar], is_alike: impl Fn(&Bar, &Bar) -> bool + Copy) -> usize {
    let runs = bars.chunk_by(is_alike).map(<[Bar]>::len).filter(|length| *length < STALE_BARS);
    let pairs: usize = runs.map(|length| length - 1).sum();
    if pairs == 0 {
        return STALE_BARS;
    }
    let share = pairs as f64 / bars.len() as f64;
    let length = 1.0 + ((CHANCE / bars.len() as f64).ln() / share.ln()).ceil();
    // A share near 1 makes the length infinite; the cast holds it at the largest number.
    STALE_BARS.max(length as usize)
}

fn zero_volumes(bars: &[Bar]) -> Vec<Suspect> {
    let zeros = bars.iter().filter(|bar| bar.volume == 0.0).count();
    let allowed = (NO_VOLUME_SHARE * bars.len() as f64) as usize;
    if zeros == 0 || zeros > allowed.max(1) || bars.len() < 2 * NEIGHBORS {
        return Vec::new();
    }
    let runs = bars.chunk_by(|a, b| (a.volume == 0.0) == (b.volume == 0.0));
    let silent = runs.filter(|run| run[0].volume == 0.0);
    let finding = |run: &[Bar]| {
        let detail = format!("volume 0 in {} bars; expected some, as on other days", run.len());
        of_run(run, SuspectKind::ZeroVolume, detail)
    };
    silent.map(finding).collect()
}

/// Lots for shares: the volume of all later bars is another one. Blocks of bars are compared by
/// their medians, so that single busy days do not count.
fn volume_scales(bars: &[Bar]) -> Vec<Suspect> {
    let blocks: Vec<(usize, f64)> = bars
        .chunks(NEIGHBORS)
        .enumerate()
        .filter(|(_, block)| block.len() == NEIGHBORS)
        .map(|(number, block)| {
            let mut volumes: Vec<f64> = block.iter().map(|bar| bar.volume).collect();
            (number * NEIGHBORS, median(&mut volumes))
        })
        .collect();
    let mut suspects = Vec::new();
    // The block in which the change falls is mixed, so the one before it is compared as well.
    for three in blocks.windows(3) {
        let [(_, before), (start, _), (_, after)] = *three else { continue };
        let moved = (after / before).ln();
        let is_scale = [100_f64, 1000.0]
            .iter()
            .any(|factor| (moved.abs() - factor.ln()).abs() < VOLUME_TOLERANCE);
        let is_known = suspects.last().is_some_and(|known: &Suspect| {
            bars[start.saturating_sub(2 * NEIGHBORS)].open_time <= known.time
        });
        if is_scale && !is_known {
            let detail = format!(
                "the median volume goes from {before:.0} to {after:.0} around here and stays; \
                 expected one unit (shares, not lots)"
            );
            let index = change(bars, start, before, after);
            suspects.push(of_run(&bars[index..=index], SuspectKind::VolumeScale, detail));
        }
    }
    suspects
}

/// The bar around `start` that parts small volumes from large ones best.
fn change(bars: &[Bar], start: usize, before: f64, after: f64) -> usize {
    let middle = (before * after).sqrt();
    let around = start.saturating_sub(NEIGHBORS)..(start + 2 * NEIGHBORS).min(bars.len());
    let (mut best, mut best_index, mut sum) = (i64::MIN, start, 0);
    for index in around {
        if sum > best {
            (best, best_index) = (sum, index);
        }
        let is_over = (bars[index].volume > middle) == (after > before);
        sum += if is_over { -1 } else { 1 };
    }
    best_index
}

fn wild_ranges(returns: &Returns<'_>) -> Vec<Suspect> {
    let mut suspects = Vec::new();
    for index in 1..returns.bars.len() {
        let (high, low) = beyond(returns, index);
        let size = high.max(low);
        if size < WILD {
            continue;
        }
        let around =
            index.saturating_sub(NEIGHBORS).max(1)..(index + NEIGHBORS + 1).min(returns.bars.len());
        let mut sizes: Vec<f64> =
            around.map(|other| beyond(returns, other)).map(|(high, low)| high.max(low)).collect();
        if size > WILD_TIMES * median(&mut sizes) {
            let bar = &returns.bars[index];
            let detail = format!(
                "open {}, high {}, low {}, close {} after close {}; expected high and low nearer \
                 to the closes",
                shown(bar.open),
                shown(bar.high),
                shown(bar.low),
                shown(bar.close),
                shown(returns.bars[index - 1].close)
            );
            let run = &returns.bars[index..=index];
            suspects.push(of_run(run, SuspectKind::WildRange, detail));
        }
    }
    suspects
}

/// How far high and low lie beyond this close and the one before (corporate actions taken out), as
/// logs.
fn beyond(returns: &Returns<'_>, index: usize) -> (f64, f64) {
    let bar = &returns.bars[index];
    let before = bar.close * (-returns.log[index]).exp();
    let (greater, lesser) = (bar.close.max(before), bar.close.min(before));
    // The logarithm is slow; most bars are far from the limit.
    if bar.high < greater * 1.001 && bar.low > lesser * 0.999 {
        return (0.0, 0.0);
    }
    ((bar.high / greater).ln().max(0.0), (lesser / bar.low).ln().max(0.0))
}

fn of_run(run: &[Bar], kind: SuspectKind, detail: String) -> Suspect {
    let last = run[run.len() - 1].open_time;
    let until = (run.len() > 1).then_some(last);
    Suspect { time: run[0].open_time, until, kind, detail }
}
